//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/demo"
)

var (
	taskList = role("listbox", "Tasks")
	taskPage = css(`section[aria-label^="Task "]`)
)

// taskState waits until the task that is shown is in a state, and for what is shown of it.
func (a *app) taskState(state string, wanted ...string) {
	a.t.Helper()
	a.wait("a task that is "+state, fmt.Sprintf(`document.querySelector('section[aria-label^="Task "]')?.dataset.taskState === %s`, literal(state)))
	if len(wanted) > 0 {
		a.says(taskPage, wanted...)
	}
}

// surveyOf is the open sample over HTTP: its tasks outlive every connection. hold fills in the arguments of its tool.
func surveyOf(t *testing.T) (url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	srv := httptest.NewServer(demo.Handler(ctx))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close(); cancel() })
	return srv.URL + "/mcp"
}

// survey starts the tool with these arguments.
func (a *app) survey(steps, pause string) {
	a.t.Helper()
	a.click(tabbed("Tools"))
	a.click(tool("survey"))
	a.fill(role("textbox", "steps"), steps)
	a.fill(role("textbox", "pauseMs"), pause)
	a.click(button("Run"))
}

// TestTasks runs the sample's tool as a task of the extension: status, result, cancellation, light and dark.
func TestTasks(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{dark: dark})
			a.connect("Sample server")
			a.survey("4", "900")
			a.see(role("checkbox", "Allow a task"))
			a.says(result, "It is a task: working", "places")
			a.both("run")
			a.outcome("done", "Surveyed 4 places at a depth of 3 m.", "It was a task.")
			a.click(role("tab", "Structured"))
			a.says(result, "steps")

			a.survey("900", "1000")
			a.says(result, "It is a task: working", "Surveyed 1 of 900 places")
			a.click(role("button", "Show the task"))
			a.taskState("working", "Surveyed 1 of 900 places", "Every 500 ms", "10 min 00 s")
			a.both("working")
			a.loadAxe()
			a.accessible("a task under way")
			a.click(role("button", "Cancel").in(taskPage))
			a.taskState("cancelled", "Stopped as asked")
			a.says(taskList, "Finished 2", "cancelled")
			a.keys(taskList, arrowDown)
			a.taskState("completed", "Surveyed 4 places")
			a.both("completed")
			a.accessible("a completed task")
			a.click(tabbed("Task").in(taskPage))
			a.says(taskPage, "pollIntervalMs", "completed")
			a.click(tabbed("History").in(taskPage))
			a.says(taskPage, "Setting out", "All places are surveyed")
			a.shot("history")
			a.accessible("the history of a task")
			a.click(role("button", "Show in traffic").in(taskPage).nth(0))
			a.seeEntry(entry("to server", "tasks/get"))
			a.click(role("button", "Clear the finished ones"))
			a.says(css("main"), "No tasks")
			a.both("none")

			a.click(tabbed("Tools"))
			a.click(role("checkbox", "Allow a task"))
			a.fill(role("textbox", "steps"), "1")
			a.fill(role("textbox", "pauseMs"), "1")
			a.run("done", "Surveyed 1 places")
			if got := a.textOf(result); strings.Contains(got, "It was a task") {
				t.Errorf("a task although none was allowed: %s", got)
			}
			a.restart()
			a.connect("Sample server")
			a.wait("the choice to be kept", `byRole("checkbox", "Allow a task")[0]?.checked === false`)
		})
	}
}

// TestTaskSurvivesReconnect disconnects in the middle; the next connection brings the result to the run and the list,
// and after a restart of the program what was going on is asked about again.
func TestTaskSurvivesReconnect(t *testing.T) {
	a := start(t, options{})
	a.typeIn(surveyOf(t))
	a.connected()
	a.click(role("button", "Save server"))
	a.survey("6", "700")
	a.says(result, "It is a task", "Surveyed 1 of 6 places")
	a.click(role("button", "Disconnect"))
	a.click(button("Connect"))
	a.connected()
	a.click(tabbed("Tools"))
	a.outcome("done", "Surveyed 6 places")
	a.survey("12", "700")
	a.says(result, "Surveyed 1 of 12 places")
	a.restart()
	a.click(button("Connect"))
	a.connected()
	a.click(tabbed("Tasks"))
	a.says(taskList, "survey")
	a.keys(taskList, arrowDown)
	a.taskState("completed", "Surveyed 12 places")
	kept, err := os.ReadFile(filepath.Join(a.home, "sightglass", "tasks.json"))
	if err != nil {
		t.Fatal(err)
	}
	a.noneIn("the list of tasks", kept, []string{"Surveyed 12 places"}) // results are in the traffic alone
}

// TestTaskAsks answers what a task of either form asks, over each transport.
func TestTaskAsks(t *testing.T) {
	t.Run("extension", func(t *testing.T) {
		a := start(t, options{})
		a.typeIn(surveyOf(t))
		a.connected()
		a.click(tool("survey"))
		a.fill(role("textbox", "steps"), "2")
		a.fill(role("textbox", "pauseMs"), "10")
		a.click(role("radio", "true"))
		a.click(button("Run"))
		a.shot("asked")
		a.answerOf("How deep is the survey to go?", "depth", "10 m")
		a.outcome("done", "10 m")
		a.click(role("button", "Show the task"))
		a.click(tabbed("Inputs").in(taskPage))
		a.says(taskPage, "depth", "acknowledged")
		a.loadAxe()
		a.accessible("the inputs of a task")
		a.shot("inputs")
	})
	for name, line := range map[string]func(t *testing.T, a *app){
		"core over stdio": func(t *testing.T, a *app) { a.startTyped("node " + everything(t) + " stdio") },
		"core over http":  func(t *testing.T, a *app) { a.typeIn(everythingOver(t, "streamableHttp") + "/mcp") },
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, options{})
			line(t, a)
			a.connected()
			a.click(tool("simulate-research-query"))
			a.wait("a task to be required", `byRole("checkbox", "As a task")[0]?.checked && byRole("checkbox", "As a task")[0]?.disabled`)
			a.fill(role("textbox", "topic"), "python")
			a.click(button("Run"))
			a.says(result, "It is a task: working")
			a.outcome("done", "Research Report: python")
			a.click(role("radio", "true"))
			a.click(button("Run"))
			a.answerOf("could have multiple interpretations", "interpretation", "Python snake species (snake)")
			a.outcome("done", "python (snake)")
			a.click(role("button", "Show the task"))
			a.taskState("completed", "python (snake)")
			a.click(role("button", "Ask about every task, and for the list of the server"))
			a.says(taskList, "Finished 2")
			a.shot("listed")
			a.click(tabbed("Tools"))
			a.click(role("radio", "unset"))
			a.click(button("Run"))
			a.says(result, "It is a task: working")
			a.click(role("button", "Show the task"))
			a.click(role("button", "Cancel").in(taskPage))
			a.taskState("cancelled")
			a.seeEntry(entry("to server", "tasks/cancel"))
		})
	}
}

// answerOf opens the question of the run that is shown and answers it with a choice.
func (a *app) answerOf(words, field, option string) {
	a.t.Helper()
	a.click(button("Answer it"))
	a.see(text(words))
	a.choose(role("combobox", field), option)
	a.shot("answering")
	a.click(role("button", "Accept"))
	a.unsee(role("button", "Accept")) // the panel closes with the last answer
}
