//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// profilesFile is the file of the saved servers.
func (a *app) profilesFile() string { return filepath.Join(a.home, "sightglass", "profiles.json") }

// save adds servers by the bridge, each with its fields beside those that every server has.
func (a *app) save(servers ...map[string]any) {
	a.t.Helper()
	for _, s := range servers {
		full := map[string]any{"id": "", "transport": "http", "url": "http://127.0.0.1:9/mcp", "era": map[string]any{}, "timeouts": map[string]any{}}
		for k, v := range s {
			full[k] = v
		}
		b, err := json.Marshal(full)
		if err != nil {
			a.t.Fatal(err)
		}
		a.await(fmt.Sprintf("window.go.app.Servers.Save(%s, [])", b))
	}
}

// rail is the list as it is shown: groups as "[name]", below each its servers' names.
func (a *app) rail() []string {
	v, _ := a.tryJS(`return [...document.querySelectorAll("nav [data-row]")].map((e) => e.dataset.row.startsWith("g:") ? "[" + e.dataset.row.slice(2) + "]" : e.querySelector(".name").textContent.trim())`)
	all, _ := v.([]any)
	out := make([]string, len(all))
	for i, s := range all {
		out[i], _ = s.(string)
	}
	return out
}

// railIs waits until the list shows exactly this.
func (a *app) railIs(want ...string) {
	a.t.Helper()
	a.pollFor(func() string { return fmt.Sprintf("the list to be %q; it is %q", want, a.rail()) }, func() bool { return slices.Equal(a.rail(), want) })
}

// dragTo drags a row by its middle and lets it go over another: above its middle or below.
func (a *app) dragTo(from, to target, below bool) {
	a.t.Helper()
	y := -6
	if below {
		y = 6
	}
	a.withElement(from, func(fromID string) error {
		var err error
		a.withElement(to, func(toID string) error {
			move := func(id string, x, y int) map[string]any {
				return map[string]any{"type": "pointerMove", "x": x, "y": y, "duration": 100, "origin": map[string]string{elementKey: id}}
			}
			err = a.do(http.MethodPost, "/actions", map[string]any{"actions": []any{map[string]any{
				"type": "pointer", "id": "mouse", "parameters": map[string]string{"pointerType": "mouse"},
				"actions": []any{
					move(fromID, 0, 0),
					map[string]any{"type": "pointerDown", "button": 0},
					move(fromID, 0, 8),
					move(toID, 0, -y),
					move(toID, 0, y),
					map[string]any{"type": "pointerUp", "button": 0},
				},
			}}}, nil)
			return nil
		})
		return err
	})
}

// TestServersAreKept adds, changes, doubles, deletes and brings back a server in the list alone.
func TestServersAreKept(t *testing.T) {
	a := start(t, options{})
	a.railIs("Sample server", "Protected sample")
	program, args := peerCommand(t, "good")
	a.press("n", ctrlKey)
	a.see(dialog)
	a.click(role("button", "Save").in(dialog))
	a.wait("the first field at fault to have the focus", `document.activeElement.ariaInvalid === "true" && document.activeElement.closest('[role="dialog"]')`)
	a.shot("nothing-given")
	a.fill(role("textbox", "Name").in(dialog), "Mine")
	a.fill(css(`[role="dialog"] input[list]`), "Work")
	a.click(css(`[role="dialog"] label[title="teal"]`))
	a.fill(role("textbox", "Command").in(dialog), program)
	for i, arg := range args {
		a.click(role("button", "Add argument").in(dialog))
		a.fill(role("textbox", fmt.Sprintf("Argument %d", i+1)).in(dialog), arg)
	}
	a.click(role("button", "Add variable").in(dialog))
	a.fill(role("textbox", "Name of variable 1").in(dialog), "REGION")
	a.fill(role("textbox", "Value of REGION").in(dialog), "north east")
	a.shot("filled")
	a.click(role("button", "Save and connect").in(dialog))
	a.unsee(dialog)
	a.see(text("Start this program?"))
	a.shot("launch")
	a.click(button("Start"))
	a.connected()
	a.railIs("Sample server", "Protected sample", "[Work]", "Mine")
	a.click(tool("fingerprint"))
	a.fill(role("textbox", "name"), "REGION")
	a.run("done", fingerprint("north east"))

	a.click(role("button", "More actions").in(mainish))
	a.click(item("Duplicate"))
	a.railIs("Sample server", "Protected sample", "[Work]", "Mine", "Mine copy")
	a.keys(saved("Mine copy"), f2)
	a.see(dialog)
	a.fill(role("textbox", "Name").in(dialog), "Other")
	a.press(escape)
	a.says(role("alertdialog", ""), "Discard the changes?")
	a.shot("discard")
	a.click(button("Keep editing"))
	a.click(role("button", "Save").in(dialog))
	a.unsee(dialog)
	a.railIs("Sample server", "Protected sample", "[Work]", "Mine", "Other")

	a.keys(saved("Mine"), deleteKey)
	a.railIs("Sample server", "Protected sample", "[Work]", "Other")
	a.see(text("Deleted Mine"))
	a.shot("deleted")
	a.click(button("Undo"))
	a.railIs("Sample server", "Protected sample", "[Work]", "Mine", "Other")
	a.restart()
	a.railIs("Sample server", "Protected sample", "[Work]", "Mine", "Other")
	file, err := os.ReadFile(a.profilesFile())
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "the file", string(file), `"teal"`, `"Work"`, `"north east"`)
}

// TestServersAreOrdered moves rows by mouse and keyboard, within a group and between groups, and finds them by a search.
func TestServersAreOrdered(t *testing.T) {
	a := start(t, options{})
	a.railIs("Sample server", "Protected sample")
	a.save(map[string]any{"name": "One", "color": "red"}, map[string]any{"name": "Two", "url": "http://127.0.0.1:9/findable"},
		map[string]any{"name": "Three", "group": "Work"}, map[string]any{"name": "Four", "group": "Work"})
	a.railIs("Sample server", "Protected sample", "One", "Two", "[Work]", "Three", "Four")
	a.dragTo(saved("Two"), saved("Sample server"), false)
	a.railIs("Two", "Sample server", "Protected sample", "One", "[Work]", "Three", "Four")
	a.dragTo(saved("Sample server"), saved("Four"), true)
	a.railIs("Two", "Protected sample", "One", "[Work]", "Three", "Four", "Sample server")
	a.click(saved("One"))
	a.keys(saved("One"), altKey+arrowUp+altKey)
	a.railIs("Two", "One", "Protected sample", "[Work]", "Three", "Four", "Sample server")
	a.press(arrowUp, altKey)
	a.railIs("One", "Two", "Protected sample", "[Work]", "Three", "Four", "Sample server")
	a.wait("the focus on the moved row", `nameOf(document.activeElement).startsWith("One, ")`)
	a.shot("ordered")
	a.restart()
	a.railIs("One", "Two", "Protected sample", "[Work]", "Three", "Four", "Sample server")

	search := role("textbox", "Search servers")
	a.fill(search, "findable")
	a.railIs("Two")
	a.fill(search, "work")
	a.railIs("[Work]", "Three", "Four", "Sample server")
	a.fill(search, "no such thing")
	a.see(text("No server matches"))
	a.shot("nothing")
	a.keys(search, escape)
	a.click(css(`nav [data-row="g:Work"]`))
	a.railIs("One", "Two", "Protected sample", "[Work]")
	a.shot("folded")
	a.restart()
	a.railIs("One", "Two", "Protected sample", "[Work]")
}

// TestOutsideEdits changes the file behind the program's back, breaks it and mends it.
func TestOutsideEdits(t *testing.T) {
	a := start(t, options{})
	a.save(map[string]any{"name": "Before"})
	a.railIs("Sample server", "Protected sample", "Before")
	good, err := os.ReadFile(a.profilesFile())
	if err != nil {
		t.Fatal(err)
	}
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(a.profilesFile(), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := strings.Replace(string(good), `"Before"`, `"After"`, 1)
	write(after)
	a.railIs("Sample server", "Protected sample", "After")

	broken := after[:len(after)/2]
	write(broken)
	a.says(role("alert", "").nth(0), "The file of saved servers cannot be read", "nothing is saved")
	a.railIs("Sample server", "Protected sample", "After") // what was read last stays
	a.shot("broken")
	a.keys(saved("After"), deleteKey)
	a.railIs("Sample server", "Protected sample", "After")
	a.says(role("alert", ""), "Your change was not saved.")
	a.shot("kept")
	if got, err := os.ReadFile(a.profilesFile()); err != nil || string(got) != broken {
		t.Errorf("the file is now %q, %v", got, err)
	}
	write(after)
	a.unsee(text("The file of saved servers cannot be read"))
	write(broken)
	a.see(text("The file of saved servers cannot be read"))
	a.click(button("Read again"))
	a.see(text("The file of saved servers cannot be read"))
	write(string(good))
	a.railIs("Sample server", "Protected sample", "Before")
}
