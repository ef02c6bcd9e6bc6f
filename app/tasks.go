package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Tasks is the bound noun for tasks. The list and the details travel by fetch: /api/tasks, /api/task.
type Tasks struct{ app *App }

// Result is what a task came to, as the outcome of the call that it is the answer to.
func (t *Tasks) Result(profile, key string) (out core.RunOutput, err error) {
	defer guard(&err, "show the task's result")
	return t.app.core.TaskResult(profile, key)
}

// Check asks about a task at once, and goes on if it is not over.
func (t *Tasks) Check(profile, key string) (err error) {
	defer guard(&err, "check task")
	return t.app.core.CheckTask(profile, key)
}

// Fetch gets the result of a task that was not fetched by itself, or once more.
func (t *Tasks) Fetch(profile, key string) (err error) {
	defer guard(&err, "get the task's result")
	return t.app.core.FetchTask(profile, key)
}

// Leave asks about a task no longer. The server is not told.
func (t *Tasks) Leave(profile, key string) (err error) {
	defer guard(&err, "leave task")
	return t.app.core.LeaveTask(profile, key)
}

// Cancel asks the server to cancel a task and waits for its answer.
func (t *Tasks) Cancel(profile, key string) (err error) {
	defer guard(&err, "cancel task")
	return t.app.core.CancelTask(context.Background(), profile, key)
}

// Forget removes a task from the list, or with an empty key every one that is over. The server is not told.
func (t *Tasks) Forget(profile, key string) (err error) {
	defer guard(&err, "remove task")
	t.app.core.ForgetTask(profile, key)
	return nil
}

// AskAgain puts a question of a task into the inbox once more.
func (t *Tasks) AskAgain(profile, key, question string) (err error) {
	defer guard(&err, "ask again")
	return t.app.core.AskTaskAgain(profile, key, question)
}

// List reads a page of the server's own list of tasks: the first, or the next one.
func (t *Tasks) List(profile string, next bool) (err error) {
	defer guard(&err, "list tasks")
	return t.app.core.ListTasks(context.Background(), profile, next)
}

// Push asks a modern server to push the status of its tasks, or to push it no longer.
func (t *Tasks) Push(profile string, on bool) (err error) {
	defer guard(&err, "push the status of tasks")
	return t.app.core.PushTasks(context.Background(), profile, on)
}
