package drift

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
)

// Classify tells how now differs from was. Both must be tidy. The order of a list is no difference, and what was not
// read in one of them is not compared.
func Classify(was, now *Snapshot) Result {
	c := &collector{nodes: maxNodes, res: Result{Changes: []Change{}, NotCompared: []string{}}}
	c.at(itemAt{kind: OfServer})
	c.server(was, now)
	for _, l := range lists() {
		c.list(l, was, now)
	}
	rank := map[Severity]int{}
	for i, s := range Severities() {
		rank[s] = i
	}
	slices.SortStableFunc(c.res.Changes, func(a, b Change) int { return cmp.Compare(rank[a.Severity], rank[b.Severity]) })
	return c.res
}

// list compares one list.
func (c *collector) list(l listOf, before, after *Snapshot) {
	was, now := l.part(before), l.part(after)
	switch {
	case was.State == Unread:
		c.notCompared("The %s are not compared: the earlier snapshot does not have them%s.", l.plural, because(was.Why))
		return
	case now.State == Unread:
		c.notCompared("The %s are not compared: they could not be read%s.", l.plural, because(now.Why))
		return
	}
	if was.State == Partial {
		c.notCompared("Only a part of the earlier %s is known: new ones are not told.", l.plural)
	}
	if now.State == Partial {
		c.notCompared("The %s were not read to their end: removed ones are not told.", l.plural)
	}
	if c.served(l, was, now) {
		return
	}
	pairs := pair(decoded(was.Items, l.key), decoded(now.Items, l.key))
	if l.kind == OfTemplate {
		pairs = pairBy(pairs, func(i *item) string { return text(i.val["name"]) })
	}
	if l.kind == OfTool && was.known() && now.known() {
		pairs = pairBy(pairs, likeness)
	}
	for _, p := range pairs {
		c.pair(l, p, was.known(), now.known())
	}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}

// served compares whether there is a list at all; true when that is all there is to tell.
func (c *collector) served(l listOf, was, now *Part) bool {
	c.at(itemAt{kind: OfServer})
	path := "/" + l.plural
	switch {
	case now.State == Unserved && was.State != Unserved && was.State != Absent:
		c.add(Breaking, "list-unserved", path, "The server does not serve its list of "+l.plural+" any more (-32601).", "Clients find none of them.", len(was.Items), nothing)
		return true
	case now.State == Absent && was.State != Absent:
		return true // the capability says it
	case was.State == Unserved && now.State != Unserved:
		c.add(Additive, "list-served", path, "The server serves its list of "+l.plural+" now.", "Clients find what they did not find before.", nothing, len(now.Items))
		return true
	case was.State == Absent && now.State != Absent:
		return true
	}
	return false
}

// item is one entry of a list, decoded.
type item struct {
	key string
	nth int
	raw json.RawMessage
	val map[string]any // nil when it is no object
}

// both are an item as it was and as it is; one of them may be nil.
type both struct{ was, now *item }

func decoded(items []json.RawMessage, key string) []*item {
	count := map[string]int{}
	out := make([]*item, len(items))
	for i, raw := range items {
		it := &item{raw: raw}
		it.val, _ = decode(raw).(map[string]any)
		it.key = text(it.val[key])
		it.nth = count[it.key]
		count[it.key]++
		out[i] = it
	}
	return out
}

func decode(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// pair finds what belongs together: the same name, and among several of it first those that are equal.
func pair(was, now []*item) []both {
	byKey := map[string][]*item{}
	for _, it := range was {
		byKey[it.key] = append(byKey[it.key], it)
	}
	partner := map[*item]*item{}
	taken := map[*item]bool{}
	match := func(same func(a, b *item) bool) {
		for _, n := range now {
			if partner[n] != nil {
				continue
			}
			for _, w := range byKey[n.key] {
				if !taken[w] && same(w, n) {
					partner[n], taken[w] = w, true
					break
				}
			}
			dropTaken(byKey, n.key, taken)
		}
	}
	match(func(a, b *item) bool { return bytes.Equal(a.raw, b.raw) })
	match(func(_, _ *item) bool { return true })
	var out []both
	for _, n := range now {
		out = append(out, both{partner[n], n})
	}
	for _, w := range was {
		if !taken[w] {
			out = append(out, both{w, nil})
		}
	}
	return out
}

// dropTaken keeps a thousand items of one name from being looked at a million times.
func dropTaken(byKey map[string][]*item, key string, taken map[*item]bool) {
	list := byKey[key]
	for len(list) > 0 && taken[list[0]] {
		list = list[1:]
	}
	byKey[key] = list
}

// pairBy joins what is new with what is gone by another word for it, where each is the only one with that word.
func pairBy(pairs []both, word func(*item) string) []both {
	gone, fresh := map[string][]*item{}, map[string][]*item{}
	for _, p := range pairs {
		switch {
		case p.now == nil:
			gone[word(p.was)] = append(gone[word(p.was)], p.was)
		case p.was == nil:
			fresh[word(p.now)] = append(fresh[word(p.now)], p.now)
		}
	}
	joined := map[*item]*item{}
	dropped := map[*item]bool{}
	for w, now := range fresh {
		if was := gone[w]; w != "" && len(now) == 1 && len(was) == 1 {
			joined[now[0]], dropped[was[0]] = was[0], true
		}
	}
	out := make([]both, 0, len(pairs))
	for _, p := range pairs {
		switch {
		case p.now == nil && dropped[p.was]:
		case p.was == nil:
			out = append(out, both{joined[p.now], p.now})
		default:
			out = append(out, p)
		}
	}
	return out
}

// pair compares one item with what it was. What is new or gone is told only where the other list is known whole.
func (c *collector) pair(l listOf, p both, wasKnown, nowKnown bool) {
	switch {
	case p.now == nil:
		if nowKnown {
			c.at(itemAt{kind: l.kind, name: p.was.key, nth: p.was.nth})
			c.removed(l, p.was)
		}
		return
	case p.was == nil:
		if wasKnown {
			c.at(itemAt{kind: l.kind, name: p.now.key, nth: p.now.nth})
			c.add(Additive, string(l.kind)+"-added", "", "The "+string(l.kind)+" "+named(p.now.key)+" is new.", "Nothing that was there changes by it.", nothing, p.now.raw)
		}
		return
	case bytes.Equal(p.was.raw, p.now.raw):
		return
	}
	at := itemAt{kind: l.kind, name: p.was.key, nth: p.was.nth}
	if p.now.key != p.was.key {
		at.to = p.now.key
	}
	c.at(at)
	before := c.res.Counts.Total()
	if p.was.val == nil || p.now.val == nil {
		c.add(Risky, "malformed", "", "The "+string(l.kind)+" is no JSON object, or was none.", "Clients may not read it.", p.was.raw, p.now.raw)
		return
	}
	switch l.kind {
	case OfTool:
		c.tool(p.was, p.now)
	case OfResource:
		c.resource(p.was, p.now)
	case OfTemplate:
		c.template(p.was, p.now)
	case OfPrompt:
		c.prompt(p.was, p.now)
	case OfServer:
	}
	if c.res.Counts.Total() == before {
		c.add(Minor, "other", "", "The "+string(l.kind)+" is written otherwise.", "No rule says that it matters.", nothing, nothing)
	}
}

func (c *collector) removed(l listOf, it *item) {
	s, why := Breaking, "Whoever uses it gets an error."
	if l.kind == OfResource {
		// 2025-11-25/server/resources: the list is what is offered now; a resource may be readable without being listed.
		s, why = Risky, "Whoever holds its URI may not be able to read it."
	}
	c.add(s, string(l.kind)+"-removed", "", "The "+string(l.kind)+" "+named(it.key)+" is gone.", why, it.raw, nothing)
}
