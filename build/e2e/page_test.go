//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// page is what a driver shows: the program's window, or a web page in the user's browser.
type page struct {
	*webdriver
	t    *testing.T
	gone func() bool // whether the program behind it has ended
}

// target names an element: a JavaScript expression whose value is an array of elements.
type target struct{ what, find string }

// css finds what is shown and matches a selector.
func css(selector string) target {
	return target{selector, fmt.Sprintf("shown([...document.querySelectorAll(%s)])", literal(selector))}
}

// role finds what is shown with an ARIA role, explicit or the tag's own, and an accessible name. The name must be
// equal but for white space; an empty one matches any.
func role(r, name string) target {
	return target{r + " " + name, fmt.Sprintf("byRole(%s, %s)", literal(r), literal(name))}
}

// text finds the innermost elements that are shown and hold text.
func text(s string) target {
	return target{"text " + s, fmt.Sprintf("byText(%s)", literal(s))}
}

// in narrows a target to what lies within another.
func (t target) in(outer target) target {
	return target{t.what + " in " + outer.what, fmt.Sprintf("within(%s, %s)", outer.find, t.find)}
}

// nth picks one of several, counted from 0.
func (t target) nth(n int) target {
	return target{fmt.Sprintf("%s [%d]", t.what, n), fmt.Sprintf("(%s).slice(%d, %d)", t.find, n, n+1)}
}

func literal(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// finders is the part that runs in the page. It knows the roles and names that this program uses, not all of
// WAI-ARIA.
const finders = `
const shown = (all) => all.filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[aria-hidden="true"], [inert]'));
const tags = {
  button: 'button, summary, input[type=button], input[type=submit]', link: 'a[href]', checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]', combobox: 'select', spinbutton: 'input[type=number]', heading: 'h1, h2, h3, h4, h5, h6',
  textbox: 'input:not([type]), input[type=text], input[type=url], input[type=password], input[type=email], textarea',
  searchbox: 'input[type=search]', list: 'ul, ol', listitem: 'li', table: 'table', row: 'tr', cell: 'td', img: 'img, svg[role=img]',
  dialog: 'dialog[open]', main: 'main', navigation: 'nav', option: 'option', group: 'fieldset', progressbar: 'progress', status: 'output',
};
const tidy = (s) => (s ?? '').replace(/\s+/g, ' ').trim();
const referred = (e, attribute) => (e.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
const nameOf = (e) => tidy(referred(e, 'aria-labelledby')) || tidy(e.getAttribute('aria-label'))
  || tidy([...(e.labels ?? [])].map((l) => l.textContent).join(' ')) || tidy(e.getAttribute('alt'))
  || (e.matches('input, textarea, select') ? '' : tidy(e.textContent)) || tidy(e.getAttribute('title')) || tidy(e.getAttribute('placeholder')) || tidy(e.value);
const byRole = (role, name) => shown([...document.querySelectorAll('[role="' + role + '"]' + (tags[role] ? ', ' + tags[role].split(',').map((s) => s.trim() + ':not([role])').join(', ') : ''))])
  .filter((e) => !name || nameOf(e) === tidy(name));
const byText = (text) => shown([...document.querySelectorAll('body *')].filter((e) => tidy(e.innerText ?? '').includes(tidy(text)))).filter((e, _, all) => !all.some((o) => o !== e && e.contains(o)));
// A driver does not scroll to what is in view by half, although its middle, where it clicks, is not: a user turns the wheel.
const intoSight = (e) => {
  let frame = e.parentElement;
  while (frame && !(/auto|scroll/.test(getComputedStyle(frame).overflowY) && frame.scrollHeight > frame.clientHeight)) frame = frame.parentElement;
  if (!frame) return;
  const r = e.getBoundingClientRect(), f = frame.getBoundingClientRect(), middle = (r.top + r.bottom) / 2;
  if (r.bottom > f.top && middle < f.top) frame.scrollTop -= f.top - r.top;
  else if (r.top < f.bottom && middle > f.bottom) frame.scrollTop += r.bottom - f.bottom;
  else { // a head that stays on top may lie above it
    const above = document.elementFromPoint((r.left + r.right) / 2, middle);
    if (above && frame.contains(above) && !e.contains(above) && !above.contains(e) && middle - f.top < 40) frame.scrollTop -= 40;
  }
};
const within = (outer, inner) => inner.filter((e) => outer.some((o) => o !== e && o.contains(e)));
`

// js runs a function body in the page and returns its value.
func (a *page) js(body string, args ...any) any {
	a.t.Helper()
	v, err := a.tryJS(body, args...)
	if err != nil {
		a.t.Fatalf("script %s: %v", body, err)
	}
	return v
}

func (a *page) tryJS(body string, args ...any) (v any, err error) {
	if args == nil {
		args = []any{}
	}
	return v, a.do(http.MethodPost, "/execute/sync", map[string]any{"script": finders + body, "args": args}, &v)
}

// await runs an expression that is a promise and returns what it resolves to.
func (a *page) await(expression string) any {
	a.t.Helper()
	var v struct {
		Value any    `json:"value"`
		Error string `json:"error"`
	}
	script := finders + "const done = arguments[arguments.length - 1]; (async () => (" + expression + "))().then((value) => done({ value: value ?? null }), (e) => done({ error: String(e) }));"
	if err := a.do(http.MethodPost, "/execute/async", map[string]any{"script": script, "args": []any{}}, &v); err != nil {
		a.t.Fatalf("await %s: %v", expression, err)
	}
	if v.Error != "" {
		a.t.Fatalf("await %s: rejected: %s", expression, v.Error)
	}
	return v.Value
}

// poll waits until done is true.
func (a *page) poll(what string, done func() bool) {
	a.t.Helper()
	a.pollFor(func() string { return what }, done)
}

// pollFor waits until done is true; what it waits for may be told with what there is instead.
func (a *page) pollFor(what func() string, done func() bool) {
	a.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("waited %v for %s", patience, what())
		}
	}
}

// wait waits until a JavaScript expression is true.
func (a *page) wait(what, expression string) {
	a.t.Helper()
	a.poll(what, func() bool {
		v, err := a.tryJS("return !!(" + expression + ")")
		if err != nil && a.gone() {
			a.t.Fatalf("waiting for %s: the program has ended: %v", what, err)
		}
		return err == nil && v == true
	})
}

// see waits until a target is shown, and unsee until none is.
func (a *page) see(t target)   { a.t.Helper(); a.wait(t.what, "("+t.find+").length > 0") }
func (a *page) unsee(t target) { a.t.Helper(); a.wait("no "+t.what, "("+t.find+").length === 0") }

// count is how many of a target are shown now.
func (a *page) count(t target) int {
	a.t.Helper()
	n, _ := a.js("return (" + t.find + ").length").(float64)
	return int(n)
}

// textOf waits for one element and returns what it says. WebDriver's own text now and then leaves out what an ellipsis
// may cut.
func (a *page) textOf(t target) string {
	a.t.Helper()
	var s string
	a.withElement(t, func(string) error {
		v, err := a.tryJS("const all = " + t.find + "; return all.length === 1 ? tidy(all[0].innerText) : null")
		said, ok := v.(string)
		if s = said; err == nil && !ok {
			err = errors.New("the page replaced it")
		}
		return err
	})
	return s
}

// withElement calls f with the only element of a target, again when the page replaced it in between.
func (a *page) withElement(t target, f func(id string) error) {
	a.t.Helper()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		v, err := a.tryJS("const all = " + t.find + "; return { count: all.length, one: all.length === 1 ? all[0] : null };")
		if err != nil {
			last = err
			continue
		}
		found, _ := v.(map[string]any)
		one, _ := found["one"].(map[string]any)
		if one == nil {
			last = fmt.Errorf("there are %v", found["count"])
			continue
		}
		id, _ := one[elementKey].(string)
		if last = f(id); last == nil {
			return
		}
		var e *webdriverError
		if !errors.As(last, &e) {
			break
		}
	}
	a.t.Fatalf("%s: %v", t.what, last)
}

// click clicks as a user does: what lies above the element would get the click, and fails it. Something that moves
// away between aim and press, because a strip came above it or the traffic went on, is aimed at again.
func (a *page) click(t target) {
	a.t.Helper()
	tries := 0
	a.withElement(t, func(id string) error {
		element := map[string]string{elementKey: id}
		if _, err := a.tryJS(`const [e] = arguments, got = window.got = { e };
			intoSight(e);
			for (const kind of ["pointerdown", "click"]) e.addEventListener(kind, () => { got[kind] = true; }, { once: true, capture: true });`, element); err != nil {
			return err
		}
		if still, err := a.rests(element); err != nil {
			return err
		} else if tries++; !still && tries < 10 { // rows of traffic that goes on never do
			return &webdriverError{Code: "astray", Message: "it does not stand still"}
		}
		if err := a.do(http.MethodPost, "/element/"+id+"/click", nil, nil); err != nil {
			return err
		}
		// A button acts when it is let go; a menu's button and other things act at the press, and may be covered or gone then.
		hit, err := a.tryJS(`const { e, pointerdown, click } = window.got ?? {};
			return !e || !!pointerdown && (!!click || !e.isConnected || !e.matches("button:not([aria-haspopup]), summary, input"))`)
		if err != nil || hit == true {
			return nil //nolint:nilerr // the click may end the page
		}
		a.t.Logf("%s moved away from a click", t.what)
		return &webdriverError{Code: "astray", Message: "the click went elsewhere"}
	})
}

// rests tells whether an element stays where it is from one frame to the next but one: what has just appeared may make
// room for more, and nobody presses it that early.
func (a *page) rests(element map[string]string) (bool, error) {
	where := `const r = arguments[0].getBoundingClientRect(); return [r.x, r.y, r.width, r.height].join()`
	before, err := a.tryJS(where, element)
	if err != nil {
		return false, err
	}
	time.Sleep(frames)
	after, err := a.tryJS(where, element)
	return before == after, err
}

// frames is the time of two frames of a window.
const frames = 34 * time.Millisecond

// fill replaces what a field holds.
func (a *page) fill(t target, s string) {
	a.t.Helper()
	a.withElement(t, func(id string) error {
		if err := a.do(http.MethodPost, "/element/"+id+"/clear", nil, nil); err != nil {
			return err
		}
		return a.do(http.MethodPost, "/element/"+id+"/value", map[string]any{"text": s}, nil)
	})
}

// keys types into an element, special keys too: [enter], [escape], [ctrl].
func (a *page) keys(t target, s string) {
	a.t.Helper()
	a.withElement(t, func(id string) error {
		return a.do(http.MethodPost, "/element/"+id+"/value", map[string]any{"text": s}, nil)
	})
}

// press types to whatever has the focus: each part is a text or a special key, held are modifier keys.
func (a *page) press(s string, held ...string) {
	a.t.Helper()
	var acts []map[string]any
	for _, k := range held {
		acts = append(acts, map[string]any{"type": "keyDown", "value": k})
	}
	for _, r := range s {
		acts = append(acts, map[string]any{"type": "keyDown", "value": string(r)}, map[string]any{"type": "keyUp", "value": string(r)})
	}
	for _, k := range held {
		acts = append(acts, map[string]any{"type": "keyUp", "value": k})
	}
	body := map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": acts}}}
	if err := a.do(http.MethodPost, "/actions", body, nil); err != nil {
		a.t.Fatalf("press %q: %v", s, err)
	}
}

// Special keys (WebDriver, section 17.4.2).
const (
	backspace = "\ue003"
	tab       = "\ue004"
	enter     = "\ue006"
	shiftKey  = "\ue008"
	ctrlKey   = "\ue009"
	altKey    = "\ue00a"
	escape    = "\ue00c"
	arrowUp   = "\ue013"
	arrowDown = "\ue015"
	deleteKey = "\ue017"
	f2        = "\ue032"
)

// ctrl is a key with Control held, for keys.
func ctrl(key string) string { return ctrlKey + key + ctrlKey }

// resize sets the inner size of the window as a window manager does: through the X server. The page's own
// runtime.WindowSetSize calls gtk_window_resize on a thread of Go's (Wails 2.13), where GTK must not be used: every few
// hundred calls the size is lost, and now and then every one after it.
func (a *app) resize(width, height int) {
	a.t.Helper()
	if out, err := exec.Command("xdotool", "windowsize", a.window, strconv.Itoa(width), strconv.Itoa(height)).CombinedOutput(); err != nil {
		a.t.Fatalf("resize the window: %v: %s", err, out)
	}
	a.wait(fmt.Sprintf("a window of %dx%d", width, height), fmt.Sprintf("innerWidth === %d && innerHeight === %d", width, height))
}

// shot writes a picture of the window, as it is on the screen, to the artefacts, once it stands still.
func (a *app) shot(name string) {
	a.t.Helper()
	if err := a.picture(artifact(a.t, name) + ".png"); err != nil {
		a.t.Fatalf("picture %s: %v", name, err)
	}
}

// picture asks the X server, not the driver: what counts is what the user sees, and the driver's own picture never
// comes while nothing is repainted. Something that moves (a progress bar, a caret) does not hold it up for long.
func (a *app) picture(file string) error {
	const still, limit = 150 * time.Millisecond, 3 * time.Second
	area, err := a.windowArea()
	if err != nil {
		return err
	}
	var before []byte
	for end := time.Now().Add(limit); ; time.Sleep(still) {
		if out, err := exec.Command("scrot", "--overwrite", "--silent", "--autoselect", area, file).CombinedOutput(); err != nil {
			return fmt.Errorf("scrot: %w: %s", err, out)
		}
		now, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if bytes.Equal(now, before) || time.Now().After(end) {
			return nil
		}
		before = now
	}
}

// findWindow waits for the window's number at the X server. It is asked for once, when the program has started: a
// tooltip is a window of the same name later.
func (a *app) findWindow() {
	a.t.Helper()
	a.poll("the window at the X server", func() bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--pid", strconv.Itoa(a.pid()), "--name", "^Sightglass$").Output()
		all := strings.Fields(string(out))
		if err != nil || len(all) != 1 {
			return false
		}
		a.window = all[0]
		return true
	})
}

// windowArea is where the window is on the screen: x,y,width,height.
func (a *app) windowArea() (string, error) {
	out, err := exec.Command("xdotool", "getwindowgeometry", "--shell", a.window).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("measure the window: %w: %s", err, out)
	}
	values := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = value
	}
	return strings.Join([]string{values["X"], values["Y"], values["WIDTH"], values["HEIGHT"]}, ","), nil
}

// artifact is a file name without its ending.
func artifact(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(fromRunner(t, "E2E_ARTIFACTS"), strings.ReplaceAll(t.Name(), "/", "-")+"-"+name)
}

// frame switches to the frame that a selector finds; top goes back.
func (a *page) frame(selector string) {
	a.t.Helper()
	a.withElement(css(selector), func(id string) error {
		return a.do(http.MethodPost, "/frame", map[string]any{"id": map[string]string{elementKey: id}}, nil)
	})
}

func (a *page) top() {
	a.t.Helper()
	if err := a.do(http.MethodPost, "/frame", map[string]any{"id": nil}, nil); err != nil {
		a.t.Fatal(err)
	}
}
