package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
)

// taskLook is how often it is looked whether there is news of a task to tell; the server is asked in its own time.
const taskLook = 100 * time.Millisecond

// taskLeave is how long an interrupted call tries to cancel its task.
const taskLeave = 5 * time.Second

// runTold calls a tool. When the call becomes a task, each change of its status is a line on standard error; an
// interrupt cancels the task.
func runTold(ctx context.Context, s streams, c *core.Core, in core.RunInput) (core.RunOutput, error) {
	type outcome struct {
		out core.RunOutput
		err error
	}
	came := make(chan outcome, 1)
	go func() {
		out, err := c.Run(ctx, in)
		came <- outcome{out, err}
	}()
	look := time.NewTicker(taskLook)
	defer look.Stop()
	told := ""
	for {
		select {
		case o := <-came:
			tellTask(s, c, in.Profile, told)
			if ctx.Err() != nil {
				cancelTask(c, in.Profile)
			}
			return o.out, o.err
		case <-look.C:
			told = tellTask(s, c, in.Profile, told)
		}
	}
}

// tellTask writes how the task of the only call stands, if that is news.
func tellTask(s streams, c *core.Core, profile, told string) string {
	tasks := c.Tasks(profile).Tasks
	if len(tasks) == 0 {
		return told
	}
	t := tasks[len(tasks)-1]
	line := "task " + word(t.ID) + ": " + word(t.Status)
	if t.Message != "" {
		line += ", " + word(t.Message)
	}
	if t.Progress != nil {
		line += fmt.Sprintf(", %v", *t.Progress)
		if t.Total != nil {
			line += fmt.Sprintf(" of %v", *t.Total)
		}
	}
	if t.Stopped != "" {
		line += " (" + word(t.Stopped) + ")"
	}
	if line != told {
		_, _ = fmt.Fprintln(s.err, line) // a closed standard error is no reason to give the task up
	}
	return line
}

// cancelTask asks the server to cancel what is not over.
func cancelTask(c *core.Core, profile string) {
	ctx, cancel := context.WithTimeout(context.Background(), taskLeave)
	defer cancel()
	for _, t := range c.Tasks(profile).Tasks {
		if !t.Over {
			_ = c.CancelTask(ctx, profile, t.Key) // it is the interrupt that is told
		}
	}
}
