package core

import (
	"encoding/json"
	"reflect"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// settings are what a profile wants every request of a session to carry and to declare.
func (cn *connection) settings(p profile.Profile) session.Settings {
	every := session.Every{LogLevel: p.Protocol.LogLevel, Trace: p.Protocol.Trace}
	if p.Protocol.Meta != "" {
		every.Meta = json.RawMessage(p.Protocol.Meta)
	}
	return session.Settings{Every: every, Answerers: cn.core.declares(p)}
}

// applyProtocol lets the live connections follow what was changed in their servers' settings. What was declared to a
// legacy server, and the limits, change with the next connect.
func (c *Core) applyProtocol() {
	c.mu.Lock()
	all := make([]*connection, 0, len(c.connections))
	for _, cn := range c.connections {
		all = append(all, cn)
	}
	c.mu.Unlock()
	for _, cn := range all {
		if p, err := c.profile(cn.profile.ID); err == nil {
			cn.apply(p)
		}
	}
}

func (cn *connection) apply(p profile.Profile) {
	cn.mu.Lock()
	s, same := cn.session, reflect.DeepEqual(cn.protocol, p.Protocol)
	cn.mu.Unlock()
	if s == nil || same {
		return
	}
	s.Apply(cn.settings(p))
	cn.change(func(v *Connection) {
		cn.protocol = p.Protocol
		v.Paged, v.AutoRefresh, v.Client = p.Protocol.Paged, p.Protocol.AutoRefresh, string(s.Declared())
	})
}

// paged reports whether lists are read page by page.
func (cn *connection) paged() bool {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	return cn.protocol.Paged
}
