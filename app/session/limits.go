package session

// Limits contain a server that misbehaves. A zero is the default of each; whoever sets one knows the server.
type Limits struct {
	Rounds    int // input_required results of one call; 0: DefaultRounds
	Questions int // questions that wait for an answer at once; 0: DefaultQuestions
	Pages     int // of one list; 0: DefaultPages

	Tasks      int // tasks that are known; 0: DefaultTasks
	Followed   int // tasks asked about by themselves at once; 0: DefaultFollowed
	TaskInputs int // questions of one task in its life; 0: DefaultTaskInputs
}

// Defaults of [Limits].
const (
	DefaultRounds    = 20   // a server that asks on and on is stopped
	DefaultQuestions = 100  // a person answers none of more
	DefaultPages     = 1000 // a server can invent cursors without end

	DefaultTasks      = 1000 // the oldest that are over leave first
	DefaultFollowed   = 100  // each costs a request at every interval
	DefaultTaskInputs = 200  // a task can ask on and on
)

// raise tells what to do about a limit that was hit and is meant to be.
const raise = "If the server is right, raise the limit in its settings (Protocol, Limits)."

func (l Limits) rounds() int    { return orDefault(l.Rounds, DefaultRounds) }
func (l Limits) questions() int { return orDefault(l.Questions, DefaultQuestions) }
func (l Limits) pages() int     { return orDefault(l.Pages, DefaultPages) }

func (l Limits) tasks() int      { return orDefault(l.Tasks, DefaultTasks) }
func (l Limits) followed() int   { return orDefault(l.Followed, DefaultFollowed) }
func (l Limits) taskInputs() int { return orDefault(l.TaskInputs, DefaultTaskInputs) }

func orDefault(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
