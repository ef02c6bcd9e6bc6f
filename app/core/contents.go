package core

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	inlineText      = 4 << 10  // bytes of a text, or of _meta, that the typed view carries itself
	maxContentRange = 32 << 20 // bytes of a content item handed out at once
	maxDecoded      = 96 << 20 // bytes of decoded contents that are kept for the next range
	keptDecoded     = 4        // answers whose contents are kept
)

// ContentBytes is a range of the decoded bytes of one content item, known secrets masked.
type ContentBytes struct {
	Bytes    []byte
	Total    int64
	MIMEType string // as the server calls it; empty: it does not say
	Name     string // a file name to offer
}

// decoded keeps the contents of the answers looked at last: a page asks for them range by range.
type decoded struct {
	mu   sync.Mutex
	list []decodedAnswer // the last used one last
}

type decodedAnswer struct {
	seq      uint64
	method   string
	contents session.Contents
	size     int64
}

// Contents is the typed view of a recorded answer to resources/read, prompts/get or tools/call.
func (c *Core) Contents(seq uint64) (Contents, error) {
	out := Contents{Seq: seq, Items: []Content{}, Findings: []string{}}
	a, state, err := c.decode(seq)
	if err != nil {
		return out, err
	}
	out.State = state
	if e, ok := c.entryOf(seq); ok {
		out.Method, out.Bytes = e.Method, e.Bytes
	}
	if state != "" {
		return out, nil
	}
	out.Description, out.Total = a.contents.Description, a.contents.Total
	out.Findings = append(out.Findings, a.contents.Findings...)
	for i := range a.contents.Items {
		out.Items = append(out.Items, contentOf(&a.contents.Items[i]))
	}
	return out, nil
}

// contentOf is an item as the window sees it. It comes from the log: its words are masked already.
func contentOf(in *session.Content) Content {
	out := Content{
		At: in.At, Message: in.Message, Role: in.Role, Kind: in.Kind, MIMEType: in.MIMEType, Size: int64(len(in.Body)), URI: in.URI, Name: in.Name,
		Title: in.Title, Description: firstRunes(in.Description, inlineText), Icons: []Icon{}, Problem: in.Problem,
		Annotations: Annotations{Audience: union(in.Annotations.Audience, nil), Priority: in.Annotations.Priority, LastModified: in.Annotations.LastModified},
	}
	if in.Kind == "resource_link" && in.Size != nil {
		out.Size = *in.Size
	}
	for _, i := range in.Icons {
		out.Icons = append(out.Icons, Icon{Src: i.Src, MIMEType: i.MIMEType, Sizes: union(i.Sizes, nil), Theme: i.Theme, Problem: i.Problem})
	}
	if len(in.Meta) <= inlineText {
		out.Meta = string(in.Meta)
	}
	if in.Body == nil {
		return out
	}
	out.Sniffed, out.IsText = session.Sniff(in.Body)
	if out.IsText {
		head := in.Body[:min(len(in.Body), inlineText)]
		out.Text, out.Cut = strings.ToValidUTF8(string(head), ""), len(head) < len(in.Body)
	}
	return out
}

// Content returns up to length bytes (at most 32 MiB; negative: all) of a content item of a recorded answer.
func (c *Core) Content(seq uint64, at string, offset, length int64) (ContentBytes, error) {
	a, state, err := c.decode(seq)
	switch {
	case err != nil:
		return ContentBytes{}, err
	case state != "":
		return ContentBytes{}, input("show content", "the answer left memory, or is longer than what is kept", "Read it again.")
	case offset < 0:
		offset = 0
	}
	for i := range a.contents.Items {
		item := &a.contents.Items[i]
		if item.At != at {
			continue
		}
		if item.Body == nil {
			return ContentBytes{}, input("show content", "this content item has no bytes of its own", "Look at the raw answer.")
		}
		total := int64(len(item.Body))
		if length == 0 || length > maxContentRange {
			length = maxContentRange
		}
		offset = min(offset, total)
		end := total
		if length >= 0 {
			end = min(total, offset+length)
		}
		return ContentBytes{Bytes: item.Body[offset:end:end], Total: total, MIMEType: item.MIMEType, Name: fileName(item)}, nil
	}
	return ContentBytes{}, input("show content", fmt.Sprintf("the answer in entry %d has no content item at %q", seq, at), "Look at the raw answer.")
}

// decode reads the contents of a recorded answer. state is as Bytes.State.
func (c *Core) decode(seq uint64) (a decodedAnswer, state string, err error) {
	e, ok := c.entryOf(seq)
	if !ok {
		return a, "", input("show content", fmt.Sprintf("entry %d is not in the log any more", seq), "Read it again.")
	}
	if a, ok := c.decoded.get(seq); ok {
		return a, "", nil
	}
	b, _, _, ok := c.bodyOf(seq, wire.PartMessage, 0, -1)
	switch {
	case e.Dropped:
		return a, "dropped", nil
	case !ok || e.Dir != wire.In || e.Message != wire.MsgResponse:
		return a, "", input("show content", fmt.Sprintf("entry %d is no answer with a result", seq), "")
	case e.Cut:
		return a, "cut", nil
	}
	read, ok := session.ReadAnswer(e.Method, b)
	if !ok {
		return a, "", input("show content", fmt.Sprintf("the answer in entry %d has no result", seq), "Look at the raw answer.")
	}
	a = decodedAnswer{seq: seq, method: e.Method, contents: read}
	a.contents.Raw = nil
	for i := range a.contents.Items {
		item := &a.contents.Items[i]
		if item.Body != nil {
			item.Body = c.masker().Text(e.Conn, item.Body) // base64 hid what it holds from the tap
			a.size += int64(len(item.Body))
		}
	}
	c.decoded.put(a)
	return a, "", nil
}

func (d *decoded) get(seq uint64) (decodedAnswer, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, a := range d.list {
		if a.seq == seq {
			d.list = append(append(d.list[:i:i], d.list[i+1:]...), a)
			return a, true
		}
	}
	return decodedAnswer{}, false
}

func (d *decoded) put(a decodedAnswer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, a)
	sum := int64(0)
	for i := len(d.list) - 1; i >= 0; i-- {
		if sum += d.list[i].size; sum > maxDecoded || len(d.list)-i > keptDecoded {
			d.list = append([]decodedAnswer(nil), d.list[i+1:]...)
			return
		}
	}
}

func (d *decoded) clear() {
	d.mu.Lock()
	d.list = nil
	d.mu.Unlock()
}

// fileName is a name to offer for a content item: the last segment of its URI, without what file systems refuse.
func fileName(item *session.Content) string {
	name := item.Name
	if u, err := url.Parse(item.URI); err == nil && item.URI != "" {
		name = path.Base(u.Path)
		if u.Opaque != "" {
			name = path.Base(u.Opaque)
		}
		if name == "." || name == "/" {
			name = u.Host
		}
	}
	name = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(firstRunes(name, 100), ".")
	if strings.Trim(name, "._ ") == "" {
		name = "resource"
	}
	if !strings.Contains(name, ".") {
		name += extension(item.MIMEType)
	}
	return name
}

// extension is that of a media type's files; what is unknown has none.
func extension(mime string) string {
	kind, _, _ := strings.Cut(strings.ToLower(mime), ";")
	return map[string]string{
		"text/plain": ".txt", "text/markdown": ".md", "text/csv": ".csv", "text/html": ".html", "application/json": ".json",
		"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
		"image/svg+xml": ".svg", "audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg",
	}[strings.TrimSpace(kind)]
}
