//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

// TestMillionRows scrolls a table of three million rows, told by answers made in the page: taller than an element may
// be. What is in view is read and shown at both ends and in between, and by pixels near them.
func TestMillionRows(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.js(`const real = window.fetch, total = 3e6;
		const state = { view: 'traffic', rows: total, total, counts: {}, done: true, looked: total, rev: 1e9, last: total, listedFrom: 0, terms: [] };
		const entry = (i) => ({ seq: i + 1, rev: i + 1, conn: 'c1', time: 1.7e15 + i * 1000, kind: 'frame', dir: i % 2 ? 'in' : 'out', message: i % 2 ? 'response' : 'request', method: 'tools/call', name: 'echo ' + i, id: String(i), bytes: 200 });
		window.fetch = async (url, init) => {
			const name = String(url).split('/').pop();
			if (name === 'view') return new Response(JSON.stringify(state));
			if (name !== 'rows') return real(url, init);
			const { index, limit } = JSON.parse(init.body).rows;
			const from = index < 0 ? total - limit : index;
			return new Response(JSON.stringify({ index: from, entries: Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, i) => entry(from + i)), marks: [], state }));
		};`)
	a.press("j", ctrlKey, shiftKey)
	a.click(role("button", "All"))
	grid := `byRole("grid", "Traffic")[0]`
	a.wait("three million rows", grid+`?.getAttribute("aria-rowcount") === "3000001"`)
	a.wait("an element that is not too tall", grid+".scrollHeight < 9e6")
	a.js("const g = " + grid + "; g.scrollTop = g.scrollHeight; return 1")
	a.see(entry("echo 2999999"))
	a.js(grid + ".scrollTop = 0; return 1")
	a.see(entry("echo 0,"))
	a.js("const g = " + grid + "; g.scrollTop = (g.scrollHeight - g.clientHeight) / 2; return 1")
	a.wait("a row of the middle", `within(byRole("grid", "Traffic"), byRole('row', '')).some((r) => /echo (149|150)\d{4},/.test(r.ariaLabel ?? ''))`)
	before, _ := a.js("return Number(" + grid + ".querySelector('[data-row]').dataset.row)").(float64)
	a.js(grid + ".scrollTop += 240; return 1")
	a.wait("ten rows further, not more", `Math.abs(Number(`+grid+`.querySelector('[data-row]').dataset.row) - `+fmt.Sprint(int(before))+` - 10) <= 1`)

	got := a.await(`new Promise((done) => {
		const g = ` + grid + `, times = [], blank = []; let last = 0, n = 0;
		const step = (now) => {
			if (last) times.push(now - last);
			last = now;
			blank.push(within([g], byRole('row', '')).filter((r) => r.className.includes('coming')).length);
			g.scrollTop += 90;
			if (++n < 300) requestAnimationFrame(step);
			else { times.sort((x, y) => x - y); done({ frames: n, p50: times[150], p95: times[285], worst: times.at(-1), blank: blank.filter((b) => b > 0).length }); }
		};
		requestAnimationFrame(step);
	})`)
	t.Logf("scrolled by 90 px a frame: %v", got)
	a.shot("scrolled")
}
