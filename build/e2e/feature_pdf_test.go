//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// pdfPages does something in the frame that draws a PDF.
func (a *app) pdfPages(do func()) {
	a.t.Helper()
	a.top()
	a.see(css(`iframe[title$=", pages"]`))
	a.js(`document.querySelector('iframe[title$=", pages"]').scrollIntoView({ block: "start" })`) // a click in it lands where it is seen
	a.frame(`iframe[title$=", pages"]`)
	a.frame("iframe")
	do()
	a.top()
}

// pdfDrawn waits until pages of the PDF are drawn.
func (a *app) pdfDrawn() {
	a.t.Helper()
	a.wait("a page to be drawn", `Number(document.querySelector('[data-pdf="shown"]')?.dataset.drawn) > 0`)
}

// pdfInk waits until a page is in sight that is more than white paper.
func (a *app) pdfInk(page int) {
	a.t.Helper()
	a.wait(fmt.Sprintf("ink on page %d", page), fmt.Sprintf(`(() => {
		const canvas = document.querySelector('.page[aria-label="Page %d"] canvas');
		if (!canvas || canvas.width < 50) return false;
		const copy = document.createElement('canvas');
		[copy.width, copy.height] = [canvas.width, canvas.height];
		const c = copy.getContext('2d');
		c.drawImage(canvas, 0, 0);
		const { data } = c.getImageData(0, 0, copy.width, copy.height);
		let dark = 0;
		for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i] < 100) dark++;
		return dark > 100;
	})()`, page))
}

func papers(t *testing.T, o options, files map[string][]byte) *app {
	t.Helper()
	a := start(t, o)
	a.typeIn(pdfServer(t, files))
	a.connected()
	return a
}

// TestPDF reads a PDF of several pages: pages, sizes, search, text, links, light and dark, small and large.
func TestPDF(t *testing.T) {
	files := map[string][]byte{"handbook": goodPDF(12, "https://example.org/handbook?a=1")}
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := papers(t, options{dark: dark}, files)
			a.click(tabbed("Resources"))
			a.read("handbook", "done", "application/pdf")
			a.pdfDrawn()
			a.pdfPages(func() { a.pdfInk(1) })
			a.both("first")

			a.loadAxe()
			a.accessible("PDF")
			a.pdfPages(func() {
				a.see(role("button", "Link: https://example.org/handbook?a=1"))
				a.wait("text that can be selected", `document.querySelector('.page[aria-label="Page 1"] .textLayer')?.textContent.includes("Page 1 of the handbook")`)
				a.loadAxe()
				a.accessible("pages of a PDF")
				a.click(role("button", "Link to a place in this file"))
				a.pdfInk(12)
			})
			a.says(css("main"), "of 12")
			a.wait("the page's number", `byRole("textbox", "Page")[0]?.value === "12" || byRole("textbox", "Page")[0]?.value === "11"`)
			a.fill(role("textbox", "Page"), "3")
			a.keys(role("textbox", "Page"), enter)
			a.pdfPages(func() { a.pdfInk(3) })
			a.both("rotated")
			a.click(role("button", "Larger"))
			a.wait("a larger size", `byRole("button", "Fit width")[0].ariaPressed === "false"`)
			a.click(role("button", "Fit width"))
			a.wait("the width", `byRole("button", "Fit width")[0].ariaPressed === "true"`)

			a.fill(role("searchbox", "Find in the pages"), "needle")
			a.says(css("main"), "1 of 2")
			a.keys(role("searchbox", "Find in the pages"), enter)
			a.says(css("main"), "2 of 2")
			a.pdfPages(func() {
				a.wait("the match to be marked", `[...(CSS.highlights.get("shown") ?? [])].map(String).join() === "Needle"`)
			})
			a.both("found")
			a.click(role("searchbox", "Find in the pages"))
			a.press("a", ctrlKey)
			a.press("no such word")
			a.says(css("main"), "Not found")

			a.fill(role("textbox", "Page"), "1")
			a.keys(role("textbox", "Page"), enter)
			a.pdfPages(func() { a.click(role("button", "Link: https://example.org/handbook?a=1")) })
			a.see(text("A link on page 1 leads to"))
			a.accessible("link of a PDF")
			a.both("link")
			a.click(role("button", "Close").in(role("alert", "Link of the file")))

			a.pdfPages(func() {
				a.js(`const t = document.querySelector('.page[aria-label="Page 1"] .textLayer span'); getSelection().selectAllChildren(t); document.querySelector("#pages").focus()`)
				a.press("c", ctrlKey)
			})
			a.click(role("searchbox", "Find in the pages"))
			a.press("a", ctrlKey)
			a.press("v", ctrlKey)
			a.wait("the text that was copied", `byRole("searchbox", "Find in the pages")[0].value === "Page 1 of the handbook"`)
		})
	}
}

// TestPDFByKeyboard reads on with the keyboard alone, from the bar into the pages and back.
func TestPDFByKeyboard(t *testing.T) {
	a := papers(t, options{}, map[string][]byte{"handbook": goodPDF(5, "https://example.org/")})
	a.click(tabbed("Prompts"))
	a.click(offered("prompts", "handbook"))
	a.click(button("Get"))
	a.pdfDrawn()
	a.js(`byRole("searchbox", "Find in the pages")[0].focus()`)
	a.press(tab)
	a.wait("the pages to have the focus", `document.activeElement.tagName === "IFRAME"`)
	a.pdfPages(func() {
		a.wait("the column to have the focus", `document.activeElement.id === "pages"`)
		a.press("\ue010") // End
		a.pdfInk(5)
	})
	a.wait("the page's number", `Number(byRole("textbox", "Page")[0]?.value) >= 4`)
	a.pdfPages(func() { a.press("+", ctrlKey) })
	a.wait("a larger size", `byRole("button", "Fit width")[0].ariaPressed === "false"`)
	a.pdfPages(func() { a.press("f", ctrlKey) })
	a.wait("the search to have the focus", `nameOf(document.activeElement) === "Find in the pages"`)
}

// TestHostilePDF opens a file that tries to run scripts and to reach out, and then tries it itself in the frame: nothing
// answers, and the window stays what it was.
func TestHostilePDF(t *testing.T) {
	denied := newReached(t)
	a := papers(t, options{}, map[string][]byte{"hostile": hostilePDF(denied.url)})
	a.js(`window.untouched = true`)
	a.click(tabbed("Tools"))
	a.click(exactly("hostile").in(role("listbox", "tools")))
	a.click(button("Run"))
	a.pdfDrawn()
	a.pdfPages(func() {
		a.pdfInk(1)
		a.click(role("button", `Link: javascript:alert(1)`))
	})
	a.see(text("only https, http and mailto are opened"))
	a.unsee(button("Open in the browser"))
	a.shot("link")
	a.pdfPages(func() { a.click(role("button", `Link: file:///etc/passwd`)) })
	a.see(text("its scheme is file"))

	var outcomes map[string]any
	a.pdfPages(func() {
		outcomes, _ = a.await(strings.ReplaceAll(`(async () => {
			const to = "%TO%", out = {};
			const attempt = async (name, what) => {
				out[name] = await Promise.race([
					Promise.resolve().then(what).then((v) => v ?? "reached", (e) => "no: " + e),
					new Promise((r) => setTimeout(r, 3000, "no: nothing came")),
				]);
			};
			const loads = (e) => new Promise((yes, no) => { e.onload = () => yes("reached"); e.onerror = () => no("error"); document.body.append(e); });
			await attempt("fetch", () => fetch(to + "/fetch", { mode: "no-cors" }).then(() => "reached"));
			await attempt("beacon", () => { navigator.sendBeacon(to + "/beacon", "x"); return "no: it is not told"; });
			await attempt("socket", () => new Promise((yes, no) => { const s = new WebSocket(to.replace("http", "ws")); s.onopen = yes; s.onerror = () => no("error"); }));
			await attempt("image", () => loads(Object.assign(new Image(), { src: to + "/image" })));
			await attempt("script", () => loads(Object.assign(document.createElement("script"), { src: to + "/script" })));
			await attempt("inline script", () => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.body.append(s); if (!window.ran) throw Error("it did not run"); });
			await attempt("frame", () => { document.body.append(Object.assign(document.createElement("iframe"), { src: to + "/frame" })); return "no: it is not told"; });
			await attempt("eval", () => eval("1"));
			await attempt("function", () => Function("return 1")());
			await attempt("import", () => import(to + "/import"));
			await attempt("worker", () => new Promise((yes, no) => { const w = new Worker(to + "/worker"); w.onmessage = yes; w.onerror = () => no("error"); }));
			const inWorker = (code) => new Promise((yes, no) => { const w = new Worker(URL.createObjectURL(new Blob([code]))); w.onmessage = (e) => e.data === "reached" ? yes("reached") : no(e.data); w.onerror = () => no("error"); });
			await attempt("fetch in a worker", () => inWorker('fetch("' + to + '/from-worker", { mode: "no-cors" }).then(() => postMessage("reached"), (e) => postMessage(String(e)))'));
			await attempt("import in a worker", () => inWorker('try { importScripts("' + to + '/imported"); postMessage("reached") } catch (e) { postMessage(String(e)) }'));
			await attempt("eval in a worker", () => inWorker('try { eval("1"); postMessage("reached") } catch (e) { postMessage(String(e)) }'));
			await attempt("parent", () => window.parent.document.title);
			await attempt("top", () => window.top.document.title);
			await attempt("Go", () => window.webkit.messageHandlers.external.postMessage("forged"));
			await attempt("Go in the top", () => window.top.go.app.Window.Copy("pwned"));
			await attempt("storage", () => localStorage.setItem("a", "b"));
			await attempt("cookie", () => { document.cookie = "a=b"; return document.cookie || "no: empty"; });
			await attempt("popup", () => window.open(to + "/popup") ? "reached" : "no: null");
			return out;
		})()`, "%TO%", denied.url)).(map[string]any)
	})
	for name, outcome := range outcomes {
		t.Logf("%s: %v", name, outcome)
		if !strings.HasPrefix(fmt.Sprint(outcome), "no: ") {
			t.Errorf("%s: %v", name, outcome)
		}
	}
	if len(outcomes) < 20 {
		t.Errorf("only %d attempts were made", len(outcomes))
	}
	if got := denied.seen(); len(got) > 0 {
		t.Errorf("reached the network: %q", got)
	}
	if a.js("return window.untouched === true && !('polluted' in {})") != true {
		t.Error("the window was touched")
	}
	a.unsee(text("forged"))

	// Away from its own document it may not go either.
	a.pdfPages(func() { a.js("setTimeout(() => { location.href = arguments[0] }, 50)", denied.url+"/away") })
	a.see(text("the viewer was loaded anew"))
	if got := denied.seen(); len(got) > 0 {
		t.Errorf("the frame went to %q", got)
	}
}

// TestPDFThatFails opens files that cannot be drawn as they are: each says why, and what to do.
func TestPDFThatFails(t *testing.T) {
	locked := &pdfFile{}
	locked.lock("sesame")
	page := locked.page("", "Behind the password")
	good := goodPDF(3, "https://example.org/")
	a := papers(t, options{}, map[string][]byte{
		"locked": locked.bytes(page), "nonsense": []byte("%PDF-1.7\nthis is no PDF at all"), "empty": {},
		"damaged": bytes.Replace(good, []byte("startxref\n"), []byte("startxref\n9"), 1),
	})
	a.loadAxe()
	a.click(tabbed("Resources"))
	a.read("nonsense", "done", "This PDF cannot be drawn")
	a.accessible("broken PDF")
	a.both("broken")
	a.click(button("Show its bytes"))
	a.says(contents, "25 50 44 46")

	a.read("damaged", "done", "of 3", "remark")
	a.pdfPages(func() { a.pdfInk(1) })
	a.both("damaged")

	a.read("locked", "done", "Password of this file")
	a.accessible("locked PDF")
	a.both("locked")
	a.fill(css(`section[aria-label="Contents"] input[type="password"]`), "open")
	a.click(button("Open"))
	a.says(contents, "The file does not open with that password.")
	a.fill(css(`section[aria-label="Contents"] input[type="password"]`), "sesame")
	a.click(button("Open"))
	a.pdfDrawn()
	a.pdfPages(func() { a.pdfInk(1) })
	a.mustNotHold("sesame")
}

// TestPDFWithItsFont draws letters of a font in the file. Nothing is wrong with it, so that nothing is remarked.
func TestPDFWithItsFont(t *testing.T) {
	a := papers(t, options{}, map[string][]byte{"font": fontPDF(t)})
	a.click(tabbed("Resources"))
	a.read("font", "done", "of 1")
	a.pdfDrawn()
	a.pdfPages(func() { a.pdfInk(1) })
	a.unsee(text("remark"))
	a.both("font")
}

// TestLongPDF scrolls through a thousand pages: few of them exist at once.
func TestLongPDF(t *testing.T) {
	a := papers(t, options{}, map[string][]byte{"long": goodPDF(1000, "https://example.org/")})
	a.click(tabbed("Resources"))
	a.read("long", "done", "of 1,000")
	a.pdfDrawn()
	a.fill(role("textbox", "Page"), "1000")
	a.keys(role("textbox", "Page"), enter)
	a.pdfPages(func() {
		a.pdfInk(1000)
		if n, _ := a.js(`return document.querySelectorAll(".page").length`).(float64); n > 10 {
			t.Errorf("%v pages exist at once", n)
		}
		a.js(`window.longest = 0; let last = performance.now(); const tick = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; requestAnimationFrame(tick) }; tick();
			const room = document.querySelector("#pages"); let at = 0; const step = () => { room.scrollTop = (at += 0.01) * room.scrollHeight; if (at < 1) requestAnimationFrame(step); else window.through = true }; step()`)
		a.wait("the scroll to be through", `window.through === true`)
		t.Logf("longest frame while scrolling through: %v ms", a.js(`return Math.round(window.longest)`))
	})
	a.fill(role("searchbox", "Find in the pages"), "needle")
	a.says(css("main"), "of 200")
}
