//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// trafficTools are helpers in the page for the table of the traffic.
const trafficTools = `
const grid = () => byRole('grid', 'Traffic')[0];
const rows = () => Number(grid()?.getAttribute('aria-rowcount') ?? 0) - 1;
const frame = () => new Promise((r) => requestAnimationFrame(r));
const searching = () => document.querySelector('section[aria-label="Traffic"] [aria-busy="true"]') !== null;
const filterBox = () => document.querySelector('section[aria-label="Traffic"] input[role="combobox"]');
const enter = (input) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
`

// TestBenchMillion takes the figures of many kept entries alone; SIGHTGLASS_BENCH_ENTRIES says how many.
func TestBenchMillion(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	b := &table{t: t, busy: busy()}
	b.calmly(benchMillion)
	b.print()
}

// TestBenchFlood takes the figures of a flood alone.
func TestBenchFlood(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	b := &table{t: t, busy: busy()}
	b.calmly(benchFlood)
	b.print()
}

func benchEntries() int {
	n, err := strconv.Atoi(os.Getenv("SIGHTGLASS_BENCH_ENTRIES"))
	if err != nil {
		return 1_000_000
	}
	return n
}

// benchMillion: a window over a store of a million entries, beside one over an empty store.
func benchMillion(b *table) {
	n := benchEntries()
	count := thousands(n) + " entries kept: "
	empty := start(b.t, options{})
	empty.connect("Sample server")
	idle := empty.settledMemory()
	empty.quit()

	home := tempHome(b.t)
	data := filepath.Join(home, "sightglass")
	if err := os.MkdirAll(data, 0o700); err != nil {
		b.t.Fatal(err)
	}
	peers.Fill(b.t, data, n)
	a := start(b.t, options{home: home})
	defer a.stop()
	a.connect("Sample server")
	b.add(count+"memory above the empty window", a.settledMemory()-idle, 60, "MB")

	a.click(button("Earlier…"))
	a.says(dialog, "Recorded")
	opened := measure[float64](a, trafficTools+fmt.Sprintf(`
		const began = performance.now();
		[...document.querySelectorAll('[role="dialog"] li .open')].find((e) => e.textContent.includes(%q)).click();
		await until(() => rows() === %d && !searching());
		return performance.now() - began;`, thousands(n), n))
	b.add(count+"opened in the table", opened, 500, "ms")

	for _, f := range []struct {
		name, filter string
		rows         int
		firstLimit   float64
		limit        float64
	}{
		{name: "filter by index", filter: "status:error", rows: n / 400, limit: 200},
		{name: "text in every body", filter: `body:"dolor sit"`, rows: n / 2, firstLimit: 300, limit: 5000},
	} {
		got := measure[struct{ First, All []float64 }](a, trafficTools+fmt.Sprintf(`
			const out = { First: [], All: [] };
			for (let i = 0; i < 5; i++) {
				const input = filterBox();
				input.focus();
				type(input, %q);
				await frame();
				const before = rows(), began = performance.now();
				enter(input);
				out.First.push(await until(() => rows() > 0 && rows() < before) - began);
				out.All.push(await until(() => rows() === %d && !searching()) - began);
				type(input, '');
				enter(input);
				await until(() => rows() === %d && !searching());
				await new Promise((r) => setTimeout(r, 300));
			}
			return out;`, f.filter, f.rows, n))
		b.t.Logf("%s: first rows %v, all %v", f.filter, got.First, got.All)
		if f.firstLimit > 0 {
			b.add(count+f.name+", first rows, p50", middle(got.First), f.firstLimit, "ms")
		}
		b.add(count+f.name+", all, p50", middle(got.All), f.limit, "ms")
	}
	b.scroll(a, count)
	b.redraw(a, count)
	b.t.Logf("%smemory above the empty window after all that: %.0f MB", count, a.settledMemory()-idle)
}

// scroll moves the table by 90 px a frame, and by a whole window each, and takes the time from frame to frame.
func (b *table) scroll(a *app, count string) {
	got := measure[struct{ Frames, Jumps []float64 }](a, trafficTools+`
		const run = async (by, n) => {
			const g = grid(), times = [];
			g.scrollTop = (g.scrollHeight - g.clientHeight) / 3;
			await frame(); await frame();
			let last = await frame();
			for (let i = 0; i < n; i++) { g.scrollTop += by; const now = await frame(); times.push(now - last); last = now; }
			return times;
		};
		await run(90, 60);
		return { Frames: await run(90, 600), Jumps: await run(grid().clientHeight, 120) };`)
	b.t.Logf("slowest frames %v, of jumps %v", slowest(got.Frames, 10), slowest(got.Jumps, 10))
	b.add(count+"frame while it scrolls, p50", middle(got.Frames), 17, "ms")
	b.add(count+"frame while it scrolls, slowest of 600", slices.Max(got.Frames), 33, "ms")
}

func slowest(v []float64, n int) []float64 {
	s := slices.Sorted(slices.Values(v))
	slices.Reverse(s)
	return s[:min(n, len(s))]
}

// redraw zooms the timeline by keys: how soon the canvas is drawn anew, and how soon with what Go says of the new part.
func (b *table) redraw(a *app, count string) {
	a.click(button("Timeline"))
	a.see(css(`section[aria-label="Timeline"] canvas`))
	got := measure[struct{ Painted, Fresh []float64 }](a, trafficTools+`
		let painted = 0, answers = 0;
		const clear = CanvasRenderingContext2D.prototype.clearRect;
		CanvasRenderingContext2D.prototype.clearRect = function (...args) {
			if (this.canvas.closest('section[aria-label="Timeline"]')) painted = performance.now();
			return clear.apply(this, args);
		};
		const real = window.fetch;
		window.fetch = async (url, init) => {
			const answer = await real(url, init);
			if (String(url).endsWith('/timeline')) { const json = answer.json.bind(answer); answer.json = async () => { const v = await json(); answers++; return v; }; const text = answer.text.bind(answer); answer.text = async () => { const v = await text(); answers++; return v; }; }
			return answer;
		};
		const surface = document.querySelector('section[aria-label="Timeline"] [role="application"]');
		surface.focus();
		const out = { Painted: [], Fresh: [] };
		const key = (k) => surface.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true, cancelable: true }));
		const press = async (k) => {
			await new Promise((r) => setTimeout(r, 400));
			painted = 0; answers = 0;
			const began = performance.now();
			key(k);
			while (!painted) await frame();
			out.Painted.push(painted - began);
			while (!answers) await new Promise((r) => setTimeout(r, 0));
			const had = painted;
			while (painted === had && performance.now() - began < 2000) await frame();
			out.Fresh.push(painted - began);
		};
		for (const k of ['+', '+', '+', '+', '+', '+', 'ArrowRight', 'ArrowLeft', '-', '-', '-']) await press(k);
		CanvasRenderingContext2D.prototype.clearRect = clear;
		window.fetch = real;
		return out;`)
	b.t.Logf("timeline: drawn %v, drawn with fresh figures %v", got.Painted, got.Fresh)
	b.add(count+"timeline drawn after a key, slowest", slices.Max(got.Painted), 33, "ms")
	b.add(count+"timeline with its new figures, p50", middle(got.Fresh), 33, "ms")
}

// benchFlood: the page while a server sends 100,000 notifications and the table follows.
func benchFlood(b *table) {
	const n = 100_000
	program, args := peerCommand(b.t, "flood-http")
	url := peers.Process(b.t, program, args...)
	for _, over := range []string{"stdio", "HTTP"} {
		a := start(b.t, options{})
		if over == "stdio" {
			a.startTyped(peerLine(b.t, "flood"))
		} else {
			a.useURL(url)
		}
		a.openTool("flood")
		a.click(button("All"))
		idle := a.settledMemory()
		got := measure[struct {
			Took, Stall float64
			Frames      []float64
		}](a, trafficTools+fmt.Sprintf(`
			const before = rows();
			type(await field('count'), '%d');
			await new Promise((r) => setTimeout(r, 500));
			let last = performance.now(), stall = 0, on = true;
			const tick = () => { const now = performance.now(); stall = Math.max(stall, now - last); last = now; if (on) setTimeout(tick, 1); };
			tick();
			const began = performance.now();
			button('Run').click();
			await until(() => result()?.dataset.tookUs && rows() >= before + %d);
			const took = performance.now() - began;
			await new Promise((r) => setTimeout(r, 1000));
			on = false;
			return { Took: took, Stall: stall };`, n, n))
		b.t.Logf("100,000 notifications over %s: all in the table after %.0f ms", over, got.Took)
		b.add("100,000 notifications over "+over+": longest stall", got.Stall, 50, "ms")
		b.add("100,000 notifications over "+over+": memory above idle", a.settledMemory()-idle, 100, "MB")
		a.stop()
	}
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// settledMemory is the resident memory of the program in MB, without WebKit's own processes, once it no longer changes.
func (a *app) settledMemory() float64 {
	a.t.Helper()
	last, since := 0.0, time.Now()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		now := a.memory()
		if now < last-0.5 || now > last+0.5 {
			last, since = now, time.Now()
		}
		if time.Since(since) > 3*time.Second {
			break
		}
	}
	return last
}

func (a *app) memory() float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.pid()))
	if err != nil {
		a.t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb * 1024 / 1e6
		}
	}
	return 0
}
