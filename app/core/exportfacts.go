package core

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// connectionOf is the connection of this run with an id in the log; nil when there is a newer one of its server.
func (c *Core) connectionOf(conn string) *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cn := range c.connections {
		if cn.id == conn {
			return cn
		}
	}
	return nil
}

// connInfos say what is known of the connections whose entries are in a source.
func (c *Core) connInfos(s export.Source) ([]export.ConnInfo, error) {
	var order []string
	err := s.Entries(func(e wire.Entry) error {
		if e.Conn != "" && !slices.Contains(order, e.Conn) && len(order) < maxScope {
			order = append(order, e.Conn)
		}
		return nil
	})
	out := []export.ConnInfo{}
	for _, conn := range order {
		out = append(out, c.connInfo(conn))
	}
	return out, err
}

func (c *Core) connInfo(conn string) export.ConnInfo {
	info := export.ConnInfo{Conn: conn}
	if _, _, earlier := captureOf(conn); earlier && c.captures != nil {
		for _, kept := range c.captures.List(c.life) {
			if kept.ID == conn {
				return export.ConnInfo{Conn: conn, Name: kept.Server, Profile: kept.Profile, Transport: kept.Transport, Launch: kept.Target}
			}
		}
	}
	cn := c.connectionOf(conn)
	if cn == nil {
		return info
	}
	v := cn.snapshot()
	info.Name, info.Profile, info.Transport, info.Era, info.Version = cn.profile.Name, cn.profile.ID, v.Transport, v.Era, v.Version
	info.Server = compact(v.ServerInfo)
	t := c.codeTarget(conn)
	info.Launch = t.URL
	if t.Command != "" {
		info.Launch = strings.Join(append([]string{t.Command}, t.Args...), " ")
	}
	return info
}

// filled finds the places of a profile's texts that are filled when it is started.
var filledIn = regexp.MustCompile(`\$\{[^}]*\}`)

// codeTarget is how a connection's server is reached, for code: nothing secret is in it.
func (c *Core) codeTarget(conn string) export.Target {
	cn := c.connectionOf(conn)
	if cn == nil {
		return export.Target{}
	}
	hide := func(text string) string {
		text = filledIn.ReplaceAllStringFunc(text, func(in string) string { return "‹secret #" + c.mac("placeholder", in)[:8] + "›" })
		return string(c.masker().Text(conn, []byte(text)))
	}
	p := cn.profile
	if p.Sample == SampleOpen {
		if filled, err := c.sample(cn.ctx, p); err == nil {
			p = filled
		}
	}
	if p.Transport != profile.Stdio {
		if p.URL == "" {
			return export.Target{}
		}
		return export.Target{URL: c.masker().URL(conn, hide(p.URL))}
	}
	t := export.Target{Command: hide(p.Command), Dir: hide(p.Cwd)}
	for _, a := range c.shown(p).Args {
		t.Args = append(t.Args, hide(a))
	}
	for _, v := range p.Env {
		value := hide(v.Value)
		if yes, _ := profile.LooksSecret(v.Name, v.Value); v.Secret || yes {
			value = "‹secret #" + c.mac("placeholder", v.Name)[:8] + "›"
		}
		t.Env = append(t.Env, wire.Header{Name: v.Name, Value: value})
	}
	return t
}

// bundle makes a bug report of a source.
func (c *Core) bundle(s export.Source, in ExportInput) (export.Bundle, error) {
	conns, err := c.connInfos(s)
	if err != nil {
		return export.Bundle{}, err
	}
	b := export.Bundle{
		Source: s, By: c.creator(), Words: in.Words, Leave: in.Leave,
		Manifest: export.Manifest{Program: c.program(), Comment: in.About, Connections: conns},
		Facts:    export.Facts{Program: c.program(), System: fmt.Sprintf("%s/%s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version()), About: in.About},
	}
	var profiles []profile.Profile
	for _, info := range conns {
		b.Facts.Connections = append(b.Facts.Connections, c.factConn(info))
		if cn := c.connectionOf(info.Conn); cn != nil {
			p := cn.profile
			if p.Transport == profile.Stdio {
				p.Args = c.shown(p).Args
			}
			profiles = append(profiles, p)
		}
	}
	if len(profiles) > 0 {
		if b.Profile, err = profile.Export(profiles, profile.FormMCPServers); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (c *Core) factConn(info export.ConnInfo) export.FactConn {
	f := export.FactConn{ConnInfo: info}
	cn := c.connectionOf(info.Conn)
	if cn == nil {
		return f
	}
	v := cn.snapshot()
	f.State = string(v.Phase)
	e := v.Err
	if e == nil {
		e = v.Banner
	}
	if e == nil {
		return f
	}
	f.Error = e.Message
	if e.Detail != "" {
		f.More = append(f.More, e.Detail)
	}
	if ch := e.Challenge; ch != nil {
		f.More = append(f.More, fmt.Sprintf("%d to %s %s", ch.Status, ch.Method, ch.URL))
		for _, raw := range ch.Raw {
			f.More = append(f.More, "WWW-Authenticate: "+raw)
		}
		for _, found := range ch.Findings {
			f.More = append(f.More, fmt.Sprintf("%s: %s [%s]", found.Severity, found.Text, found.Source))
		}
	}
	if e.Hint != "" {
		f.More = append(f.More, e.Hint)
	}
	return f
}
