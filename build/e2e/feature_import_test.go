//go:build e2e

package e2e

import (
	"fmt"
	"testing"
)

// fileOfAnother is what VS Code keeps, comments and a dangling comma included.
const fileOfAnother = `{
  // what the team shares
  "inputs": [{ "type": "promptString", "id": "team-token", "description": "Token of the team", "password": true }],
  "servers": {
    "remote": {
      "type": "http",
      "url": "https://reader:%[1]s@example.com/mcp?api_key=%[2]s",
      "headers": { "Authorization": "Bearer ${input:team-token}", "X-Region": "north" }
    },
    "Protected sample": { "url": "http://127.0.0.1:9/mcp" },
    /* started by npx */
    "local": {
      "command": "npx",
      "args": ["-y", "a-server", "--token", "%[3]s", "two words"],
      "env": { "HOME_OF_IT": "${HOME}/x", "DB_PASSWORD": "%[4]s" },
      "disabled": true,
    },
    "odd": { "note": "neither a command nor a URL" },
  }
}`

// TestImportOfAnotherClient takes VS Code's form: what is there already, what cannot be read and what is a secret are
// shown first; an export gives the same servers without a value.
func TestImportOfAnotherClient(t *testing.T) {
	secrets := []string{"imp-user-8f3a61c0d2", "imp-query-77ab10c9e4", "imp-arg-51d0e2bb98", "imp-env-aa03c9d7f1"}
	a := start(t, options{})
	a.record()
	a.click(role("button", "Add, import, export"))
	a.click(item("Import…"))
	a.fill(role("textbox", "JSON").in(dialog), "{ \"servers\": { \"x\": }")
	a.see(css(`[role="dialog"] textarea[aria-invalid="true"]`))
	a.shot("broken")
	a.paste(role("textbox", "JSON").in(dialog), fmt.Sprintf(fileOfAnother, secrets[0], secrets[1], secrets[2], secrets[3]))
	a.says(dialog, "4 servers found")
	a.shot("preview")
	found := role("table", "Values of remote")
	a.says(found, "X-Region", "it is the password in a URL", "the name holds KEY")
	a.says(role("table", "Values of local"), "DB_PASSWORD", "the name holds TOKEN")
	a.says(dialog, "“Protected sample” is there already", "it is disabled there", "not added: command is empty")
	if marked := a.js(`return [...document.querySelectorAll('[role="dialog"] table tbody tr')].map((r) => (r.querySelector("input")?.checked ?? r.querySelector('[role="checkbox"]').ariaChecked === "true") + " " + r.innerText.trim().split(/\s+/).slice(0, 2).join(" ")).join(", ")`); marked != "false Header X-Region, true Secret password, true Secret api-key, true Variable DB_PASSWORD, true Secret token" {
		t.Errorf("marked: %v", marked)
	}
	a.resize(900, 600)
	a.js(`document.querySelector('[role="dialog"] section li:last-child').scrollIntoView(false)`)
	a.shot("preview-small")
	a.click(role("button", "Import 3 servers").in(dialog))
	a.unsee(dialog)
	a.railIs("Sample server", "Protected sample", "remote", "Protected sample 2", "local")
	a.mustNotShow(secrets...)

	a.click(button("Connect"))
	a.says(mainish, "A value is missing", "team-token") // asked for when it connects
	a.shot("asked")
	a.click(button("Cancel"))
	a.click(role("button", "More actions").in(mainish))
	a.click(item("Export…"))
	a.says(dialog, "${input:", "X-Region")
	a.choose(role("combobox", "Form").in(dialog), "servers (VS Code)")
	a.says(dialog, `"inputs"`, `"promptString"`, `"type": "http"`, "${input:team-token}")
	a.shot("exported")
	a.press(escape)
	a.unsee(dialog)
	a.quit()
	a.mustNotHold(secrets...)
}

// paste puts a text into a field at once, line feeds included.
func (a *app) paste(t target, s string) {
	a.t.Helper()
	a.see(t)
	a.js(fmt.Sprintf(`const [e] = %s; e.focus(); e.value = arguments[0]; e.dispatchEvent(new Event("input", { bubbles: true }))`, t.find), s)
}

// TestImportReplaces puts an import in the place of the server of the same name; a copy has its secret too.
func TestImportReplaces(t *testing.T) {
	const secret = "imp-header-60cd42e1f7"
	p := newHTTPPeer(t)
	a := start(t, options{})
	a.record()
	a.save(map[string]any{"name": "Mine", "color": "green", "group": "Work"}, map[string]any{"name": "Last"})
	a.click(role("button", "Add, import, export"))
	a.click(item("Import…"))
	a.paste(role("textbox", "JSON").in(dialog), fmt.Sprintf(`{"mcpServers": {"Mine": {"url": %q, "headers": {"X-Api-Key": %q}}}}`, p.url, secret))
	a.choose(role("combobox", "What to do with Mine").in(dialog), "Replace")
	a.shot("replace")
	a.click(role("button", "Import 1 server").in(dialog))
	a.unsee(dialog)
	a.railIs("Sample server", "Protected sample", "Last", "[Work]", "Mine")
	a.click(button("Connect"))
	a.see(text("Use these settings?"))
	a.shot("unseen")
	if p.seen.Load() != nil {
		t.Error("something was sent before the import was allowed")
	}
	a.click(button("Allow and connect"))
	a.connected()
	a.click(role("button", "More actions").in(mainish))
	a.click(item("Duplicate"))
	a.railIs("Sample server", "Protected sample", "Last", "[Work]", "Mine", "Mine copy")
	p.seen.Store(nil)
	a.click(button("Connect"))
	a.connected()
	if got := p.seen.Load().Get("X-Api-Key"); got != secret {
		t.Errorf("the copy sent X-Api-Key %q", got)
	}
	a.quit()
	a.mustNotHold(secret)
}
