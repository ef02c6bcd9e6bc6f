package core

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// What follows is the shape of issue 4, points 1 and 2, for the window to be built against; each body is on its way.
var errOnItsWay = &fault.CallError{Kind: fault.Internal, Message: "this is being built"}

// ReadList says which pages of a list are wanted.
type ReadList string

// The values of a ReadList.
const (
	KeptList  ReadList = ""      // what was read last; if nothing was, all
	AllPages  ReadList = "all"   // read anew, every page
	FirstPage ReadList = "first" // read anew, one page
	NextPage  ReadList = "next"  // one page more
)

// Resources returns the resources of a connected server.
func (c *Core) Resources(context.Context, string, ReadList) ResourceList {
	return ResourceList{Err: AsError(errOnItsWay)}
}

// Resource returns one resource of the list read last, whole.
func (c *Core) Resource(string, int) (ResourceDetail, error) { return ResourceDetail{}, errOnItsWay }

// Templates returns the resource templates of a connected server.
func (c *Core) Templates(context.Context, string, ReadList) TemplateList {
	return TemplateList{Err: AsError(errOnItsWay)}
}

// Template returns one template of the list read last, whole.
func (c *Core) Template(string, int) (TemplateDetail, error) { return TemplateDetail{}, errOnItsWay }

// Read reads a resource.
func (c *Core) Read(context.Context, ReadInput) ReadOutput {
	return ReadOutput{Err: AsError(errOnItsWay)}
}

// Contents is the typed view of a recorded answer.
func (c *Core) Contents(uint64) (Contents, error) { return Contents{}, errOnItsWay }

// Expand puts values into a URI template.
func Expand(string, []TemplateValue) Expansion { return Expansion{Problem: errOnItsWay.Message} }

// Complete asks for completions.
func (c *Core) Complete(context.Context, CompleteInput) CompleteOutput {
	return CompleteOutput{Err: AsError(errOnItsWay)}
}

// Watch asks for updates of resources.
func (c *Core) Watch(context.Context, WatchInput) (Watches, error) { return Watches{}, errOnItsWay }

// WatchLists asks a modern server to tell of changes of its lists.
func (c *Core) WatchLists(context.Context, string, bool) (Watches, error) {
	return Watches{}, errOnItsWay
}

// Watches returns what is known of updates.
func (c *Core) Watches(string) Watches { return Watches{} }

// Prompts returns the prompts of a connected server.
func (c *Core) Prompts(context.Context, string, ReadList) PromptList {
	return PromptList{Err: AsError(errOnItsWay)}
}

// Prompt returns one prompt of the list read last, whole.
func (c *Core) Prompt(string, int) (PromptDetail, error) { return PromptDetail{}, errOnItsWay }

// GetPrompt gets a prompt's messages.
func (c *Core) GetPrompt(context.Context, PromptInput) PromptOutput {
	return PromptOutput{Err: AsError(errOnItsWay)}
}

// ContentBytes is a range of the decoded bytes of one content item.
type ContentBytes struct {
	Bytes    []byte
	Total    int64
	MIMEType string // declared
	Name     string // a file name to offer
}

// Content returns a range of the bytes of one content item of a recorded answer.
func (c *Core) Content(uint64, string, int64, int64) (ContentBytes, error) {
	return ContentBytes{}, errOnItsWay
}
