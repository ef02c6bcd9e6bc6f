package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	fetchPrefix = "/api/"
	tokenHeader = "X-Sightglass-Token" //nolint:gosec // a header's name
	maxAsk      = 1 << 20              // bytes of a fetch request: they are small questions
	maxAppAsk   = 64 << 20             // bytes of one that carries what an app said (messages of up to 4 Mi characters, files) or a file
)

// fetcher answers the window's fetches: pages, bodies and lists that are too large for the bridge. Frames can reach
// it too, so it acts on POST only and wants the per-run token, which only the top frame can ask for.
type fetcher struct {
	core  *core.Core
	token string

	saveAppFile func(appFile) (path string, err error)
}

func newFetcher(c *core.Core) *fetcher {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	return &fetcher{core: c, token: hex.EncodeToString(b)}
}

// ask is the request of every fetch: each uses the fields it needs.
type ask struct {
	Profile string    `json:"profile"`
	Refresh bool      `json:"refresh"`
	Index   int       `json:"index"`
	Text    string    `json:"text"`
	Limit   int       `json:"limit"`
	Seq     uint64    `json:"seq"`
	Part    wire.Part `json:"part"`
	Offset  int64     `json:"offset"`
	Length  int64     `json:"length"`
	// Pages of a list: "" as read last, "all", "first", "next"; Refresh is "all".
	Pages core.ReadList `json:"pages"`
	At    string        `json:"at"` // JSON Pointer of a content item in a result

	View     core.ViewInput           `json:"view"`
	Rows     core.RowsInput           `json:"rows"`
	Timeline core.TimelineInput       `json:"timeline"`
	Stats    core.StatsInput          `json:"stats"`
	Export   core.ExportInput         `json:"export"`
	Saved    core.SaveCollectionInput `json:"saved"`
	Add      core.AddCallsInput       `json:"add"`
	App      core.AppRequest          `json:"app"`
	Record   core.AppRecord           `json:"record"`
	File     appFile                  `json:"file"`
	Log      core.LogInput            `json:"log"`
	Icon     core.IconInput           `json:"icon"`
	Drift    core.DriftInput          `json:"drift"`
}

// ServeHTTP implements [http.Handler]. A panic becomes an error: Wails would let it end the program.
func (f *fetcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			writeError(w, http.StatusInternalServerError, fmt.Errorf("%s: internal error: %v", r.URL.Path, p))
		}
	}()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	name, ok := strings.CutPrefix(r.URL.Path, fetchPrefix)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		writeError(w, http.StatusMethodNotAllowed, fmt.Errorf("fetch %s: only POST is answered", name))
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenHeader)), []byte(f.token)) != 1 {
		writeError(w, http.StatusForbidden, fmt.Errorf("fetch %s: the token of this run is missing", name))
		return
	}
	var q ask
	limit := int64(maxAsk)
	if strings.HasPrefix(name, "app-") || name == "collection-save" {
		limit = maxAppAsk
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, limit)).Decode(&q); err != nil {
		writeError(w, http.StatusBadRequest, fmt.Errorf("fetch %s: read the question: %w", name, err))
		return
	}
	f.answer(w, r, name, q)
}

func (f *fetcher) answer(w http.ResponseWriter, r *http.Request, name string, q ask) {
	switch name {
	case "body":
		f.body(w, q)
		return
	case "content", "questionmedia":
		f.content(w, name, q)
		return
	}
	v, err := f.value(r.Context(), name, q)
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the page stopped reading: nobody to tell
}

func (f *fetcher) value(ctx context.Context, name string, q ask) (any, error) {
	switch name {
	case "exchange":
		return f.core.Exchange(q.Seq)
	case "signin":
		return f.core.SignIn(q.Profile), nil
	case "tools":
		pages := q.Pages
		if q.Refresh && pages == core.KeptList {
			pages = core.AllPages
		}
		return f.core.ToolPages(ctx, q.Profile, pages)
	case "tool":
		return f.core.Tool(q.Profile, q.Index)
	case "tasks":
		return f.core.Tasks(q.Profile), nil
	case "task":
		return f.core.Task(q.Profile, q.Text)
	case "collections", "collection", "collection-save", "collection-add", "collection-sent", "collection-run":
		return f.collections(name, q)
	case "export-forms", "export-code", "export-look", "export-state", "export-mocks":
		return f.exported(ctx, name, q)
	case "app-ask":
		return f.core.AskForApp(ctx, q.App), nil
	case "app-record":
		return struct{}{}, f.core.RecordApp(q.Record)
	case "app-save":
		return f.saveAppFile(q.File)
	case "view", "rows", "rowof", "entry", "related", "filterwords", "captures", "timeline", "stats":
		return f.viewed(ctx, name, q)
	}
	return f.catalog(ctx, name, q)
}

// catalog answers for resources, templates and prompts.
func (f *fetcher) catalog(ctx context.Context, name string, q ask) (any, error) {
	pages := q.Pages
	if q.Refresh && pages == core.KeptList {
		pages = core.AllPages
	}
	switch name {
	case "resources":
		return f.core.Resources(ctx, q.Profile, pages), nil
	case "resource":
		return f.core.Resource(q.Profile, q.Index)
	case "templates":
		return f.core.Templates(ctx, q.Profile, pages), nil
	case "template":
		return f.core.Template(q.Profile, q.Index)
	case "prompts":
		return f.core.Prompts(ctx, q.Profile, pages), nil
	case "prompt":
		return f.core.Prompt(q.Profile, q.Index)
	case "contents":
		return f.core.Contents(q.Seq)
	case "skills":
		return f.core.Skills(ctx, q.Profile, pages), nil
	case "skill":
		return f.core.Skill(q.Profile, q.Index)
	case "rounds":
		return f.core.Rounds(q.Profile, q.Text), nil
	case "streams":
		return f.core.Streams(q.Profile), nil
	}
	return f.asked(ctx, name, q)
}

// asked answers for what servers ask.
func (f *fetcher) asked(ctx context.Context, name string, q ask) (any, error) {
	switch name {
	case "trysampler":
		return f.core.TrySampler(ctx, q.Seq), nil
	case "draft":
		return f.core.Draft(ctx, q.Text), nil
	case "inbox":
		return f.core.Inbox(), nil
	case "question":
		return f.core.Question(q.Text)
	case "rules":
		return f.core.Rules(), nil
	case "answers":
		return f.core.AnswerTemplates(), nil
	}
	return f.inspected(ctx, name, q)
}

// body answers with the bytes themselves; what is known about the whole stands in headers.
func (f *fetcher) body(w http.ResponseWriter, q ask) {
	b, err := f.core.Body(q.Seq, q.Part, q.Offset, q.Length)
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-Total", strconv.FormatInt(b.Total, 10))
	h.Set("X-Kept", strconv.FormatInt(b.Kept, 10))
	h.Set("X-State", b.State)
	_, _ = w.Write(b.Bytes)
}

// content answers with the decoded bytes of a content item. X-Media-Type is what the server calls them; only a type
// that can do nothing by itself becomes the Content-Type.
func (f *fetcher) content(w http.ResponseWriter, name string, q ask) {
	var b core.ContentBytes
	var err error
	if name == "content" {
		b, err = f.core.Content(q.Seq, q.At, q.Offset, q.Length)
	} else {
		b, err = f.core.QuestionContent(q.Text, q.At, q.Offset, q.Length)
	}
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", harmless(b.MIMEType))
	h.Set("X-Media-Type", headerText(b.MIMEType))
	h.Set("X-Total", strconv.FormatInt(b.Total, 10))
	h.Set("X-Kept", strconv.FormatInt(b.Total, 10))
	_, _ = w.Write(b.Bytes)
}

// harmless is a media type that a page may show as it is, application/octet-stream for any other.
func harmless(mime string) string {
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(mime)), ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "application/pdf",
		"audio/mpeg", "audio/wav", "audio/wave", "audio/x-wav", "audio/ogg", "audio/webm", "audio/aac", "audio/flac", "audio/mp4":
		return kind
	case "text/plain", "text/csv", "text/markdown", "application/json":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// headerText is s without what a header field cannot hold.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, s)
}

func writeError(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, formatError(err))
}
