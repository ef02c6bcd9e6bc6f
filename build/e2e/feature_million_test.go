//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// TestManyRows scrolls through more kept entries than an element may be tall for: WebKit cuts heights at about 33 million
// pixels and loses precision before.
func TestManyRows(t *testing.T) {
	const n = 500_000
	home := tempHome(t)
	data := filepath.Join(home, "sightglass")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	peers.Fill(t, data, n)
	a := start(t, options{home: home})
	a.click(saved("Sample server"))
	a.click(button("Earlier…"))
	a.click(css(`[role="dialog"] li .open`))
	a.press("j", ctrlKey, shiftKey)
	grid := `byRole("grid", "Traffic")[0]`
	a.wait("half a million rows", grid+fmt.Sprintf(`?.getAttribute("aria-rowcount") === "%d"`, n+1))
	a.wait("an element that is not too tall", grid+".scrollHeight < 9e6")
	shown := func(what string, first, last int) {
		a.wait(what, fmt.Sprintf(`(() => { const rows = [...%s.querySelectorAll("[data-row]")].map((e) => Number(e.dataset.row));
			return Math.min(...rows) <= %d && Math.max(...rows) >= %d && !rows.some((r) => r < 0 || r >= %d); })()`, grid, first, last, n))
	}
	a.js("const g = " + grid + "; g.scrollTop = g.scrollHeight; return 1")
	shown("the last row", n-5, n-1)
	a.see(entry("notifications/message").last())
	a.js(grid + ".scrollTop = 0; return 1")
	shown("the first row", 0, 4)
	a.seeEntry(entry("tools/call", "tool0"))
	a.js("const g = " + grid + "; g.scrollTop = (g.scrollHeight - g.clientHeight) / 2; return 1")
	shown("a row of the middle", n/2, n/2)
	before, _ := a.js("return Number(" + grid + ".querySelector('[data-row]').dataset.row)").(float64)
	a.js(grid + ".scrollTop += 240; return 1")
	a.wait("ten rows further, not more", `Math.abs(Number(`+grid+`.querySelector('[data-row]').dataset.row) - `+fmt.Sprint(int(before))+` - 10) <= 1`)
	a.wait("the rows' entries", `within(byRole("grid", "Traffic"), byRole('row', '')).every((r) => !r.className.includes('coming'))`)
	a.shot("scrolled")
}
