package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Bounds of a HAR that is read: its records are held in memory.
const (
	MaxHAR        = 512 << 20 // bytes of the file
	maxHAREntries = 500_000
)

// ReadHAR reads a HAR: ours with everything that stands in it, another program's as far as it is HTTP. Entries are
// numbered as they were, or in their order where that is not known. What is wrong is a [FileError].
func ReadHAR(r io.Reader) ([]wire.Draft, error) {
	limited := &io.LimitedReader{R: r, N: MaxHAR + 1}
	d := json.NewDecoder(limited)
	var entries []harEntry
	err := harLog(d, func() error {
		return array(d, func() error {
			if len(entries) >= maxHAREntries {
				return &FileError{What: fmt.Sprintf("there are more than %d entries", maxHAREntries)}
			}
			var e harEntry
			if err := d.Decode(&e); err != nil {
				return harError(d, len(entries)+1, err)
			}
			entries = append(entries, e)
			return nil
		})
	})
	if limited.N <= 0 {
		return nil, &FileError{What: fmt.Sprintf("the file is longer than %d bytes", MaxHAR)}
	}
	if err != nil {
		return nil, err
	}
	return harDrafts(entries)
}

func harError(d *json.Decoder, n int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FileError{What: fmt.Sprintf("the file ends at byte %d: it is a part of a HAR only", d.InputOffset())}
	}
	if n > 0 {
		return &FileError{What: fmt.Sprintf("entry %d of the HAR cannot be read, at byte %d: %v", n, d.InputOffset(), err)}
	}
	return &FileError{What: fmt.Sprintf("this is no HAR, at byte %d: %v", d.InputOffset(), err)}
}

// harLog finds log.entries and calls entries there.
func harLog(d *json.Decoder, entries func() error) error {
	found := false
	err := object(d, func(key string) error {
		if key != "log" || found {
			return skip(d)
		}
		return object(d, func(key string) error {
			if key != "entries" || found {
				return skip(d)
			}
			found = true
			return entries()
		})
	})
	if err == nil && !found {
		err = &FileError{What: "this is no HAR: it has no log.entries"}
	}
	return err
}

func skip(d *json.Decoder) error {
	var v json.RawMessage
	if err := d.Decode(&v); err != nil {
		return harError(d, 0, err)
	}
	return nil
}

func object(d *json.Decoder, member func(key string) error) error {
	return inside(d, '{', func() error {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return harError(d, 0, cmpErr(err, "a member name was expected"))
		}
		return member(key)
	})
}

func array(d *json.Decoder, element func() error) error { return inside(d, '[', element) }

func inside(d *json.Decoder, open json.Delim, each func() error) error {
	t, err := d.Token()
	if err != nil || t != open {
		return harError(d, 0, cmpErr(err, fmt.Sprintf("%q was expected", open.String())))
	}
	for d.More() {
		if err := each(); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return harError(d, 0, err)
	}
	return nil
}

func cmpErr(err error, text string) error {
	if err != nil {
		return err
	}
	return errors.New(text)
}

// harDrafts makes records of entries. Numbers of ours are kept while each is there once and none is 0.
func harDrafts(entries []harEntry) ([]wire.Draft, error) {
	var out []wire.Draft
	kept := map[uint64]bool{}
	numbered := true
	for i := range entries {
		list, err := entries[i].drafts()
		if err != nil {
			return nil, &FileError{What: fmt.Sprintf("entry %d of the HAR: %v", i+1, err)}
		}
		for _, d := range list {
			numbered = numbered && d.Entry.Seq != 0 && !kept[d.Entry.Seq]
			kept[d.Entry.Seq] = true
		}
		out = append(out, list...)
	}
	if !numbered {
		renumber(out)
	}
	slices.SortStableFunc(out, func(a, b wire.Draft) int {
		switch {
		case a.Entry.Seq < b.Entry.Seq:
			return -1
		case a.Entry.Seq > b.Entry.Seq:
			return 1
		}
		return 0
	})
	return out, nil
}

// renumber counts from 1. What pointed to an old number points to nothing: those cannot be told apart.
func renumber(list []wire.Draft) {
	for i := range list {
		e := &list[i].Entry
		e.Seq, e.Exchange = uint64(i+1), 0
		if e.Pair != 0 {
			e.Pair = 0
			if i > 0 && list[i-1].Entry.Kind == wire.KindFrame && (e.Message == wire.MsgResponse || e.Message == wire.MsgError) && list[i-1].Entry.Message == wire.MsgRequest && list[i-1].Entry.ID == e.ID {
				e.Pair, list[i-1].Entry.Pair = e.Seq-1, e.Seq
			}
		}
	}
}

func (h *harEntry) drafts() ([]wire.Draft, error) {
	request, err := h.Request.body()
	if err != nil {
		return nil, err
	}
	response, err := decoded(h.Response.Content.Text, h.Response.Content.Encoding)
	if err != nil {
		return nil, err
	}
	if h.Own != nil && plainFrame(h.Own.Entry) {
		out := []wire.Draft{{Entry: h.Own.Entry, Message: request}}
		if a := h.Own.Answer; a != nil {
			if a.Kind != wire.KindFrame || a.Exchange != 0 {
				return nil, errors.New("its answer is no message")
			}
			out = append(out, wire.Draft{Entry: *a, Message: response})
		}
		return out, nil
	}
	d := wire.Draft{Request: request, Response: response, Exchange: h.wireExchange()}
	if h.Own != nil && h.Own.Entry.Kind == wire.KindHTTP {
		d.Entry = h.Own.Entry
	} else {
		x := d.Exchange
		began := int64(0)
		if at, err := time.Parse(time.RFC3339Nano, h.Started); err == nil { // an odd time is none
			began = max(at.UnixMicro(), 0)
		}
		d.Entry = wire.Entry{
			Conn: h.Page, Time: began, Kind: wire.KindHTTP, Dir: wire.Out, Method: x.Method, Name: x.URL, Status: x.Status,
			Took: x.Timing.Total, Bytes: int64(len(response)), ReqBytes: int64(len(request)),
		}
	}
	return []wire.Draft{d}, nil
}

// wireExchange reads the standard members; those of ours win where HAR is coarser.
func (h *harEntry) wireExchange() *wire.Exchange {
	x := &wire.Exchange{
		Method: h.Request.Method, URL: h.Request.URL, Proto: h.Request.HTTPVersion, Status: h.Response.Status, StatusText: h.Response.StatusText, Err: h.Response.Error,
		RemoteAddr: h.ServerIP,
	}
	us := func(v float64) int64 {
		if v <= 0 || v > 1e12 {
			return 0
		}
		return int64(v*1000 + 0.5)
	}
	t := h.Timings
	x.Timing = wire.Timing{DNS: us(t.DNS), Connect: max(0, us(t.Connect)-us(t.SSL)), TLS: us(t.SSL), Wait: us(t.Wait), Transfer: us(t.Receive), Total: us(h.Time)}
	if h.Own != nil && h.Own.Exchange != nil {
		*x = *h.Own.Exchange
	}
	x.RequestHeaders, x.ResponseHeaders = headersOf(h.Request.Headers), headersOf(h.Response.Headers)
	return x
}

func headersOf(list []harPair) []wire.Header {
	out := make([]wire.Header, 0, len(list))
	for _, p := range list {
		out = append(out, wire.Header(p))
	}
	return out
}

func (r *harRequest) body() ([]byte, error) {
	if r.PostData == nil {
		return nil, nil
	}
	return decoded(r.PostData.Text, r.PostData.Encoding)
}

func decoded(text, encoding string) ([]byte, error) {
	switch {
	case text == "":
		return nil, nil
	case encoding != "base64":
		return []byte(text), nil
	}
	b, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace([]byte(text))))
	if err != nil {
		return nil, fmt.Errorf("the body is not base64: %w", err)
	}
	return b, nil
}
