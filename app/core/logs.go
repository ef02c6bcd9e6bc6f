package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// maxLogPage is how many lines one answer has, at most.
const maxLogPage = 5000

// Logs returns what a server logged on its present connection, or on the last one.
func (c *Core) Logs(in LogInput) LogPage {
	out := LogPage{Lines: []LogLine{}, Next: in.After}
	cn := c.connection(in.Profile)
	if cn == nil {
		return out
	}
	cn.mu.Lock()
	s, view := cn.session, cn.view
	out.Level = cn.logLevel
	cn.mu.Unlock()
	if p, err := c.profile(in.Profile); err == nil {
		out.Kept = p.Protocol.LogLevel
	}
	out.Conn, out.Era, out.Stderr = cn.id, view.Era, view.Transport == string(profile.Stdio)
	if s != nil {
		out.Declared = offered(s, "logging").Declared
	}
	limit := in.Limit
	if limit <= 0 || limit > maxLogPage {
		limit = maxLogPage
	}
	wanted := in.filter()
	c.digest.read(c, cn.id, func(sum *summary) {
		b := &sum.book
		out.Gone, out.Left, out.Total = b.gone, b.left, len(b.lines)
		from, _ := slices.BinarySearchFunc(b.lines, in.After+1, func(l LogLine, seq uint64) int { return cmp.Compare(l.Seq, seq) })
		for i := from; i < len(b.lines); i++ {
			l := &b.lines[i]
			if !wanted(l) {
				out.Next = l.Seq
				continue
			}
			if len(out.Lines) == limit {
				out.More = true
				return
			}
			out.Lines, out.Next = append(out.Lines, *l), l.Seq
			out.Lines[len(out.Lines)-1].Call = b.calls[l.of]
		}
	})
	return out
}

// filter tells which lines are wanted.
func (in LogInput) filter() func(*LogLine) bool {
	text := strings.ToLower(strings.TrimSpace(in.Text))
	least := slices.Index(profile.LogLevels(), in.Level)
	return func(l *LogLine) bool {
		if l.Kind == LogStderr && !in.Stderr {
			return false
		}
		if at := slices.Index(profile.LogLevels(), l.Level); l.Kind == LogMessage && at >= 0 && at < least {
			return false
		}
		return text == "" || strings.Contains(strings.ToLower(l.Text), text) || strings.Contains(strings.ToLower(l.Logger), text)
	}
}

// LogText is what a LogInput finds, for a file: JSON Lines, or one line of text for each.
func (c *Core) LogText(in LogInput, jsonLines bool) []byte {
	var b strings.Builder
	for {
		page := c.Logs(in)
		for i := range page.Lines {
			l := &page.Lines[i]
			if jsonLines {
				raw, _ := json.Marshal(l) // strings and numbers only
				b.Write(raw)
			} else {
				b.WriteString(l.String())
			}
			b.WriteByte('\n')
		}
		if !page.More {
			return []byte(b.String())
		}
		in.After = page.Next
	}
}

// String is the line for people: time, level, logger, text. Line breaks in it are escaped: a message must not be able
// to look like two.
func (l *LogLine) String() string {
	level := l.Level
	if l.Kind == LogStderr {
		level = "stderr"
	}
	text := strings.NewReplacer("\r", `\r`, "\n", `\n`, "\x1b", `\x1b`).Replace(l.Text)
	if l.Logger != "" {
		text = strings.NewReplacer("\r", " ", "\n", " ").Replace(l.Logger) + ": " + text
	}
	return fmt.Sprintf("%s %-9s %s", time.UnixMicro(l.Time).UTC().Format("2006-01-02T15:04:05.000Z"), level, text)
}

// SetLogLevel asks a legacy server for messages from this level on, now and after each further connect; a modern one
// is told with every request from the next one on. An empty level asks for nothing any more, which a legacy server
// cannot be told: it is left as it is until the next connect. A level that the server refuses is not kept. Temporary servers forget it with the program's end.
func (c *Core) SetLogLevel(ctx context.Context, id, level string) error {
	if level != "" && !slices.Contains(profile.LogLevels(), level) {
		return input("set the log level", fmt.Sprintf("%q is no level", level), "Choose one of "+strings.Join(profile.LogLevels(), ", ")+".")
	}
	if cn, s, err := c.live(id); err == nil { // else the next connect asks for it
		switch {
		case s.Info().Era == session.Modern:
			s.SetLogLevel(level)
			cn.setLevel(level)
		case level != "":
			if err := cn.askLevel(ctx, s, level); err != nil {
				return err
			}
		}
	}
	return c.keepLogLevel(id, level)
}

// askLevel sends logging/setLevel (2025-11-25/server/utilities/logging).
func (cn *connection) askLevel(ctx context.Context, s *session.Session, level string) error {
	params, _ := json.Marshal(map[string]string{"level": level}) // a string always marshals
	_, err := s.Call(ctx, session.CallInput{Method: "logging/setLevel", Params: params})
	if err != nil {
		if f := fault.As(err); f != nil && f.Challenge != nil {
			cn.onLoose(err)
		}
		return cn.masked(err)
	}
	cn.setLevel(level)
	return nil
}

func (cn *connection) setLevel(level string) {
	cn.mu.Lock()
	cn.logLevel = level
	cn.mu.Unlock()
	cn.touch()
}

// startLogging asks a new legacy connection for the level of its profile. A server that does not declare logging is
// not asked.
func (cn *connection) startLogging(s *session.Session) {
	level := cn.profile.Protocol.LogLevel
	if level == "" {
		return
	}
	if s.Info().Era == session.Modern {
		cn.setLevel(level)
		return
	}
	if !offered(s, "logging").Declared {
		return
	}
	go func() {
		if err := cn.askLevel(cn.ctx, s, level); err != nil {
			cn.note("The log level could not be set: " + text(err))
		}
	}()
}

// keepLogLevel saves the level with the server.
func (c *Core) keepLogLevel(id, level string) error {
	p, err := c.profile(id)
	if err != nil || p.Protocol.LogLevel == level {
		return err
	}
	p.Protocol.LogLevel = level
	_, err = c.Save(p, nil)
	return err
}

// onNotification is told of every notification of the server, in wire order. It must return at once.
func (cn *connection) onNotification(in transport.Incoming) {
	if in.Method == methodLog && cn.logged.CompareAndSwap(false, true) {
		cn.touch() // there is a log to show now
	}
}
