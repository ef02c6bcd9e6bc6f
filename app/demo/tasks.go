package demo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// tasksExtension is the extension io.modelcontextprotocol/tasks (SEP-2663). mcp-go's server does not speak it: a desk
// before it answers what belongs to it.
const tasksExtension = "io.modelcontextprotocol/tasks"

const (
	maxJobs      = 100 // at once; the oldest that is over leaves first
	jobTTL       = 10 * time.Minute
	jobInterval  = 500 * time.Millisecond
	codeParams   = -32602
	codeMissing  = -32021 // MissingRequiredClientCapability
	inquiryName  = "depth"
	statusWork   = "working"
	statusInput  = "input_required"
	statusDone   = "completed"
	statusFailed = "failed"
	statusEnded  = "cancelled"
)

// desk runs tasks of the extension form. It is safe for concurrent use.
type desk struct {
	ctx context.Context // ends every job

	mu    sync.Mutex
	jobs  map[string]*job
	order []string
}

// job is one task.
type job struct {
	id, status, message string
	created, updated    time.Time
	result              json.RawMessage
	failure             string
	answer              chan json.RawMessage
	cancel              context.CancelFunc
}

func newDesk(ctx context.Context) *desk { return &desk{ctx: ctx, jobs: map[string]*job{}} }

// call is a request as far as the desk reads it.
type call struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Name      string                     `json:"name"`
		Arguments map[string]any             `json:"arguments"`
		TaskID    string                     `json:"taskId"`
		Responses map[string]json.RawMessage `json:"inputResponses"`
		Meta      struct {
			Version      string `json:"io.modelcontextprotocol/protocolVersion"`
			Capabilities struct {
				Extensions map[string]json.RawMessage `json:"extensions"`
			} `json:"io.modelcontextprotocol/clientCapabilities"`
		} `json:"_meta"`
	} `json:"params"`
}

// take answers a message that belongs to the extension; ok is false for any other.
func (d *desk) take(message []byte) (answer []byte, ok bool) {
	if answer, ok := takeSkills(message); ok {
		return answer, true
	}
	if !bytes.Contains(message, []byte("tasks/")) && !bytes.Contains(message, []byte(surveyName)) {
		return nil, false // not worth reading
	}
	var c call
	if json.Unmarshal(message, &c) != nil || c.ID == nil || c.Params.Meta.Version == "" {
		return nil, false
	}
	declared := c.Params.Meta.Capabilities.Extensions[tasksExtension] != nil
	switch c.Method {
	case "tools/call":
		if c.Params.Name != surveyName || !declared {
			return nil, false
		}
		return answerTo(c.ID, d.begin(c.Params.Arguments), nil), true
	case "tasks/get", "tasks/update", "tasks/cancel":
	default:
		return nil, false
	}
	if !declared {
		return answerTo(c.ID, nil, map[string]any{
			"code": codeMissing, "message": "Missing required client capability",
			"data": map[string]any{"requiredCapabilities": map[string]any{"extensions": map[string]any{tasksExtension: map[string]any{}}}},
		}), true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	j := d.jobs[c.Params.TaskID]
	switch {
	case j == nil:
		return answerTo(c.ID, nil, map[string]any{"code": codeParams, "message": "Failed to retrieve task: Task not found"}), true
	case c.Method == "tasks/get":
		return answerTo(c.ID, j.state("complete", true), nil), true
	case c.Method == "tasks/cancel":
		j.cancel()
	case c.Params.Responses[inquiryName] != nil && j.status == statusInput:
		select {
		case j.answer <- c.Params.Responses[inquiryName]:
		default: // it has one already
		}
	}
	return answerTo(c.ID, map[string]any{"resultType": "complete"}, nil), true
}

func answerTo(id json.RawMessage, result, failure any) []byte {
	m := map[string]any{"jsonrpc": "2.0", "id": id}
	if failure != nil {
		m["error"] = failure
	} else {
		m["result"] = result
	}
	b, err := json.Marshal(m)
	if err != nil { // cannot happen: texts, numbers and what came as JSON
		return nil
	}
	return b
}

// begin starts a survey and answers with its task.
func (d *desk) begin(args map[string]any) any {
	ctx, cancel := context.WithCancel(d.ctx)
	now := time.Now()
	j := &job{id: rand.Text(), status: statusWork, message: "Setting out", created: now, updated: now, answer: make(chan json.RawMessage, 1), cancel: cancel}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tidy()
	d.jobs[j.id], d.order = j, append(d.order, j.id)
	s := newSurvey(args)
	s.step = func(done int) { d.set(j, statusWork, fmt.Sprintf("Surveyed %d of %d places", done, s.steps)) }
	s.inquire = func(ctx context.Context) (string, error) { return d.inquire(ctx, j) }
	go d.work(ctx, j, s)
	return j.state("task", false)
}

// tidy forgets what is over its time, and the oldest when there are too many. The lock is held.
func (d *desk) tidy() {
	kept := d.order[:0]
	for i, id := range d.order {
		j := d.jobs[id]
		if time.Since(j.created) > jobTTL || len(d.order)-i >= maxJobs {
			j.cancel()
			delete(d.jobs, id)
			continue
		}
		kept = append(kept, id)
	}
	d.order = kept
}

func (d *desk) work(ctx context.Context, j *job, s *survey) {
	defer j.cancel()
	result, err := s.run(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	j.updated = time.Now()
	switch {
	case ctx.Err() != nil:
		j.status, j.message = statusEnded, "Stopped as asked"
	case err != nil:
		j.status, j.message, j.failure = statusFailed, "No depth was given", err.Error()
	default:
		j.status, j.message = statusDone, "All places are surveyed"
		j.result, _ = json.Marshal(result) // made of texts and numbers
	}
}

func (d *desk) set(j *job, status, message string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j.status, j.message, j.updated = status, message, time.Now()
}

// inquire asks for the depth and waits for tasks/update.
func (d *desk) inquire(ctx context.Context, j *job) (string, error) {
	d.set(j, statusInput, "A depth is needed to go on")
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case raw := <-j.answer:
		d.set(j, statusWork, "Going on")
		var a struct {
			Action  string          `json:"action"`
			Content json.RawMessage `json:"content"`
		}
		_ = json.Unmarshal(raw, &a) // what is no answer is no depth
		return depthOf(a.Action, a.Content)
	}
}

// state is the task object; whole adds what belongs to its status. The desk's lock is held.
func (j *job) state(kind string, whole bool) map[string]any {
	m := map[string]any{
		"resultType": kind, "taskId": j.id, "status": j.status, "statusMessage": j.message, "ttlMs": jobTTL.Milliseconds(), "pollIntervalMs": jobInterval.Milliseconds(),
		"createdAt": j.created.UTC().Format(time.RFC3339Nano), "lastUpdatedAt": j.updated.UTC().Format(time.RFC3339Nano),
	}
	switch {
	case !whole:
	case j.status == statusInput:
		m["inputRequests"] = map[string]any{inquiryName: map[string]any{"method": "elicitation/create", "params": inquiry()}}
	case j.status == statusDone:
		m["result"] = j.result
	case j.status == statusFailed:
		m["error"] = map[string]any{"code": -32603, "message": j.failure}
	}
	return m
}

// filter hands the lines of in on to the server, but for those that the desk answers.
func (d *desk) filter(in io.Reader, server *io.PipeWriter, out io.Writer) {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if answer, ok := d.take(line); ok {
			_, _ = out.Write(append(answer, '\n')) // nobody reads any more: the next read ends
		} else if _, err := server.Write(line); err != nil {
			return
		}
		if err != nil {
			_ = server.CloseWithError(err)
			return
		}
	}
}

// oneAtATime keeps two writers from mixing their lines.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(b)
}

// Handler serves the open sample over Streamable HTTP. Its tasks live until ctx ends, whoever connects.
func Handler(ctx context.Context) http.Handler {
	d, inner := newDesk(ctx), server.NewStreamableHTTPServer(New())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			inner.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			http.Error(w, "the request is too long", http.StatusRequestEntityTooLarge)
			return
		}
		if answer, ok := d.take(body); ok {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inner.ServeHTTP(w, r)
	})
}
