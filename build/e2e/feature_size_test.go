//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestEditorTakesMuch edits a server with a hundred variables and names that fit nowhere.
func TestEditorTakesMuch(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			long := strings.Repeat("averylongwordwithoutaspace", 4)
			var env []map[string]any
			for i := range 100 {
				env = append(env, map[string]any{"name": fmt.Sprintf("VARIABLE_NUMBER_%d_%s", i, strings.ToUpper(long[:i%60])), "value": fmt.Sprintf("value %d of one hundred", i)})
			}
			env[3]["name"], env[3]["value"], env[3]["secret"] = "API_TOKEN_OF_"+strings.ToUpper(long), "", true
			a.save(map[string]any{
				"name": "Much of everything, " + long, "group": "A group, " + long, "color": "purple", "transport": "stdio", "url": "",
				"command": "/usr/local/lib/" + long + "/bin/server", "args": []string{"--config", "/etc/" + long + "/" + long + ".json", "", "--verbose", "--name", "with spaces in it"}, "env": env,
			}, map[string]any{"name": "Plain"})
			a.click(saved("Much of everything"))
			a.click(button("Edit"))
			a.see(dialog)
			a.both("top")
			a.click(role("button", "Add variable").in(dialog))
			a.wait("the new row to be in view", `(() => { const r = document.activeElement.getBoundingClientRect(); return nameOf(document.activeElement) === "Name of variable 101" && r.top > 0 && r.bottom < innerHeight; })()`)
			a.press("NEW_ONE")
			a.both("bottom")
			a.fill(role("textbox", "Connect timeout").in(dialog), "a while")
			a.press(tab)
			a.both("problem")
			a.click(role("button", "Save").in(dialog))
			a.wait("the field at fault to have the focus", `document.activeElement.ariaInvalid === "true"`)
			a.fill(role("textbox", "Connect timeout").in(dialog), "5 s")
			a.click(role("button", "Save").in(dialog))
			a.unsee(dialog)
			a.both("saved")
			a.click(button("Connect"))
			a.see(text("Start this program?"))
			a.both("launch")
			a.click(button("Cancel"))
			a.click(role("button", "More actions").in(mainish))
			a.click(item("Export…"))
			a.see(dialog)
			a.both("export")
			a.press(escape)
			a.unsee(dialog)
			a.click(saved("Plain"))
			a.click(button("Edit"))
			a.see(dialog)
			a.both("plain")
		})
	}
}
