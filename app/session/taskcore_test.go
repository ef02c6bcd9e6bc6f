package session

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestCoreTaskRunsToItsResult(t *testing.T) {
	k := coreTasker(t)
	k.play(coreTask("working"), coreTask("completed"))
	s := connect(t, taskConfig(k))
	if o := s.TaskOffer(); o.Form != CoreTasks || !o.Calls || !o.List || !o.Cancel {
		t.Errorf("%+v", o)
	}
	key := startTask(t, s)
	token, _ := text(field(field(k.sent("tools/call")[0].Params, "_meta"), "progressToken"))
	k.send(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%q,"progress":3,"total":4,"message":"three"}}`, token)
	wait(t, "progress", func() bool { return taskNow(s, key).Progress != nil })
	n := overTask(t, s, key)
	if n.State != TaskCompleted || n.Result == nil || n.Result.At != "/result" || !strings.Contains(string(n.Result.Raw), "done") || n.Result.Entry == n.Entry {
		t.Fatalf("%+v", n)
	}
	if p := n.Progress; p.Progress != 3 || *p.Total != 4 || p.Message != "three" || len(k.sent("tasks/result")) != 1 {
		t.Errorf("%+v, %d results", p, len(k.sent("tasks/result")))
	}
}

// "When the requestor encounters the input_required status, it SHOULD preemptively call tasks/result"; questions come
// with related-task, and so do their answers.
func TestCoreTaskAsks(t *testing.T) {
	k := coreTasker(t)
	k.play(coreTask("input_required"))
	var results []msg
	k.handle("tasks/result", func(p *peer, m msg) {
		results = append(results, m)
		p.send(`{"jsonrpc":"2.0","id":77,"method":"elicitation/create","params":{"message":"Who?","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T1"}}}}`)
		p.send(`{"jsonrpc":"2.0","id":78,"method":"elicitation/create","params":{"message":"And?","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T9"}}}}`)
	})
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	wait(t, "the questions", func() bool { return len(s.Questions()) == 2 })
	q := s.Questions()
	if q[0].Task != "T1" || q[0].Call == "" || q[0].Tool != "dig" || q[1].Task != "T9" || q[1].Call != "" {
		t.Errorf("%+v", q)
	}
	before := k.asked()
	wait(t, "polls beside tasks/result", func() bool { return k.asked() > before+1 })
	if len(k.sent("tasks/result")) != 1 {
		t.Errorf("%d times tasks/result", len(k.sent("tasks/result")))
	}
	if err := s.Answer(q[0].ID, json.RawMessage(`{"action":"accept","content":{}}`)); err != nil {
		t.Fatal(err)
	}
	wait(t, "the answer", func() bool { return len(k.sent("")) == 1 })
	if got := string(k.sent("")[0].Result); got != `{"action":"accept","content":{},"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T1"}}}` {
		t.Error(got)
	}
	k.play(coreTask("completed"))
	wait(t, "the end", func() bool { return taskNow(s, key).State == TaskCompleted })
	k.result(results[0], `{"content":[]}`)
	if n := overTask(t, s, key); n.Result == nil || !slices.ContainsFunc(n.Findings, func(f string) bool { return strings.Contains(f, "does not name its task") }) {
		t.Errorf("%+v", n)
	}
}

// A result that comes too early is kept, told of, and does not end the task before its time.
func TestCoreResultBeforeTheEnd(t *testing.T) {
	k := coreTasker(t)
	k.play(coreTask("input_required"))
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	wait(t, "the word about it", func() bool {
		return slices.ContainsFunc(taskNow(s, key).Findings, func(f string) bool { return strings.Contains(f, "gave the result although") })
	})
	if n := taskNow(s, key); n.Over() || n.Result != nil {
		t.Errorf("%+v", n)
	}
	k.play(coreTask("completed"))
	if n := overTask(t, s, key); n.Result == nil || !strings.Contains(string(n.Result.Raw), "done") {
		t.Errorf("%+v", n)
	}
}

func TestCoreTaskFails(t *testing.T) {
	k := coreTasker(t)
	k.play(coreTask("failed"))
	k.handle("tasks/result", func(p *peer, m msg) { p.fail(m, -32000, `{"why":"luck"}`) })
	s := connect(t, taskConfig(k))
	n := overTask(t, s, startTask(t, s))
	if n.State != TaskFailed || n.Result == nil || n.Result.RPC == nil || n.Result.RPC.Code != -32000 || n.Result.At != "/error" {
		t.Errorf("%+v", n)
	}
}

func TestCoreTaskIsCancelled(t *testing.T) {
	k := coreTasker(t)
	k.play(coreTask("working"))
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	if r, err := s.CancelTask(t.Context(), key); err != nil || r == nil {
		t.Fatal(err)
	}
	if n := taskNow(s, key); n.State != TaskCancelled || !n.Over() {
		t.Errorf("%+v", n)
	}
	wait(t, "the end of the polls", func() bool { return !taskNow(s, key).Follows })
	if len(k.sent("tasks/result")) > 0 {
		t.Error("the result of a cancelled task was asked for")
	}
	s.book.Forget("")
	if all, active := s.book.Count(); all != 0 || active != 0 {
		t.Errorf("%d, %d", all, active)
	}
}

// tasks/list brings pages of tasks; those not started here are shown, and asked about when the user wants to.
func TestCoreTasksAreListed(t *testing.T) {
	k := coreTasker(t)
	k.handle("tasks/list", func(p *peer, m msg) {
		if field(m.Params, "cursor") == nil {
			p.result(m, `{"tasks":[`+coreTask("working")+`,{"taskId":7}],"nextCursor":""}`)
			return
		}
		p.result(m, `{"tasks":[`+strings.Replace(coreTask("completed"), "T1", "T2", 1)+`]}`)
	})
	k.play(strings.Replace(coreTask("completed"), "T1", "T2", 1))
	s := connect(t, taskConfig(k))
	l, err := s.ListTasks(t.Context(), nil, 1)
	if err != nil || !l.More || l.Pages != 1 || len(l.Findings) != 1 {
		t.Fatalf("%v, %+v", err, l)
	}
	if l, err = s.ListTasks(t.Context(), l, 1); err != nil || l.More || len(l.Items) != 3 {
		t.Fatalf("%v, %+v", err, l)
	}
	list := s.book.Tasks()
	if len(list) != 2 || !list[0].Listed || list[1].ID != "T2" || list[1].Follows || k.asked() != 0 {
		t.Fatalf("%+v", list)
	}
	k.handle("tasks/result", func(p *peer, m msg) { p.result(m, `{"content":[]}`) })
	if err := s.FetchTask(list[1].Key); err != nil {
		t.Fatal(err)
	}
	wait(t, "the result", func() bool { return taskNow(s, list[1].Key).Result != nil })
	if len(s.book.Saved()) != 0 {
		t.Errorf("a task of others is kept: %+v", s.book.Saved())
	}
	if err := s.FetchTask("t99"); kindOf(err) != fault.Input {
		t.Errorf("%v", err)
	}
}

func TestNoTaskAlthoughAskedFor(t *testing.T) {
	k := coreTasker(t)
	k.handle("tools/call", func(p *peer, m msg) { p.result(m, `{"content":[]}`) })
	s := connect(t, taskConfig(k))
	r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"a"}`), Task: TaskYes})
	if err != nil || r.Task != "" || len(r.Findings) != 1 {
		t.Errorf("%v, %+v", err, r)
	}
}

// "When tasks/get, tasks/update, or tasks/cancel is sent over the Streamable HTTP transport, the client MUST set the
// Mcp-Name header to the value of params.taskId" (SEP-2663, Routing Headers).
func TestTaskNamesItselfInTheHeader(t *testing.T) {
	for _, method := range []string{methodTaskGet, methodTaskUpdate, methodTaskCancel} {
		if h := standardHeaders(method, taskParams("T ä"), LatestModern); h.Get(headerName) != "=?base64?VCDDpA==?=" || h.Get(headerMethod) != method {
			t.Errorf("%s: %v", method, h)
		}
	}
}
