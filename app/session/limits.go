package session

// Limits contain a server that misbehaves. A zero is the default of each; whoever sets one knows the server.
type Limits struct {
	Rounds    int // input_required results of one call; 0: DefaultRounds
	Questions int // questions that wait for an answer at once; 0: DefaultQuestions
	Pages     int // of one list; 0: DefaultPages
}

// Defaults of [Limits].
const (
	DefaultRounds    = 20   // a server that asks on and on is stopped
	DefaultQuestions = 100  // a person answers none of more
	DefaultPages     = 1000 // a server can invent cursors without end
)

// raise tells what to do about a limit that was hit and is meant to be.
const raise = "If the server is right, raise the limit in its settings (Protocol, Limits)."

func (l Limits) rounds() int    { return orDefault(l.Rounds, DefaultRounds) }
func (l Limits) questions() int { return orDefault(l.Questions, DefaultQuestions) }
func (l Limits) pages() int     { return orDefault(l.Pages, DefaultPages) }

func orDefault(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
