package session

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxContents bounds the content items of one answer that are decoded; the rest is in the raw answer.
const maxContents = 1000

// Content is one content item of a result, decoded beside its raw form as far as that goes.
type Content struct {
	At          string // JSON Pointer of the item in the result
	Message     int    // of prompts/get: place of its message, else -1
	Role        string // of prompts/get
	Kind        string // text, blob, image, audio, resource_link, resource, another type as it came, or invalid
	MIMEType    string
	URI         string
	Name        string
	Title       string
	Description string
	Size        *int64 // as a link says
	Icons       []Icon
	Annotations Annotations
	Meta        json.RawMessage // _meta, nil when absent
	Body        []byte          // text as UTF-8, or what base64 decodes to; nil when there is none
	Problem     string
}

// Contents are the content items of a result.
type Contents struct {
	Description string // of prompts/get
	Items       []Content
	Total       int             // there are; Items holds at most 1,000
	Raw         json.RawMessage // the array they stand in
	Findings    []string
}

// ReadContents reads the content items of a result of resources/read, prompts/get or tools/call. bodies says whether
// to decode them too: those of a large result take time.
func ReadContents(method string, result json.RawMessage, bodies bool) Contents {
	c := Contents{Items: []Content{}}
	switch method {
	case methodRead:
		c.list(field(result, "contents"), "/contents", bodies, readContents)
	case methodToolsCall:
		c.list(field(result, "content"), "/content", bodies, readBlock)
	case methodPrompt:
		c.Description, _ = text(field(result, "description"))
		c.messages(field(result, "messages"), bodies)
	default:
		c.found("Answers to %s have no content items.", clip(method, 80))
	}
	return c
}

// ReadAnswer is ReadContents of a whole answer, bodies too; ok is false when it has no result.
func ReadAnswer(method string, frame json.RawMessage) (c Contents, ok bool) {
	result := field(frame, "result")
	if result == nil {
		return c, false
	}
	return ReadContents(method, result, true), true
}

func (c *Contents) found(format string, a ...any) {
	if len(c.Findings) < maxListFindings {
		c.Findings = append(c.Findings, fmt.Sprintf(format, a...))
	}
}

// list reads an array of content items.
func (c *Contents) list(raw json.RawMessage, at string, bodies bool, read func(json.RawMessage, bool) Content) {
	list, ok := elements(raw)
	if c.Raw = raw; !ok {
		c.found("The result has no array %q.", at[1:])
		return
	}
	for i, item := range list {
		c.add(read, item, at+"/"+strconv.Itoa(i), -1, "", bodies)
	}
}

func (c *Contents) add(read func(json.RawMessage, bool) Content, raw json.RawMessage, at string, message int, role string, bodies bool) {
	if c.Total++; len(c.Items) >= maxContents {
		if c.Total == maxContents+1 {
			c.found("There are more than %d content items: the rest is in the raw answer.", maxContents)
		}
		return
	}
	one := read(raw, bodies)
	one.At, one.Message, one.Role = at, message, role
	c.Items = append(c.Items, one)
}

// messages reads those of prompts/get: the content of one is a block; an array of blocks is no error here.
func (c *Contents) messages(raw json.RawMessage, bodies bool) {
	list, ok := elements(raw)
	if c.Raw = raw; !ok {
		c.found("The result has no array \"messages\".")
		return
	}
	for i, m := range list {
		at := "/messages/" + strconv.Itoa(i)
		role, _ := text(field(m, "role"))
		if role != "user" && role != "assistant" {
			c.found("The role of message %d is neither \"user\" nor \"assistant\".", i+1)
		}
		content := field(m, "content")
		blocks, many := elements(content)
		switch {
		case content == nil:
			c.add(readBlock, m, at, i, role, bodies)
		case many:
			c.found("The content of message %d is an array; it should be one block.", i+1)
			for k, b := range blocks {
				c.add(readBlock, b, at+"/content/"+strconv.Itoa(k), i, role, bodies)
			}
		default:
			c.add(readBlock, content, at+"/content", i, role, bodies)
		}
	}
}

// readContents reads one item of resources/read.
func readContents(raw json.RawMessage, bodies bool) Content {
	var c Content
	var r itemReader
	text, blob := c.common(&r, raw)
	switch {
	case text != nil && blob != nil:
		r.problem("it has both text and blob: the text is shown")
		fallthrough
	case text != nil:
		c.Kind = "text"
		c.text(&r, "text", text, bodies)
	case blob != nil:
		c.Kind = "blob"
		c.base64(&r, "blob", blob, bodies)
	default:
		c.Kind = "invalid"
		r.problem("it has neither text nor blob")
	}
	r.needs("uri", c.URI)
	c.Problem = r.said()
	return c
}

// readBlock reads one block of a tool's result or of a message.
func readBlock(raw json.RawMessage, bodies bool) Content {
	var c Content
	var r itemReader
	txt, _ := c.common(&r, raw)
	kind, ok := text(field(raw, "type"))
	switch c.Kind = kind; {
	case !ok:
		c.Kind = "invalid"
		r.problem("it has no type")
	case kind == "text":
		c.text(&r, "text", txt, bodies)
	case kind == "image" || kind == "audio":
		c.base64(&r, "data", field(raw, "data"), bodies)
		r.needs("mimeType", c.MIMEType)
	case kind == "resource_link":
		r.needs("uri", c.URI)
		r.needs("name", c.Name)
	case kind == "resource":
		inner := readContents(field(raw, "resource"), bodies)
		inner.Kind = "resource"
		if inner.Annotations.Priority == nil && inner.Annotations.Audience == nil && inner.Annotations.LastModified == "" {
			inner.Annotations = c.Annotations
		}
		return inner
	}
	c.Problem = r.said()
	return c
}

// common reads what any item may have, and hands out the members text and blob.
func (c *Content) common(r *itemReader, raw json.RawMessage) (text, blob json.RawMessage) {
	r.fields(raw, map[string]any{
		"text": &text, "blob": &blob, "uri": &c.URI, "mimeType": &c.MIMEType, "name": &c.Name, "title": &c.Title,
		"description": &c.Description, "size": &c.Size, "icons": &c.Icons, "annotations": &c.Annotations, "_meta": &c.Meta,
	})
	return text, blob
}

func (c *Content) text(r *itemReader, name string, raw json.RawMessage, bodies bool) {
	if len(raw) < 2 || raw[0] != '"' {
		r.problem("%s is no string", name)
		return
	}
	if !bodies {
		return
	}
	s, ok := text(raw)
	if c.Body = []byte(s); !ok {
		c.Body = nil
		r.problem("%s is no string", name)
	}
}

func (c *Content) base64(r *itemReader, name string, raw json.RawMessage, bodies bool) {
	if len(raw) < 2 || raw[0] != '"' {
		r.problem("%s is no string", name)
		return
	}
	if !bodies {
		return
	}
	b, err := decodeBase64(raw)
	if c.Body = b; err != nil {
		r.problem("%s %v", name, err)
	}
}

// decodeBase64 decodes a JSON string of base64 (RFC 4648 section 4). What decodes all the same, by the URL alphabet
// or without padding or with line breaks, is returned beside the error that says so.
func decodeBase64(raw json.RawMessage) ([]byte, error) {
	in := []byte(raw[1 : len(raw)-1])
	if hasByte(in, '\\') {
		s, _ := text(raw)
		in = []byte(s)
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(in)))
	if n, err := base64.StdEncoding.Strict().Decode(out, in); err == nil && !hasByte(in, '\n') && !hasByte(in, '\r') {
		return out[:n], nil
	}
	clean := make([]byte, 0, len(in))
	for _, b := range in {
		switch b {
		case ' ', '\t', '\n', '\r', '=':
		case '-':
			clean = append(clean, '+')
		case '_':
			clean = append(clean, '/')
		default:
			clean = append(clean, b)
		}
	}
	n, err := base64.RawStdEncoding.Decode(out, clean)
	if err != nil {
		return nil, errors.New("is no base64")
	}
	return out[:n], errors.New("is no standard base64 (alphabet, padding or line breaks), but could be read")
}

func hasByte(b []byte, c byte) bool { return bytes.IndexByte(b, c) >= 0 }

// Sniff says what the first bytes of a body are: a media type, or empty when nothing is certain. isText says that it
// is UTF-8 without NUL.
func Sniff(b []byte) (mime string, isText bool) {
	isText = utf8.Valid(b) && !hasByte(b, 0)
	mime = http.DetectContentType(b)
	if mime == "application/octet-stream" || strings.HasPrefix(mime, "text/") {
		mime = "" // what text it is, its first bytes do not tell
	}
	return mime, isText
}
