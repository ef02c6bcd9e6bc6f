package session

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
)

// tasker is a scripted server with tasks: what tasks/get answers is script, the last one for ever.
type tasker struct {
	*peer
	mu     sync.Mutex
	script []string
	gets   []time.Time
}

func (k *tasker) play(script ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.script = script
}

func (k *tasker) asked() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.gets)
}

func (k *tasker) next() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.gets = append(k.gets, time.Now())
	now := k.script[0]
	if len(k.script) > 1 {
		k.script = k.script[1:]
	}
	return now
}

const taskTimes = `"createdAt":"2026-08-22T10:00:00Z","lastUpdatedAt":"2026-08-22T10:00:01Z"`

// modernTask is a task of the extension form; more begins with a comma.
func modernTask(status, more string) string {
	return `{"resultType":"complete","taskId":"T1","status":"` + status + `",` + taskTimes + `,"ttlMs":60000,"pollIntervalMs":0` + more + `}`
}

func coreTask(status string) string {
	return `{"taskId":"T1","status":"` + status + `",` + taskTimes + `,"ttl":60000,"pollInterval":250}`
}

func modernTasker(t *testing.T) *tasker {
	k := &tasker{peer: modernPeer(t)}
	k.handle("server/discover", func(p *peer, m msg) {
		p.result(m, `{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}}`)
	})
	k.handle("tools/call", func(p *peer, m msg) {
		p.result(m, strings.Replace(modernTask("working", ""), "complete", "task", 1))
	})
	k.handle("tasks/get", func(p *peer, m msg) {
		if now := k.next(); strings.HasPrefix(now, "{") {
			p.result(m, now)
		} else {
			p.send(`{"jsonrpc":"2.0","id":%s,"error":{"code":%s,"message":"Task not found"}}`, m.ID, now)
		}
	})
	k.handle("tasks/update", func(p *peer, m msg) { p.result(m, `{"resultType":"complete"}`) })
	k.handle("tasks/cancel", func(p *peer, m msg) { p.result(m, `{"resultType":"complete"}`) })
	return k
}

func coreTasker(t *testing.T) *tasker {
	k := &tasker{peer: legacyPeer(t)}
	k.handle("initialize", func(p *peer, m msg) {
		p.result(m, `{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}},"serverInfo":{"name":"peer","version":"1"}}`)
	})
	k.handle("tools/call", func(p *peer, m msg) { p.result(m, `{"task":`+coreTask("working")+`}`) })
	k.handle("tasks/get", func(p *peer, m msg) { p.result(m, k.next()) })
	k.handle("tasks/result", func(p *peer, m msg) {
		p.result(m, `{"content":[{"type":"text","text":"done"}],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T1"}}}`)
	})
	k.handle("tasks/cancel", func(p *peer, m msg) { p.result(m, coreTask("cancelled")) })
	return k
}

func taskConfig(k *tasker) Config {
	cfg := config(k.peer)
	cfg.Answerers = Answerers{Form: true, Tasks: true, Extensions: map[string]json.RawMessage{ExtensionTasksID: json.RawMessage("{}")}}
	return cfg
}

// startTask calls the tool and returns the key of its task.
func startTask(t *testing.T, s *Session) string {
	t.Helper()
	r, err := s.Call(t.Context(), CallInput{
		Method: "tools/call", Params: json.RawMessage(`{"name":"dig","arguments":{}}`), Task: TaskYes, TTL: time.Minute, OnProgress: func(Progress) {},
	})
	if err != nil || r.Task == "" {
		t.Fatalf("%v, %+v", err, r)
	}
	return r.Task
}

func taskNow(s *Session, key string) Task {
	now, _ := s.book.Task(key)
	return now
}

func overTask(t *testing.T, s *Session, key string) Task {
	t.Helper()
	wait(t, "the end of the task", func() bool { n := taskNow(s, key); return n.Over() || n.Stopped != "" })
	return taskNow(s, key)
}
