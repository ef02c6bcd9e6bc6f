//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSavedCalls makes a file with a call and a variable, runs it, mends the expectation, and finds all after a restart.
func TestSavedCalls(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.loadAxe()
	a.click(tabbed("Saved calls"))
	a.see(text("No saved calls"))
	a.both("none")
	a.click(button("Files"))
	a.click(role("menuitem", "New…"))
	a.fill(role("textbox", "Name"), "Smoke")
	a.press(enter)
	a.click(button("Add a call").nth(0))
	a.fill(role("textbox", "Name"), "echo the word")
	a.writeIn("Call", "Params", `{"name": "echo", "arguments": {"text": "{{word}}"}}`)
	a.click(button("Add an expectation"))
	a.fill(role("textbox", "Value"), `"hello"`)
	a.click(tabbed("Variables"))
	a.click(button("Add a variable"))
	a.fill(role("textbox", "Name of variable 1"), "word")
	a.fill(role("textbox", "Value of variable 1, JSON"), `"hallo"`)
	a.accessible("variables")
	a.both("variables")
	a.click(button("Run all"))
	results := css(`section[aria-label="Results"]`)
	a.says(results, "Smoke: 1 failed", `Expected: $.content[0].text is "hello"; but "hallo"`)
	a.accessible("a failed run")
	a.both("failed")
	a.click(tabbed("Call"))
	a.says(css(`section[aria-label="Call"]`), `In the last run: "hallo"`)
	a.accessible("a call")
	a.both("call")
	a.fill(role("textbox", "Value"), `"hallo"`)
	a.press(enter, ctrlKey, shiftKey)
	a.says(results, "Smoke: 1 passed")
	a.click(button("echo the word"))
	a.says(results, "As expected")
	a.click(button("Show in traffic").in(results))
	a.see(entry("to server", "tools/call"))
	files, _ := filepath.Glob(filepath.Join(a.home, "sightglass", "calls", "*.mcp-calls.json"))
	if len(files) != 1 {
		t.Fatalf("files: %v", files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(data), `"hallo"`) || !strings.Contains(string(data), `"sightglass": "collection/1"`) {
		t.Errorf("the file: %v\n%s", err, data)
	}
	a.restart()
	a.connect("Sample server")
	a.click(tabbed("Saved calls"))
	a.click(button("Run all"))
	a.says(results, "Smoke: 1 passed")
}

// TestSendAgain sends a request of the traffic again, changes one before, and saves one as a call.
func TestSendAgain(t *testing.T) {
	a := start(t, options{dark: true})
	a.callSample()
	row := entry("to server", "tools/call", "echo")
	a.contextMenu(row)
	a.click(role("menuitem", "Send again…"))
	a.see(text("The answers are compared with those of before."))
	a.both("ask")
	a.click(button("Send again"))
	results := css(`section[aria-label="Results"]`)
	a.says(results, "Sent again, compared with before: 1 the same", "Same")
	a.both("same")
	a.contextMenu(row.nth(0))
	a.click(role("menuitem", "Save call…"))
	a.fill(role("textbox", "Name of the new file"), "From the traffic")
	a.click(button("Save").last())
	a.see(role("combobox", "File with saved calls"))
	a.click(button("Run all"))
	a.says(results, "From the traffic: 1 passed")
	a.contextMenu(row.nth(0))
	a.click(role("menuitem", "Send again…"))
	a.click(button("Edit first"))
	a.says(css(`section[aria-label="Request"]`), "somebody@example.org")
	if word := a.send(); word != "done" {
		t.Errorf("the edited request: %s", word)
	}
}

// TestReplayOnAnotherServer sends all requests that are shown to another server and compares the answers.
func TestReplayOnAnotherServer(t *testing.T) {
	a := start(t, options{})
	a.callSample()
	a.fill(role("textbox", "text"), "another word")
	a.run("done", "another word")
	url := sampleHTTP(t)
	a.useURL(url)
	a.connected()
	name := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/mcp")
	a.click(saved("Sample server"))
	a.fill(filter, "method:tools/call")
	a.press(enter)
	a.contextMenu(entry("to server", "tools/call", "echo").nth(0))
	a.click(role("menuitem", "Send all that is shown again…"))
	a.says(dialog, "Send 2 requests again")
	a.choose(role("combobox", "On").in(dialog), name)
	a.shot("asked")
	a.click(button("Send again").in(dialog))
	results := css(`section[aria-label="Results"]`)
	a.says(results, "Sent again, compared with before: 2 the same", "tools/call echo")
	a.shot("replayed")
}
