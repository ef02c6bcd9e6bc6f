//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
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
	return exactly(name).in(role("listbox", "tools"))
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

// reach scrolls the traffic until a row is in the page, in steps: from the end to the beginning, and again from the
// end. Rows out of view are not in the page.
func (a *app) reach(t target) bool {
	found, err := a.tryJS(`if ((` + t.find + `).length > 0) return true;
		const [grid] = byRole("grid", "Traffic");
		if (grid) grid.scrollTop = grid.scrollTop > 0 ? grid.scrollTop - 200 : grid.scrollHeight;
		return false`)
	return err == nil && found == true
}

// seeEntry waits until a row of the traffic is there, in view or not.
func (a *app) seeEntry(t target) {
	a.t.Helper()
	a.poll(t.what, func() bool { return a.reach(t) })
}

// openEntry chooses a row of the traffic and waits for its detail. The table follows what comes in: a row that moves
// between aim and press is aimed at again, as a user does.
func (a *app) openEntry(t target) {
	a.t.Helper()
	chosen := "(" + t.find + ").some((r) => r.ariaSelected === 'true') && (" + detail.find + ").length === 1"
	a.poll("the detail of "+t.what, func() bool {
		if !a.reach(t) {
			return false
		}
		a.click(t)
		for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if v, err := a.tryJS("return " + chosen); err == nil && v == true {
				return true
			}
		}
		return false
	})
}

// find filters the traffic by a text, waits for an entry, and shows all of it again: rows out of view are not in the
// page.
func (a *app) find(filter string, t target) {
	a.t.Helper()
	field := role("combobox", "Filter the traffic")
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
	detail  = css(`section[aria-label^="Entry #"]`) // of the selected entry of the traffic
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

// run presses Run and waits for the outcome: done, tool-error, failed, cancelled, unsent; and for what it says.
func (a *app) run(state string, wanted ...string) {
	a.t.Helper()
	a.js(`const e = document.querySelector('section[aria-label="Result"]'); if (e) e.dataset.runState = "of the run before"`)
	a.click(button("Run"))
	a.outcome(state, wanted...)
}

// outcome waits for the state of the run that is shown, and for what is shown of it.
func (a *app) outcome(state string, wanted ...string) {
	a.t.Helper()
	a.wait("an outcome: "+state, fmt.Sprintf(`document.querySelector('section[aria-label="Result"]')?.dataset.runState === %s`, literal(state)))
	if len(wanted) > 0 {
		a.says(result, wanted...)
	}
}

// says waits until a target shows every one of some texts, which may be cut into lines otherwise.
func (a *page) says(t target, wanted ...string) {
	a.t.Helper()
	var shown any
	a.pollFor(func() string { return fmt.Sprintf("%s to say %q; it says %q", t.what, wanted, shown) }, func() bool {
		v, err := a.tryJS(fmt.Sprintf(`const all = (%s).map((e) => tidy(e.innerText));
			return { all, ok: all.some((text) => %s.every((w) => text.includes(tidy(w)))) }`, t.find, list(wanted)))
		if err != nil && a.gone() {
			a.t.Fatalf("waiting for %s: the program has ended: %v", t.what, err)
		}
		got, _ := v.(map[string]any)
		shown = got["all"]
		return err == nil && got["ok"] == true
	})
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

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not hold %q:\n%s", what, w, text)
		}
	}
}
