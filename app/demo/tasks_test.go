package demo

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
)

const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}`

type answered struct {
	Result struct {
		TaskID   string                     `json:"taskId"`
		Status   string                     `json:"status"`
		Type     string                     `json:"resultType"`
		Requests map[string]json.RawMessage `json:"inputRequests"`
		Result   struct {
			Structured json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	} `json:"result"`
	Error struct {
		Code int `json:"code"`
	} `json:"error"`
}

// TestSurveyAsATask speaks the extension over the lines of stdio: the handle, the question, its answer, the result.
func TestSurveyAsATask(t *testing.T) {
	in, type_ := io.Pipe()
	read, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- ServeStdio(t.Context(), in, out, io.Discard) }()
	lines := bufio.NewScanner(read)
	ask := func(method, params string) (a answered) {
		t.Helper()
		go func() {
			_, _ = io.WriteString(type_, `{"jsonrpc":"2.0","id":"1","method":"`+method+`","params":{`+params+`}}`+"\n")
		}()
		if !lines.Scan() {
			t.Fatal(lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	call := `"name":"survey","arguments":{"steps":2,"pauseMs":0,"ask":true}`
	begun := ask("tools/call", call+","+modernMeta)
	task := `"taskId":"` + begun.Result.TaskID + `",` + modernMeta
	if begun.Result.Type != "task" || begun.Result.TaskID == "" {
		t.Fatalf("%+v", begun)
	}
	until := func(status string) (a answered) {
		for end := time.Now().Add(30 * time.Second); a.Result.Status != status; {
			if a = ask("tasks/get", task); time.Now().After(end) {
				t.Fatalf("the task never was %s: %+v", status, a)
			}
		}
		return a
	}
	if a := until(statusInput); a.Result.Type != "complete" || a.Result.Requests[inquiryName] == nil {
		t.Errorf("%+v", a)
	}
	ask("tasks/update", `"inputResponses":{"depth":{"action":"accept","content":{"depth":"10 m"}}},`+task)
	if a := until(statusDone); !strings.Contains(string(a.Result.Result.Structured), "10 m") {
		t.Errorf("%+v", a)
	}
	if a := ask("tasks/get", `"taskId":"none",`+modernMeta); a.Error.Code != codeParams {
		t.Errorf("%+v", a)
	}
	if a := ask("tasks/get", `"taskId":"none","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`); a.Error.Code != codeMissing {
		t.Errorf("%+v", a)
	}
	if a := ask("tools/call", `"name":"survey","arguments":{"steps":1,"pauseMs":0},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`); a.Result.Type == "task" {
		t.Errorf("a task for a client that cannot follow one: %+v", a)
	}
	begun = ask("tools/call", `"name":"survey","arguments":{"pauseMs":60000},`+modernMeta)
	task = `"taskId":"` + begun.Result.TaskID + `",` + modernMeta
	ask("tasks/cancel", task)
	until(statusEnded)
	_ = type_.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestDeskIsBounded(t *testing.T) {
	d := newDesk(t.Context())
	for range 2 * maxJobs {
		d.begin(map[string]any{"pauseMs": 60_000.0})
	}
	if len(d.jobs) > maxJobs || len(d.order) != len(d.jobs) {
		t.Errorf("%d jobs, %d in order", len(d.jobs), len(d.order))
	}
}
