package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// A list that never ends is cut at the limit, a higher one of the server's settings counts.
func TestEndlessList(t *testing.T) {
	p := legacyPeer(t)
	n := 0
	p.on["resources/list"] = func(p *peer, m msg) {
		n++
		p.result(m, fmt.Sprintf(`{"resources":[{"uri":"x:%d","name":"n"}],"nextCursor":"%d"}`, n, n))
	}
	for _, limit := range []int{0, 7, DefaultPages + 5} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			cfg := config(p)
			cfg.Limits.Pages = limit
			s := connect(t, cfg)
			defer closeSession(t, s)
			list, err := s.Resources(t.Context(), nil, 0)
			want := limit
			if limit == 0 {
				want = DefaultPages
			}
			if err != nil || list.Pages != want || len(list.Decoded) != want {
				t.Fatalf("%d pages, %d resources, want %d: %v", list.Pages, len(list.Decoded), want, err)
			}
			if found := strings.Join(list.Findings, "\n"); !strings.Contains(found, fmt.Sprintf("more than %d pages", want)) || !strings.Contains(found, "raise the limit") {
				t.Errorf("findings: %s", found)
			}
		})
	}
}

func TestRoundsLimitOfTheServer(t *testing.T) {
	p := modernPeer(t)
	n := 0
	p.on["tools/call"] = func(p *peer, m msg) { n++; p.result(m, needs("", `"again"`)) }
	cfg := config(p)
	cfg.Limits.Rounds = 2
	s := connect(t, cfg)
	_, err := s.Call(t.Context(), CallInput{Method: "tools/call"})
	if kindOf(err) != fault.Protocol || !strings.Contains(err.Error(), "more than 2 rounds") || n != 3 {
		t.Errorf("%d requests, %v", n, err)
	}
	if f := fault.As(err); f == nil || !strings.Contains(f.Hint, "raise the limit") {
		t.Errorf("hint: %+v", f)
	}
}

// Ten thousand questions at once: the limit waits, each other one is refused by an answer of its own, and calls go on.
func TestFloodOfQuestions(t *testing.T) {
	p := legacyPeer(t)
	p.on["go"] = func(p *peer, m msg) {
		for i := range 10_000 {
			p.send(`{"jsonrpc":"2.0","id":%d,"method":"roots/list"}`, i)
		}
		p.result(m, `{}`)
	}
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	cfg.Limits.Questions = 3
	s := connect(t, cfg)
	if _, err := s.Call(t.Context(), CallInput{Method: "go"}); err != nil {
		t.Fatal(err)
	}
	wait(t, "three questions wait", func() bool { return s.inbox.count() == 3 })
	wait(t, "the others are refused", func() bool { return len(p.sent("")) == 10_000-3 })
	if _, err := s.Call(t.Context(), CallInput{Method: "ping"}); err != nil && kindOf(err) != fault.RPC {
		t.Errorf("a call after the flood: %v", err)
	}
	for _, m := range p.sent("")[:10] {
		if !strings.Contains(string(m.Error), "more than 3 questions") {
			t.Errorf("a question was answered with %s", m.Line)
		}
	}
}

// The limits of tasks can be raised for a server that is right to have many.
func TestLimitsOfTasks(t *testing.T) {
	b := NewTaskBook(nil)
	b.Limit(DefaultTasks + 7)
	saved := make([]SavedTask, 0, DefaultTasks+9)
	for i := range cap(saved) {
		saved = append(saved, SavedTask{ID: fmt.Sprint(i), Form: CoreTasks, Status: "working"})
	}
	b.Restore(saved)
	if n := len(b.Tasks()); n != DefaultTasks+7 {
		t.Errorf("%d tasks are known", n)
	}
	p := modernPeer(t)
	cfg := config(p)
	cfg.Tasks, cfg.Limits = NewTaskBook(nil), Limits{Tasks: 3, Followed: 1, TaskInputs: 1}
	s := connect(t, cfg)
	if s.book.most() != 3 {
		t.Errorf("the book holds %d", s.book.most())
	}
	s.book.mu.Lock()
	first, second := s.book.make("a", ExtensionTasks), s.book.make("b", ExtensionTasks)
	s.book.mu.Unlock()
	s.followTask(first)
	s.followTask(second)
	list := s.book.Tasks()
	if list[0].Stopped != "" || !strings.Contains(list[1].Stopped, "At most 1 tasks") || !strings.Contains(list[1].Stopped, "raise the limit") {
		t.Errorf("%q, %q", list[0].Stopped, list[1].Stopped)
	}
}
