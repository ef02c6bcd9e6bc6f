//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

const echoes = 60

// pageTools are helpers in the page: its clock has a resolution of 1 ms.
const pageTools = `
const result = () => document.querySelector('section[aria-label="Result"]');
const until = (done) => new Promise((resolve, reject) => {
  if (done()) return resolve(performance.now());
  const observer = new MutationObserver(() => { if (done()) { observer.disconnect(); resolve(performance.now()); } });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  setTimeout(() => { observer.disconnect(); reject(new Error('timeout: ' + done)); }, 60000);
});
const type = (input, value) => {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value').set.call(input, value);
  input.dispatchEvent(new Event('input', { bubbles: true }));
};
const button = (name) => byRole('button', name)[0];
const field = async (name) => { await until(() => byRole('textbox', name).length > 0); return byRole('textbox', name)[0]; };
`

// measure runs an async function body in the page with the helpers and decodes what it returns.
func measure[T any](a *app, body string) (v T) {
	a.t.Helper()
	raw, err := json.Marshal(a.await("(async () => {" + pageTools + body + "})()"))
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil {
		a.t.Fatalf("measure: %v", err)
	}
	return v
}

// openTool finds a tool by its name and chooses it.
func (a *app) openTool(name string) {
	a.t.Helper()
	search := role("searchbox", "Search tools")
	a.fill(search, name)
	a.keys(search, enter)
	a.see(role("button", "Run"))
}

// useURL types a URL into the box and connects.
func (a *app) useURL(url string) {
	a.t.Helper()
	box := css(`input[placeholder="URL or command"]`)
	a.fill(box, url)
	a.keys(box, enter)
}

// benchEcho: a run's way from the click to the DOM, and the latency that is shown, against bare round trips.
func benchEcho(b *table) {
	a := start(b.t, options{})
	defer a.stop()
	a.click(role("button", "Connect").nth(0))
	b.echo(a, "stdio", bareStdio(b.t, echoes))
	url := sampleHTTP(b.t)
	a.useURL(url)
	b.echo(a, "HTTP", bareHTTP(b.t, url, echoes))
}

func (b *table) echo(a *app, over string, bare []time.Duration) {
	a.openTool("echo")
	a.see(role("button", "Run"))
	got := measure[struct{ Click, Shown []float64 }](a, fmt.Sprintf(`
		const input = await field('text');
		const click = [], shown = [];
		for (let i = 0; i < %d; i++) {
			const word = 'bench ' + %q + ' ' + i + '.';
			type(input, word);
			await new Promise((r) => setTimeout(r, %d));
			const began = performance.now();
			button('Run').click();
			click.push(await until(() => result()?.dataset.tookUs && result().innerText.includes(word)) - began);
			shown.push(Number(result().dataset.tookUs) / 1000);
		}
		return { Click: click, Shown: shown };`, echoes, over, thinking.Milliseconds()))
	b.t.Logf("echo over %s: to the DOM %v, shown %v", over, got.Click, got.Shown)
	floor, click, shown := ms(p50(bare)), middle(got.Click), middle(got.Shown)
	b.against("echo over "+over+": Run to result in the DOM, p50", click, floor, "ms", "floor + 10 ms", click <= floor+10)
	diff := shown - floor
	b.against("echo over "+over+": latency shown, p50", shown, floor, "ms", "within 5 % or 0.2 ms", diff <= max(0.05*floor, 0.2) && -diff <= max(0.05*floor, 0.2))
}

func middle(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// benchManyTools: 10,000 tools from the answer to the list, what the list costs, and a keystroke in its search.
func benchManyTools(b *table) {
	url, answered := manyTools(b.t, 10_000)
	a := start(b.t, options{})
	defer a.stop()
	a.js(`window.__listed = 0; new MutationObserver(() => {
		if (!window.__listed && document.body.innerText.includes('tool_00001_')) window.__listed = Date.now();
	}).observe(document.body, { subtree: true, childList: true, characterData: true }); return 1`)
	a.useURL(url)
	a.wait("the list of 10,000 tools", "window.__listed > 0")
	listed := int64(a.js("return window.__listed").(float64))
	b.add("10,000 tools: answer to list shown", float64(listed-answered().UnixMilli()), 300, "ms")
	b.add("10,000 tools: DOM nodes in the window", a.js("return document.querySelectorAll('*').length").(float64), 600, "")
	keys := measure[[]float64](a, `
		const input = byRole('searchbox', 'Search tools')[0];
		const took = [];
		for (const text of ['s', 'se', 'sea', 'sear', 'searc', 'search', 'search_', 'search', 'w', 'wr', 'wri', '0', '00', '']) {
			await new Promise((r) => requestAnimationFrame(() => setTimeout(r, 0)));
			const began = performance.now();
			type(input, text);
			await Promise.resolve();
			await new Promise((r) => setTimeout(r, 0));
			document.body.getBoundingClientRect(); // layout belongs to it
			took.push(performance.now() - began);
		}
		return took;`)
	b.add("10,000 tools: search keystroke, slowest of 14", slices.Max(keys), 16, "ms")
}

// benchLargeResult: a 50 MiB result to its first lines, and the longest stall of the page meanwhile.
func benchLargeResult(b *table) {
	a := start(b.t, options{})
	defer a.stop()
	a.click(role("button", "Connect").nth(0))
	a.openTool("large")
	got := measure[struct{ First, Took, Stall float64 }](a, `
		const input = await field('kib');
		type(input, '51200');
		await new Promise((r) => setTimeout(r, 500));
		let last = performance.now(), stall = 0, on = true;
		const tick = () => { const now = performance.now(); stall = Math.max(stall, now - last); last = now; if (on) setTimeout(tick, 1); };
		tick();
		const began = performance.now();
		button('Run').click();
		const first = await until(() => result()?.dataset.tookUs && /0000000001 the quick/.test(result().innerText));
		await new Promise((r) => setTimeout(r, 3000));
		on = false;
		return { First: first - began, Took: Number(result().dataset.tookUs) / 1000, Stall: stall };`)
	b.against("50 MiB result: answer to first lines", got.First-got.Took, got.Took, "ms", "<= 1000 ms", got.First-got.Took <= 1000)
	b.add("50 MiB result: longest stall of the page", got.Stall, 100, "ms")
}
