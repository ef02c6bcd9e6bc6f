package app

import (
	"fmt"
	"os"
	goruntime "runtime"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Window is the bound noun for the window itself.
type Window struct{ app *App }

// Hello is what the window needs to start.
type Hello struct {
	Token    string `json:"token"`    // to be sent as X-Sightglass-Token with every fetch
	Version  string `json:"version"`  // of the program
	Platform string `json:"platform"` // linux, darwin, windows
	Data     string `json:"data"`     // the data folder
}

// Hello returns the per-run token and where things are. Its error is why the data folder could not be opened.
func (w *Window) Hello() (h Hello, err error) {
	defer guard(&err, "start")
	w.app.core.CloseApps() // of a page before this one
	w.app.core.CloseViews()
	return Hello{Token: w.app.fetch.token, Version: w.app.version, Platform: goruntime.GOOS, Data: w.app.core.Dir()}, w.app.started
}

// Ready is called once by the page when its first list is painted. With SIGHTGLASS_TRACE=start it is told on
// standard error: that is how the start is measured.
func (w *Window) Ready() (err error) {
	defer guard(&err, "tell that the page is painted")
	go w.app.core.Warm()
	if os.Getenv("SIGHTGLASS_TRACE") == "start" {
		_, err = fmt.Fprintln(os.Stderr, "sightglass: window usable")
	}
	return err
}

// OpenLink opens an http, https or mailto link in the user's browser.
func (w *Window) OpenLink(url string) (err error) {
	defer guard(&err, "open link")
	safe, err := safeLink(url)
	if err != nil {
		return err
	}
	runtime.BrowserOpenURL(w.app.ctx, safe)
	return nil
}

// Copy puts text on the clipboard.
func (w *Window) Copy(text string) (err error) {
	defer guard(&err, "copy")
	return runtime.ClipboardSetText(w.app.ctx, text)
}

// Shapes holds one of each type that travels by fetch, so that the binding generator writes their TypeScript too.
type Shapes struct {
	Page           wire.Page                `json:"page"`
	Exchange       wire.Exchange            `json:"exchange"`
	Tools          core.ToolList            `json:"tools"`
	Collections    core.CollectionList      `json:"collections"`
	Collection     core.CollectionDoc       `json:"collection"`
	SaveCollection core.SaveCollectionInput `json:"saveCollection"`
	AddCalls       core.AddCallsInput       `json:"addCalls"`
	CollectionRun  core.CollectionRun       `json:"collectionRun"`
	Tasks          core.TaskList            `json:"tasks"`
	Task           core.TaskDetail          `json:"task"`
	Overview       core.Overview            `json:"overview"`
	Logs           core.LogPage             `json:"logs"`
	Icon           core.IconImage           `json:"icon"`
	IconInput      core.IconInput           `json:"iconInput"`
	Changes        core.ListChanges         `json:"changes"`
	Tool           core.ToolDetail          `json:"tool"`
	Resources      core.ResourceList        `json:"resources"`
	Resource       core.ResourceDetail      `json:"resource"`
	Templates      core.TemplateList        `json:"templates"`
	Template       core.TemplateDetail      `json:"template"`
	Prompts        core.PromptList          `json:"prompts"`
	Skills         core.SkillList           `json:"skills"`
	Skill          core.SkillDetail         `json:"skill"`
	Prompt         core.PromptDetail        `json:"prompt"`
	Contents       core.Contents            `json:"contents"`
	SignIn         core.SignIn              `json:"signIn"`
	Answer         core.AppAnswer           `json:"answer"`
	Request        core.AppRequest          `json:"request"`
	Record         core.AppRecord           `json:"record"`

	Rounds   core.CallRounds      `json:"rounds"`
	Streams  core.Streams         `json:"streams"`
	Inbox    core.Inbox           `json:"inbox"`
	Question core.QuestionDetail  `json:"question"`
	Rules    core.RuleList        `json:"rules"`
	Answers  core.AnswerTemplates `json:"answers"`

	ViewInput   core.ViewInput    `json:"viewInput"`
	ViewState   core.ViewState    `json:"viewState"`
	RowsInput   core.RowsInput    `json:"rowsInput"`
	Rows        core.Rows         `json:"rows"`
	RowOf       core.RowOf        `json:"rowOf"`
	Related     core.Related      `json:"related"`
	FilterWords []core.FilterWord `json:"filterWords"`
	Captures    core.Captures     `json:"captures"`

	TimelineInput core.TimelineInput `json:"timelineInput"`
	Timeline      core.Timeline      `json:"timeline"`
	StatsInput    core.StatsInput    `json:"statsInput"`
	Stats         core.Stats         `json:"stats"`

	Drift      core.Drift       `json:"drift"`
	DriftInput core.DriftInput  `json:"driftInput"`
	DriftItem  core.DriftItem   `json:"driftItem"`
	Look       core.ExportLook  `json:"look"`
	Exporting  core.ExportState `json:"exporting"`
	Export     core.ExportInput `json:"export"`
	CopyForms  []core.CopyForm  `json:"copyForms"`
	CopyCode   core.CopyCode    `json:"copyCode"`
	Mocks      []core.Mock      `json:"mocks"`
}

// Shapes returns empty values; see [Shapes].
func (w *Window) Shapes() (Shapes, error) { return Shapes{}, nil }
