package core

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Bounds of icons.
const (
	maxIconBytes = 512 << 10 // of one image
	maxIconHops  = 3         // redirects within one origin
	iconTime     = 10 * time.Second
	iconsAtOnce  = 4        // fetches under way
	maxIconCache = 16 << 20 // bytes of all that are kept; the oldest leave
)

// IconInput names an icon by its place: a page hands in no URL that this program would fetch for it.
type IconInput struct {
	Profile string `json:"profile"`
	Of      string `json:"of"`    // server, tools, resources, templates, prompts
	Index   int    `json:"index"` // of the item in the list read last
	Icon    int    `json:"icon"`  // of its icons
}

// IconImage is an icon that may be shown in an <img>, which runs no scripts, or why it may not.
type IconImage struct {
	Type    string `json:"type"`    // image/png, image/jpeg, image/webp, image/gif, image/svg+xml: what its bytes are
	Data    string `json:"data"`    // base64; empty: see Problem
	Problem string `json:"problem"` // why it is not shown, a sentence
	Seq     uint64 `json:"seq"`     // entry of its fetch, 0 for a data URL
}

// iconCache keeps the icons of this run in memory. Those of a connection are asked for again on the next one.
type iconCache struct {
	mu    sync.Mutex
	by    map[string]*iconEntry
	order []string
	bytes int
	slots chan struct{}
}

type iconEntry struct {
	once  sync.Once
	image IconImage
}

// Icon returns an icon of a live connection. It is fetched once, when it is first asked for; what goes wrong is in the
// image.
func (c *Core) Icon(ctx context.Context, in IconInput) (IconImage, error) {
	cn, s, err := c.live(in.Profile)
	if err != nil {
		return IconImage{}, err
	}
	icon, ok := cn.icon(s, in)
	if !ok {
		return IconImage{}, input("find icon", "the list read last has no such icon", "Refresh the list.")
	}
	if icon.Problem != "" {
		return IconImage{Problem: icon.Problem}, nil
	}
	e := c.iconCache.entry(cn.id + " " + icon.Src)
	e.once.Do(func() {
		select {
		case c.iconCache.slots <- struct{}{}:
			defer func() { <-c.iconCache.slots }()
		case <-cn.ctx.Done():
		}
		// Whoever asked first may go; the others wait for the same image.
		e.image = cn.loadIcon(context.WithoutCancel(ctx), icon.Src)
		c.iconCache.weigh(len(e.image.Data))
	})
	return e.image, nil
}

// icon finds an icon by its place.
func (cn *connection) icon(s *session.Session, in IconInput) (session.Icon, bool) {
	var list []session.Icon
	cn.mu.Lock()
	defer cn.mu.Unlock()
	switch in.Of {
	case "server":
		list = s.Icons()
	case "tools":
		if one := cn.tools.item(in.Index); one != nil {
			list = one.Icons
		}
	case "resources":
		if one := cn.resources.item(in.Index); one != nil {
			list = one.Icons
		}
	case "templates":
		if one := cn.templates.item(in.Index); one != nil {
			list = one.Icons
		}
	case "prompts":
		if one := cn.prompts.item(in.Index); one != nil {
			list = one.Icons
		}
	}
	if in.Icon < 0 || in.Icon >= len(list) {
		return session.Icon{}, false
	}
	return list[in.Icon], true
}

func (k *iconCache) entry(key string) *iconEntry {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by, k.slots = map[string]*iconEntry{}, make(chan struct{}, iconsAtOnce)
	}
	e := k.by[key]
	if e == nil {
		e = &iconEntry{}
		k.by[key] = e
		k.order = append(k.order, key)
		k.bytes += len(key)
	}
	return e
}

// weigh counts what an image holds; the oldest leave when it is too much.
func (k *iconCache) weigh(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes += n
	for k.bytes > maxIconCache && len(k.order) > 1 {
		key := k.order[0]
		k.bytes -= len(key) + len(k.by[key].image.Data)
		delete(k.by, key)
		k.order = k.order[1:]
	}
}

// loadIcon gets an image: from the URL itself, or over https.
func (cn *connection) loadIcon(ctx context.Context, src string) IconImage {
	var body []byte
	var seq uint64
	var problem string
	if strings.HasPrefix(src, "data:") {
		body, problem = dataURL(src)
	} else {
		body, seq, problem = cn.fetchIcon(ctx, src)
	}
	out := IconImage{Seq: seq, Problem: problem}
	if problem == "" {
		if out.Type, out.Problem = imageType(body); out.Problem == "" {
			out.Data = base64.StdEncoding.EncodeToString(body)
		}
	}
	out.Problem = cn.text(out.Problem)
	return out
}

// dataURL reads the bytes of a data URL (RFC 2397). What it says they are does not count.
func dataURL(src string) (body []byte, problem string) {
	if len(src) > 2*maxIconBytes {
		return nil, tooLong
	}
	head, data, ok := strings.Cut(strings.TrimPrefix(src, "data:"), ",")
	if !ok {
		return nil, "The data URL holds no data."
	}
	data, err := url.PathUnescape(data)
	if err == nil && strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		data = strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", "\r", "", " ", "").Replace(data)
		body, err = base64.RawStdEncoding.DecodeString(data)
	} else {
		body = []byte(data)
	}
	switch {
	case err != nil:
		return nil, "The data of the data URL cannot be decoded."
	case len(body) > maxIconBytes:
		return nil, tooLong
	}
	return body, ""
}

var tooLong = fmt.Sprintf("The icon is larger than the %d KiB that are shown.", maxIconBytes>>10)

// fetchIcon gets an icon the way the page of icons asks for (2025-11-25/basic/index#icons): "Consumers MUST … not follow
// redirects to different schemes or origins", "fetch icons without credentials". What keeps a sign-in from private
// addresses keeps icons from them: those of the server's own place alone are reached.
func (cn *connection) fetchIcon(ctx context.Context, src string) (body []byte, seq uint64, problem string) {
	ctx, cancel := context.WithTimeout(ctx, iconTime)
	defer cancel()
	defer context.AfterFunc(cn.ctx, cancel)()
	client := transport.NewSignInClient(cn.reach, transport.Options{Log: cn.core.log, Mask: cn.core.masker(), MaskScope: cn.id}, transport.Guard{Icon: true})
	defer client.Close()
	for hop := 0; ; hop++ {
		a, err := client.Do(ctx, transport.SignInRequest{
			Method: http.MethodGet, URL: src, Purpose: wire.PurposeIcon, Header: http.Header{"Accept": {"image/png, image/jpeg, image/webp, image/svg+xml, image/gif"}},
		})
		if err != nil {
			return nil, seq, "It could not be fetched: " + text(err)
		}
		if n := len(a.Entries); n > 0 {
			seq = a.Entries[n-1]
		}
		to := a.Header.Get("Location")
		switch {
		case a.Status >= 300 && a.Status < 400 && to != "":
			if src, problem = redirected(src, to); problem == "" && hop == maxIconHops {
				problem = "It leads from redirect to redirect."
			}
			if problem != "" {
				return nil, seq, problem
			}
		case a.Status != http.StatusOK:
			return nil, seq, fmt.Sprintf("It was answered with HTTP %d.", a.Status)
		case a.Cut || len(a.Body) > maxIconBytes:
			return nil, seq, tooLong
		default:
			return a.Body, seq, ""
		}
	}
}

// redirected is where a redirect leads, if it may be followed.
func redirected(from, location string) (to, problem string) {
	was, err := url.Parse(from)
	if err != nil {
		return "", "Its URL cannot be read."
	}
	next, err := was.Parse(location)
	if err != nil || next.Scheme != was.Scheme || !strings.EqualFold(next.Host, was.Host) || next.User != nil {
		return "", "It redirects to another origin, which is not followed."
	}
	return next.String(), ""
}
