package session

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// ExtensionTasksID is the extension's identifier (SEP-2663).
const ExtensionTasksID = "io.modelcontextprotocol/tasks"

// The methods of tasks (2025-11-25 basic/utilities/tasks, SEP-2663).
const (
	methodTaskGet    = "tasks/get"
	methodTaskResult = "tasks/result"
	methodTaskList   = "tasks/list"
	methodTaskCancel = "tasks/cancel"
	methodTaskUpdate = "tasks/update"
	methodTaskStatus = "notifications/tasks/status" // core
	methodTaskPush   = "notifications/tasks"        // extension
	memberTask       = "task"
	typeTask         = "task" // of resultType
)

// taskCodec reads one wire form.
type taskCodec struct {
	form          TaskForm
	ttl, interval string // names of members
	inline        bool   // a result and questions stand in the task itself; else tasks/result brings them
}

func codecOf(e Era) taskCodec {
	if e == Modern {
		return taskCodec{form: ExtensionTasks, ttl: "ttlMs", interval: "pollIntervalMs", inline: true}
	}
	return taskCodec{form: CoreTasks, ttl: "ttl", interval: "pollInterval"}
}

// created finds the task in the answer to a tools/call: flat beside resultType "task" (extension), or a member of its
// own (core). A tool's result has content, and no task.
func (c taskCodec) created(result json.RawMessage) (json.RawMessage, bool) {
	if c.inline {
		kind, _ := text(field(result, memberType))
		return result, kind == typeTask
	}
	obj := field(result, memberTask)
	return obj, isObject(obj) && field(obj, "taskId") != nil && field(result, "content") == nil
}

// taskWords is a task object as far as it could be read.
type taskWords struct {
	id, status, message string
	created, updated    string
	ttl, interval       time.Duration
	endless             bool // ttl is null
	state               TaskState
	findings            []string
	problem             string // it is no task at all: a sentence
}

// read reads a task object. What is malformed is told and left out.
func (c taskCodec) read(obj json.RawMessage) taskWords {
	var w taskWords
	if !isObject(obj) {
		w.problem = "The task is no JSON object."
		return w
	}
	str := func(key string, need bool) string {
		raw := field(obj, key)
		s, ok := text(raw)
		switch {
		case raw == nil && need:
			w.findings = append(w.findings, fmt.Sprintf("The task has no %s.", key))
		case raw != nil && !ok:
			w.findings = append(w.findings, fmt.Sprintf("%s is no string but %s.", key, clip(string(raw), 60)))
		}
		return s
	}
	w.id, w.status, w.message = str("taskId", true), str("status", true), str("statusMessage", false)
	w.created, w.updated = str("createdAt", true), str("lastUpdatedAt", true)
	for _, stamp := range []string{w.created, w.updated} {
		if _, err := time.Parse(time.RFC3339, stamp); stamp != "" && err != nil {
			w.findings = append(w.findings, fmt.Sprintf("The time %q is not of the form of ISO 8601.", clip(stamp, 40)))
		}
	}
	w.endless = string(field(obj, c.ttl)) == "null"
	w.ttl = max(w.millis(obj, c.ttl), 0)
	w.interval = w.millis(obj, c.interval)
	switch w.state = taskStateOf(w.status); {
	case w.id == "" || len(w.id) > maxTaskID:
		w.problem = fmt.Sprintf("The task has no taskId of 1 to %d bytes.", maxTaskID)
	case w.status == "":
		w.problem = "The task has no status."
	case w.state == TaskUnknown:
		w.findings = append(w.findings, fmt.Sprintf("The status %q is none of those specified.", clip(w.status, 60)))
	}
	return w
}

// millis reads a duration in milliseconds; what cannot be one counts as absent, which is -1.
func (w *taskWords) millis(obj json.RawMessage, key string) time.Duration {
	raw := field(obj, key)
	if raw == nil || string(raw) == "null" {
		return -1
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case err != nil || math.IsNaN(n):
		w.findings = append(w.findings, fmt.Sprintf("%s is no number but %s.", key, clip(string(raw), 40)))
		return -1
	case n < 0:
		w.findings = append(w.findings, fmt.Sprintf("%s is negative (%s).", key, clip(string(raw), 40)))
		return -1
	case n > maxTTL:
		return maxTTL * time.Millisecond
	}
	return time.Duration(n * float64(time.Millisecond))
}

func taskStateOf(status string) TaskState {
	switch s := TaskState(status); s {
	case TaskWorking, TaskInput, TaskCompleted, TaskFailed, TaskCancelled:
		return s
	default:
		return TaskUnknown
	}
}

// outcome is the result or error that stands in a task of the extension form, nil when there is none.
func (c taskCodec) outcome(obj json.RawMessage, state TaskState) (*TaskResult, string) {
	result, failure := field(obj, "result"), field(obj, "error")
	switch {
	case !c.inline || state == TaskUnknown || state == TaskCancelled:
	case state == TaskCompleted && isObject(result):
		return &TaskResult{Raw: result}, ""
	case state == TaskCompleted:
		return nil, "The task is completed, but has no result object."
	case state == TaskFailed && isObject(failure):
		return &TaskResult{RPC: rpcError(failure)}, ""
	case state == TaskFailed && isObject(result):
		return &TaskResult{Raw: result}, "The task failed, but has a result instead of an error: a tool's own error belongs to a completed task."
	case state == TaskFailed:
		return nil, "The task failed, but has no error object."
	case result != nil || failure != nil:
		return nil, fmt.Sprintf("The task is %s, but has a result already: it was left alone until the task is over.", state)
	}
	return nil, ""
}

func rpcError(raw json.RawMessage) *fault.RPCError {
	e := &fault.RPCError{Data: field(raw, "data")}
	e.Code, _ = strconv.Atoi(strings.TrimSpace(string(field(raw, "code"))))
	e.Message, _ = text(field(raw, "message"))
	return e
}

// related is the task that a message is linked to, by its _meta.
func related(params json.RawMessage) string {
	id, _ := text(field(field(field(params, "_meta"), metaRelatedTask), "taskId"))
	return id
}

// withRelated links an answer to the task its question came from. "All requests, notifications, and responses related
// to a task MUST include the io.modelcontextprotocol/related-task key in their _meta field".
func withRelated(result json.RawMessage, id string) json.RawMessage {
	meta := field(result, "_meta")
	if meta != nil && (!isObject(meta) || field(meta, metaRelatedTask) != nil) {
		return result
	}
	meta, err := withField(meta, metaRelatedTask, join([]byte(`{"taskId":`), quoteJSON(id), []byte(`}`)))
	if err != nil {
		return result
	}
	if out, err := withField(result, "_meta", meta); err == nil {
		return out
	}
	return result
}
