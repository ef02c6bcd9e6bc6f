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
type kept[L any] struct {
	list  *L
	at    time.Time
	offer Offer
	token string     // the one it was read with, as connection.token tells it
	cache *CacheHint // as it is now
}

// catalog is one kind of list: resources, templates, prompts.
type catalog[L any] struct {
	method     string
	capability string
	place      func(*connection) *kept[L]
	read       func(ctx context.Context, s *session.Session, before *L, pages int) (*L, error)
	list       func(*L) *session.List
	changed    func(*session.Session) bool // the server said so since it was read
}

// get returns the list kept, or reads it. What was read before an error is returned beside it; a method that the
// server does not have is told by the offer, and is no error.
func (k *catalog[L]) get(ctx context.Context, c *Core, id string, want ReadList) (kept[L], error) {
	cn, s, err := c.live(id)
	if err != nil {
		return kept[L]{}, err
	}
	cn.mu.Lock()
	was := *k.place(cn)
	cn.mu.Unlock()
	if was.list != nil {
		was.cache = cn.hint(k.list(was.list).Cache, was.token, k.changed(s))
	}
	offer := offered(s, k.capability)
	switch {
	case want == KeptList && was.list != nil && was.cache.fresh():
		return was, nil
	case want == KeptList && !offer.Declared:
		offer.Text = notOffered(k.capability)
		return kept[L]{offer: offer}, nil
	case want == KeptList && cn.paged():
		want = FirstPage
	}
	now, err := k.fetch(ctx, cn, s, was, want)
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		return now, err
	}
	c.refusedAt(cn.profile, f, &refusal{what: k.method, again: func(ctx context.Context) (Replay, error) {
		again, err := k.fetch(ctx, cn, s, was, want)
		if again.list == nil {
			return Replay{}, err
		}
		if n := k.list(again.list).Entries; err == nil && len(n) > 0 {
			return Replay{Seq: n[len(n)-1]}, nil
		}
		return Replay{}, err
	}})
	if !c.autoSignIn(cn.profile) || c.signIn(id).wait(ctx) != nil {
		return now, err
	}
	cn.mu.Lock()
	after := *k.place(cn)
	cn.mu.Unlock()
	if after.list != nil && after.at.After(now.at) {
		return after, nil
	}
	return now, err
}

// fetch reads pages and keeps them.
func (k *catalog[L]) fetch(ctx context.Context, cn *connection, s *session.Session, was kept[L], want ReadList) (kept[L], error) {
	before, pages := (*L)(nil), 0
	switch want {
	case FirstPage:
		pages = 1
	case NextPage:
		before, pages = was.list, 1
	default:
	}
	token := cn.token()
	list, err := k.read(ctx, s, before, pages)
	now := kept[L]{list: list, at: time.Now(), offer: offered(s, k.capability), token: token}
	now.cache = cn.hint(k.list(list).Cache, token, k.changed(s))
	err = now.offer.answered(k.capability, k.method, err)
	cn.mu.Lock()
	if err == nil {
		*k.place(cn) = now
	}
	cn.mu.Unlock()
	cn.touch()
	return now, err
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

// item finds an item of a list by its place; key guards against a list that was read anew. An index below zero, or
// one of another item, finds the first with that key.
func item[T any](cn *connection, list []T, index int, key string, keyOf func(*T) string) *T {
	if index >= 0 && index < len(list) {
		if has := keyOf(&list[index]); key == "" || has == key || cn.text(has) == key {
			return &list[index]
		}
	}
	for i := range list {
		if key != "" && keyOf(&list[i]) == key {
			return &list[i]
		}
	}
	return nil
}

// entries are never nil.
func entries(in []uint64) []uint64 {
	if in == nil {
		return []uint64{}
	}
	return in
}
