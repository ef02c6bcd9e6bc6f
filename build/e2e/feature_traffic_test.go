//go:build e2e

package e2e

import (
	"net/http"
	"testing"
	"time"
)

// TestPressOnAMovingRow presses on the table while it follows a server that never stops talking: by the time the
// button is let go, another row is under the pointer. What was pressed on is chosen, and stays in view.
func TestPressOnAMovingRow(t *testing.T) {
	a := start(t, options{})
	a.startTyped(peerLine(t, "talking"))
	a.connected()
	a.wait("a table that scrolls", `byRole("grid", "Traffic")[0]?.scrollTop > 500`)
	a.hold(role("grid", "Traffic"), 500*time.Millisecond)
	a.says(detail, "tick")
	chosen := a.textOf(role("heading", "").in(detail))
	howMany := css(`section[aria-label="Traffic"] [role=status]`).nth(0)
	before := a.textOf(howMany)
	a.poll("more entries", func() bool { return a.textOf(howMany) != before })
	if now := a.textOf(role("heading", "").in(detail)); now != chosen {
		t.Errorf("the detail went from %q to %q", chosen, now)
	}
	inView := target{"the chosen row in view", `within(byRole("grid", "Traffic"), byRole("row", "")).filter((r) => { const g = r.closest("[role=grid]").getBoundingClientRect(), { top, bottom } = r.getBoundingClientRect();
		return r.ariaSelected === "true" && top >= g.top && bottom <= g.bottom + 1; })`}
	if n := a.count(inView); n != 1 {
		t.Errorf("%d chosen rows in view, want 1", n)
	}
	a.shot("chosen")
}

// hold presses the main button in the middle of an element and lets it go after a while.
func (a *app) hold(t target, d time.Duration) {
	a.t.Helper()
	a.withElement(t, func(id string) error {
		return a.do(http.MethodPost, "/actions", map[string]any{"actions": []any{map[string]any{
			"type": "pointer", "id": "mouse", "parameters": map[string]string{"pointerType": "mouse"},
			"actions": []any{
				map[string]any{"type": "pointerMove", "x": 0, "y": 0, "origin": map[string]string{elementKey: id}},
				map[string]any{"type": "pointerDown", "button": 0},
				map[string]any{"type": "pause", "duration": d.Milliseconds()},
				map[string]any{"type": "pointerUp", "button": 0},
			},
		}}}, nil)
	})
}
