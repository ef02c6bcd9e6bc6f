package demo

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// styles are what the argument style of the prompt summarize completes to: more than one answer may hold.
var styles = func() []string {
	out := []string{"as a list", "as a poem", "formal", "plain", "short"}
	for n := 1; n <= 120; n++ {
		out = append(out, fmt.Sprintf("in %d words", n))
	}
	return out
}()

func addPrompts(s *server.MCPServer) {
	p := mcp.NewPrompt("summarize", mcp.WithPromptDescription("Asks for a summary of a text"),
		mcp.WithArgument("text", mcp.ArgumentDescription("What to summarize"), mcp.RequiredArgument()),
		mcp.WithArgument("style", mcp.ArgumentDescription("Plain, or as a list")))
	s.AddPrompt(p, func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		msg := fmt.Sprintf("Summarize this in a %s way:\n\n%s", orElse(r.Params.Arguments["style"], "plain"), r.Params.Arguments["text"])
		return mcp.NewGetPromptResult("Summarize a text", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(msg))}), nil
	})
	every := mcp.NewPrompt("inspect", mcp.WithPromptDescription("Holds a message of every kind of content"),
		mcp.WithArgument("river", mcp.ArgumentDescription("Complete it first")), mcp.WithArgument("station", mcp.ArgumentDescription("Depends on the river")))
	s.AddPrompt(every, inspect)
}

func inspect(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	where := strings.Trim(r.Params.Arguments["river"]+"/"+r.Params.Arguments["station"], "/")
	say := func(role mcp.Role, c mcp.Content) mcp.PromptMessage { return mcp.NewPromptMessage(role, c) }
	return mcp.NewGetPromptResult("Everything there is", []mcp.PromptMessage{
		say(mcp.RoleUser, mcp.NewTextContent("Look at "+orElse(where, "everything")+".")),
		say(mcp.RoleUser, mcp.NewImageContent(base64.StdEncoding.EncodeToString(lens(120)), "image/png")),
		say(mcp.RoleUser, mcp.NewAudioContent(base64.StdEncoding.EncodeToString(tone(440, 2e8)), "audio/wav")),
		say(mcp.RoleUser, mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: "sample://readings.csv", MIMEType: "text/csv", Text: readings})),
		say(mcp.RoleUser, mcp.NewResourceLink("sample://report.md", "report.md", "A short report", "text/markdown")),
		say(mcp.RoleAssistant, mcp.NewTextContent("All is **well**.")),
	}), nil
}

// completions answers completion/complete for prompts and templates.
type completions struct{}

// CompletePromptArgument implements [server.PromptCompletionProvider].
func (completions) CompletePromptArgument(_ context.Context, prompt string, a mcp.CompleteArgument, c mcp.CompleteContext) (*mcp.Completion, error) {
	if prompt == "summarize" && a.Name == "style" {
		return matching(styles, a.Value), nil
	}
	return places(a, c), nil
}

// CompleteResourceArgument implements [server.ResourceCompletionProvider].
func (completions) CompleteResourceArgument(_ context.Context, _ string, a mcp.CompleteArgument, c mcp.CompleteContext) (*mcp.Completion, error) {
	if a.Name == "unit" {
		return matching([]string{"cm", "ft", "m"}, a.Value), nil
	}
	return places(a, c), nil
}

// places are rivers, or the stations of the river that is given.
func places(a mcp.CompleteArgument, c mcp.CompleteContext) *mcp.Completion {
	switch a.Name {
	case "river":
		return matching(slices.Sorted(maps.Keys(stations)), a.Value)
	case "station":
		return matching(stations[c.Arguments["river"]], a.Value)
	}
	return matching(nil, "")
}

// matching are the values that begin so: at most 100 of them go into one answer.
func matching(all []string, prefix string) *mcp.Completion {
	found := []string{}
	for _, s := range all {
		if strings.HasPrefix(s, prefix) {
			found = append(found, s)
		}
	}
	out := &mcp.Completion{Values: found[:min(len(found), 100)], Total: len(found)}
	out.HasMore = len(found) > len(out.Values)
	return out
}
