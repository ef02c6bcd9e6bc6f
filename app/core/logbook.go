package core

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Bounds of the log of one connection. What a message says beyond is in its entry.
const (
	maxLogLines = 20_000   // messages and lines kept; the oldest leave
	maxLogBytes = 32 << 20 // of their texts together
	maxLogText  = 32 << 10 // bytes of one text
	maxLogName  = 200      // characters of a logger's name
	maxLogCalls = 4096     // requests that messages can be told to belong to
)

const methodLog = "notifications/message"

// logbook keeps what a server logs: notifications/message and, of a child, the lines on its standard error.
type logbook struct {
	lines []LogLine // by rising Seq
	bytes int
	left  int    // lines that left
	gone  uint64 // Seq up to which they left
	calls map[string]LogCall
	order []string // keys of calls, oldest first
}

// call remembers a request of ours, so that what is logged on its stream can be told to be about it.
func (b *logbook) call(e *wire.Entry) {
	if e.Call == "" {
		return
	}
	if b.calls == nil {
		b.calls = map[string]LogCall{}
	}
	if _, known := b.calls[e.Call]; !known {
		if len(b.order) == maxLogCalls {
			delete(b.calls, b.order[0])
			b.order = b.order[1:]
		}
		b.order = append(b.order, e.Call)
	}
	b.calls[e.Call] = LogCall{Seq: e.Seq, Method: e.Method, Name: e.Name}
}

// line takes a line on standard error.
func (b *logbook) line(e *wire.Entry) {
	b.add(LogLine{Seq: e.Seq, Time: e.Time, Kind: LogStderr, Text: e.Note, Cut: e.Bytes > int64(len(e.Note))})
}

// message takes a notifications/message (2025-11-25/server/utilities/logging). Its data is any JSON value, and
// untrusted; what is malformed about it is told, and the rest kept.
func (b *logbook) message(c *Core, e *wire.Entry) {
	if e.Method != methodLog {
		return
	}
	l := LogLine{Seq: e.Seq, Time: e.Time, Kind: LogMessage, of: e.Call}
	body, kept, total, ok := c.bodyOf(e.Seq, wire.PartMessage, 0, -1)
	var frame struct {
		Params struct {
			Level, Logger, Data json.RawMessage
		}
	}
	switch {
	case !ok || kept < total:
		l.Problem = "The message left memory before it was read."
	case json.Unmarshal(body, &frame) != nil:
		l.Problem = "The params are no JSON object."
	default:
		p := frame.Params
		l.Level, l.Problem = logLevel(p.Level)
		l.Logger = firstRunes(plain(p.Logger), maxLogName)
		l.Text, l.JSON = logText(p.Data)
		if l.Cut = len(l.Text) > maxLogText; l.Cut {
			l.Text = strings.ToValidUTF8(l.Text[:maxLogText], "")
		}
	}
	b.add(l)
}

// logLevel reads a level: one of the eight, or what came and what is wrong with it.
func logLevel(raw json.RawMessage) (level, problem string) {
	level = firstRunes(plain(raw), maxLogName)
	switch {
	case raw == nil:
		return "", "It has no level."
	case !slices.Contains(profile.LogLevels(), level):
		return level, "Its level is none of the eight of the specification."
	}
	return level, ""
}

// plain is a JSON string's text, or the JSON of any other value.
func plain(raw json.RawMessage) string {
	var s string
	if raw == nil || json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// logText is what a message says: a string as it is, any other value as compact JSON.
func logText(raw json.RawMessage) (text string, isJSON bool) {
	var s string
	if raw == nil || string(raw) != "null" && json.Unmarshal(raw, &s) == nil {
		return s, false
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw), true
	}
	return b.String(), true
}

func (b *logbook) add(l LogLine) {
	b.lines = append(b.lines, l)
	b.bytes += l.size()
	drop := 0
	for len(b.lines)-drop > maxLogLines || b.bytes > maxLogBytes && len(b.lines)-drop > 1 {
		b.bytes -= b.lines[drop].size()
		b.gone = b.lines[drop].Seq
		drop++
	}
	b.left += drop
	if b.lines = b.lines[drop:]; cap(b.lines) > 2*maxLogLines {
		b.lines = slices.Clone(b.lines) // what left leaves memory
	}
}

func (l *LogLine) size() int { return len(l.Text) + len(l.Logger) + 200 }
