//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// What the tests of features share: the parts of the window by the names that a user sees.

// saved is a server's row in the list.
func saved(name string) target {
	return target{"server " + name, fmt.Sprintf("byRole('button', '').filter((e) => e.closest('nav') && nameOf(e).startsWith(%s))", literal(name+", "))}
}

// exactly finds the innermost elements whose whole text is s.
func exactly(s string) target {
	return target{"exactly " + s, fmt.Sprintf("byText(%s).filter((e) => tidy(e.textContent) === tidy(%s))", literal(s), literal(s))}
}

// tool is a row of the list of tools.
func tool(name string) target {
	return exactly(name).in(role("listbox", "Tools"))
}

// entry is a row of the traffic whose name holds every part.
func entry(parts ...string) target {
	return target{"entry " + strings.Join(parts, ", "), fmt.Sprintf("within(byRole('grid', 'Traffic'), byRole('row', '')).filter((e) => e.ariaLabel && %s.every((p) => e.ariaLabel.includes(p)))", list(parts))}
}

// item is a line of an open menu; its shortcut stands behind the label.
func item(label string) target {
	return target{"menu item " + label, fmt.Sprintf("byRole('menuitem', '').filter((e) => nameOf(e).startsWith(%s))", literal(label))}
}

// last picks the last of several.
func (t target) last() target {
	return target{"the last " + t.what, fmt.Sprintf("(%s).slice(-1)", t.find)}
}

// find filters the traffic by a text, waits for an entry, and shows all of it again: rows out of view are not in the
// page.
func (a *app) find(filter string, t target) {
	a.t.Helper()
	field := role("searchbox", "Filter by text in fields, headers and bodies")
	a.fill(field, filter)
	a.see(t)
	a.keys(field, escape)
	a.wait("the filter to be empty", "("+field.find+")[0]?.value === ''")
}

func list(all []string) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = literal(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// button is a button of the main area, the first when there are two of that name.
func button(name string) target { return role("button", name).nth(0) }

var (
	box     = role("textbox", "Connect to a URL, or start a command")
	result  = css(`section[aria-label="Result"]`)
	dialog  = css(`[role="dialog"]`)
	mainish = css("main")
)

// connect chooses a saved server and connects it.
func (a *app) connect(name string) {
	a.t.Helper()
	a.click(saved(name))
	a.click(button("Connect"))
	a.connected()
}

// connected waits for a live connection in the main area.
func (a *app) connected() { a.t.Helper(); a.see(role("button", "Disconnect")) }

// run presses Run and waits for the outcome: done, tool-error, failed, cancelled, unsent.
func (a *app) run(state string) string {
	a.t.Helper()
	a.click(button("Run"))
	return a.outcome(state)
}

// outcome waits for the state of the run that is shown and returns what is shown of it.
func (a *app) outcome(state string) string {
	a.t.Helper()
	a.wait("an outcome: "+state, fmt.Sprintf(`document.querySelector('section[aria-label="Result"]')?.dataset.runState === %s`, literal(state)))
	return a.textOf(result)
}

// says waits until a target shows a text.
func (a *app) says(t target, want string) {
	a.t.Helper()
	a.wait(t.what+" to say "+want, fmt.Sprintf("(%s).some((e) => tidy(e.innerText).includes(tidy(%s)))", t.find, literal(want)))
}

// typeIn puts a text into the box above the list and presses Enter.
func (a *app) typeIn(line string) {
	a.t.Helper()
	a.fill(box, line)
	a.keys(box, enter)
}

// choose picks an option of a list by its text.
func (a *app) choose(t target, option string) {
	a.t.Helper()
	a.see(t)
	got := a.js(fmt.Sprintf(`const [e] = %s; const o = [...e.options].find((o) => o.text === arguments[0]); if (!o) return [...e.options].map((o) => o.text).join("|");
		e.value = o.value; e.dispatchEvent(new Event("input", { bubbles: true })); e.dispatchEvent(new Event("change", { bubbles: true })); return ""`, t.find), option)
	if got != "" {
		a.t.Fatalf("%s has no option %q but %v", t.what, option, got)
	}
}

// record keeps every reply of the bridge from now on, for [app.repliesMustNotHold].
func (a *app) record() {
	a.t.Helper()
	a.js(`window.replies = [];
	for (const noun of Object.values(window.go.app)) for (const [name, call] of Object.entries(noun))
		noun[name] = (...args) => { const p = call(...args); p.then((v) => replies.push(name + " " + JSON.stringify(v)), (e) => replies.push(name + " failed " + String(e))); return p; };
	const plain = window.fetch;
	window.fetch = async (...args) => { const r = await plain(...args); r.clone().text().then((s) => replies.push(String(args[0]?.url ?? args[0]) + " " + s), () => {}); return r; };`)
}

func (a *app) repliesMustNotHold(secrets ...string) {
	a.t.Helper()
	all, _ := a.js(`return window.replies`).([]any)
	if len(all) == 0 {
		a.t.Error("no reply of the bridge was recorded")
	}
	for _, r := range all {
		s, _ := r.(string)
		name, _, _ := strings.Cut(s, " ")
		a.noneIn("a reply to "+name, []byte(s), secrets)
	}
}

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not hold %q:\n%s", what, w, text)
		}
	}
}
