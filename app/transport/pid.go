package transport

import "time"

// ProcessFacts tell of a child.
type ProcessFacts struct {
	PID     int
	Started time.Time
	Exit    string // how it ended, "exited with status 3"; empty while it runs
}

// PID is the child's process id, 0 for a link without a child.
func (l *link) PID() int {
	facts, _ := l.Process()
	return facts.PID
}

// Process tells of the child; ok is false for a link without one. It is safe for concurrent use.
func (l *link) Process() (facts ProcessFacts, ok bool) {
	s, ok := l.engine.(*stdio)
	if !ok {
		return ProcessFacts{}, false
	}
	facts = ProcessFacts{PID: s.proc.cmd.Process.Pid, Started: s.proc.started}
	if s.proc.gone() {
		facts.Exit = s.proc.ending()
	}
	return facts, true
}
