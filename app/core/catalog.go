package core

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// ReadList says which pages of a list are wanted.
type ReadList string

// The values of a ReadList.
const (
	KeptList  ReadList = ""      // what was read last; if nothing was, all
	AllPages  ReadList = "all"   // read anew, every page, whatever the server declares
	FirstPage ReadList = "first" // read anew, one page
	NextPage  ReadList = "next"  // one page more
)

const codeNoMethod = -32601

// kept is a list of a connection, read last.
type kept[T any] struct {
	list  *session.ListOf[T]
	at    time.Time
	offer Offer
	token string     // the one it was read with, as connection.token tells it
	cache *CacheHint // as it is now
}

// item is that at a place, nil when there is none.
func (k *kept[T]) item(i int) *T {
	if k.list == nil || i < 0 || i >= len(k.list.Decoded) {
		return nil
	}
	return &k.list.Decoded[i]
}

// told is how far a list was read, err being what ended it.
func (k *kept[T]) told(cn *connection, err error) ListRead {
	l := k.list
	if l == nil {
		return ListRead{Seqs: []uint64{}, Findings: []string{}, Err: AsError(err)}
	}
	return ListRead{
		Pages: l.Pages, More: l.More, Cursor: cn.text(l.Cursor), Seqs: entries(l.Entries), At: k.at.UnixMicro(),
		Findings: cn.texts(l.Findings), Cache: k.cache, Err: AsError(cn.masked(err)),
	}
}

// rows are the items as the window's list shows them; they are never nil.
func rows[T, R any](k kept[T], row func(int, *T) R) []R {
	out := []R{}
	if k.list != nil {
		out = make([]R, len(k.list.Decoded))
	}
	for i := range out {
		out[i] = row(i, &k.list.Decoded[i])
	}
	return out
}

// catalog is one kind of list: tools, resources, templates, prompts, skills.
type catalog[T any] struct {
	method     string
	capability string
	always     bool // it is asked for whatever the server declares, and that the server has no such method is an error
	place      func(*connection) *kept[T]
	read       func(s *session.Session, ctx context.Context, before *session.ListOf[T], pages int) (*session.ListOf[T], error)
	key        func(*T) string             // what names an item; it may repeat
	changed    func(*session.Session) bool // the server said so since it was read
}

// get returns the list kept, or reads it, and its connection. What was read before an error is returned beside it; a
// method that the server does not have is told by the offer, and is no error.
func (k *catalog[T]) get(ctx context.Context, c *Core, id string, want ReadList) (*connection, kept[T], error) {
	cn, s, err := c.live(id)
	if err != nil {
		return nil, kept[T]{}, err
	}
	cn.mu.Lock()
	was := *k.place(cn)
	cn.mu.Unlock()
	if was.list != nil {
		was.cache = cn.hint(was.list.Cache, was.token, k.changed(s))
	}
	offer := offered(s, k.capability)
	switch {
	case want == KeptList && was.list != nil && was.cache.fresh():
		return cn, was, nil
	case want == KeptList && !offer.Declared && !k.always:
		offer.Text = notOffered(k.capability)
		return cn, kept[T]{offer: offer}, nil
	case want == KeptList && cn.paged():
		want = FirstPage
	}
	now, err := k.fetch(ctx, cn, s, was, want)
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		return cn, now, err
	}
	c.refusedAt(cn.profile, f, &refusal{what: k.method, again: func(ctx context.Context) (Replay, error) {
		again, err := k.fetch(ctx, cn, s, was, want)
		if n := again.list.Entries; err == nil && len(n) > 0 {
			return Replay{Seq: n[len(n)-1]}, nil
		}
		return Replay{}, err
	}})
	if !c.autoSignIn(cn.profile) || c.signIn(id).wait(ctx) != nil {
		return cn, now, err
	}
	cn.mu.Lock()
	after := *k.place(cn)
	cn.mu.Unlock()
	if after.list != nil && after.at.After(now.at) {
		return cn, after, nil
	}
	return cn, now, err
}

// fetch reads pages and keeps them. The list is there in any case.
func (k *catalog[T]) fetch(ctx context.Context, cn *connection, s *session.Session, was kept[T], want ReadList) (kept[T], error) {
	before, pages := (*session.ListOf[T])(nil), 0
	switch want {
	case FirstPage:
		pages = 1
	case NextPage:
		before, pages = was.list, 1
	default:
	}
	token := cn.token()
	done := cn.drift.list(k.method)
	list, err := k.read(s, ctx, before, pages)
	now := kept[T]{list: list, at: time.Now(), offer: offered(s, k.capability), token: token}
	now.cache = cn.hint(list.Cache, token, k.changed(s))
	if !k.always {
		err = now.offer.answered(k.capability, k.method, err)
	}
	cn.mu.Lock()
	if err == nil {
		*k.place(cn) = now
	}
	cn.mu.Unlock()
	done(err)
	cn.touch()
	return now, err
}

// find is [catalog.in] of a server by its id. The connection is nil when the server is not connected.
func (k *catalog[T]) find(c *Core, id string, index int, key string) (*connection, *T) {
	cn := c.connection(id)
	if cn == nil {
		return nil, nil
	}
	return cn, k.in(cn, index, key)
}

// in finds an item of the list kept by its place; key guards against a list that was read anew. An index below zero, or
// one of another item, finds the first with that key.
func (k *catalog[T]) in(cn *connection, index int, key string) *T {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	list := k.place(cn)
	if has := list.item(index); has != nil && (key == "" || k.key(has) == key || cn.text(k.key(has)) == key) {
		return has
	}
	if list.list == nil || key == "" {
		return nil
	}
	for i := range list.list.Decoded {
		if one := &list.list.Decoded[i]; k.key(one) == key {
			return one
		}
	}
	return nil
}

// offered is what the server declares of a feature.
func offered(s *session.Session, capability string) Offer {
	var caps map[string]json.RawMessage
	_ = json.Unmarshal(s.Info().Capabilities, &caps) // what is no object declares nothing
	raw, ok := caps[capability]
	if strings.Contains(capability, "/") { // an extension
		raw = s.Extension(capability)
		ok = raw != nil
	}
	o := Offer{Declared: ok && string(raw) != "null"}
	var flags struct{ Subscribe, ListChanged json.RawMessage }
	if json.Unmarshal(raw, &flags) == nil {
		o.Subscribe, o.ListChanged = string(flags.Subscribe) == "true", string(flags.ListChanged) == "true"
	}
	return o
}

func notOffered(capability string) string {
	return "The server does not declare " + capability + ": it was not asked for them."
}

// answered takes the outcome of asking. That a server has no such method is no error: it is told.
func (o *Offer) answered(capability, method string, err error) error {
	o.Asked = true
	f := fault.As(err)
	switch missing := f != nil && f.RPC != nil && f.RPC.Code == codeNoMethod; {
	case missing && o.Declared:
		o.Text = "The server declares " + capability + ", but does not serve " + method + " (-32601)."
		return nil
	case missing:
		o.Text = "The server neither declares " + capability + " nor serves " + method + " (-32601)."
		return nil
	case err == nil && !o.Declared:
		o.Text = "The server serves " + method + ", but does not declare " + capability + "."
	}
	o.Served = err == nil
	return err
}

// texts masks each and is never nil.
func (cn *connection) texts(in []string) []string {
	out := make([]string, 0, len(in))
	for _, s := range in {
		out = append(out, cn.text(s))
	}
	return out
}

func (cn *connection) icons(in []session.Icon) []Icon {
	out := make([]Icon, 0, len(in))
	for _, i := range in {
		out = append(out, Icon{Src: cn.text(iconName(i.Src)), MIMEType: cn.text(i.MIMEType), Sizes: cn.texts(i.Sizes), Theme: cn.text(i.Theme), Problem: i.Problem})
	}
	return out
}

// iconName is an icon's URL as a list shows it: the data of a data URL is in the item's raw form.
func iconName(src string) string {
	const most = 200
	if strings.HasPrefix(src, "data:") && len(src) > most {
		return fmt.Sprintf("%s… (%d characters)", firstRunes(src, 40), len(src))
	}
	return firstRunes(src, 4096)
}

func (cn *connection) annotations(a session.Annotations) Annotations {
	return Annotations{Audience: cn.texts(a.Audience), Priority: a.Priority, LastModified: cn.text(a.LastModified)}
}

// entries are never nil.
func entries(in []uint64) []uint64 {
	if in == nil {
		return []uint64{}
	}
	return in
}
