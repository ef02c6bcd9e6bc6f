package drift

// server compares what is said of the server as a whole.
func (c *collector) server(was, now *Snapshot) {
	if was.Protocol != now.Protocol {
		s, text := Risky, "The server speaks another protocol version."
		if now.Protocol < was.Protocol { // they are dates
			text = "The server speaks an older protocol version."
		}
		c.add(s, "protocol-changed", "/protocol", text, "Features and the form of messages go by it.", was.Protocol, now.Protocol)
	}
	c.info(decode(was.Server), decode(now.Server))
	if was.Instructions != now.Instructions {
		a, b := said(was.Instructions), said(now.Instructions)
		c.words("instructions", "/instructions", "server", a, b)
	}
	c.capability("/capabilities", "", decode(was.Capabilities), decode(now.Capabilities), 0)
}

func said(s string) any {
	if s == "" {
		return nothing
	}
	return s
}

func (c *collector) info(was, now any) {
	a, _ := was.(map[string]any)
	b, _ := now.(map[string]any)
	for _, k := range keysOf(a, b) {
		x, y := member(a, k), member(b, k)
		if same(x, y) {
			continue
		}
		path := pointer("/serverInfo", k)
		switch k {
		case "name":
			c.add(Risky, "server-name", path, "The server calls itself by another name.", "Another program may answer here now.", x, y)
		case "version":
			c.add(Minor, "server-version", path, "The server is of another version.", "What it changed is told beside it.", x, y)
		default:
			c.words(k, path, "server", x, y)
		}
	}
}

const maxCapabilityDepth = 6 // deeper values are compared as a whole

// capability compares what is declared, member by member. False and null declare nothing.
func (c *collector) capability(path, name string, was, now any, depth int) {
	a, aok := was.(map[string]any)
	b, bok := now.(map[string]any)
	if aok && bok && depth < maxCapabilityDepth {
		for _, k := range keysOf(a, b) {
			at := k
			if name != "" {
				at = name + "." + k
			}
			c.capability(pointer(path, k), at, member(a, k), member(b, k), depth+1)
		}
		return
	}
	had, has := declared(was), declared(now)
	switch {
	case same(was, now) || !had && !has:
	case had && !has:
		c.add(Breaking, "capability-removed", path, "The server does not declare "+named(name)+" any more.", "Clients do not use what is not declared.", was, now)
	case has && !had:
		c.add(Additive, "capability-added", path, "The server declares "+named(name)+" now.", "Clients may use what they could not before.", was, now)
	default:
		c.add(Risky, "capability-changed", path, "What the server declares of "+named(name)+" changed.", "Clients go by it.", was, now)
	}
}

func declared(v any) bool { return v != nothing && v != nil && v != false }
