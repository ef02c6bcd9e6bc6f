package core

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

func TestSkillOfTheSample(t *testing.T) {
	c, id := sample(t, session.Modern)
	list := c.Skills(t.Context(), id, KeptList)
	if list.Err != nil || len(list.Skills) != 1 || !list.Directories || !list.Offer.Declared || list.Skills[0].Problem != "" || list.Skills[0].Findings != 0 {
		t.Fatalf("list: %+v", list)
	}
	d, err := c.Skill(id, 0)
	if err != nil || len(d.Files) != 3 || d.Skill.Name != "level-report" || !strings.Contains(d.Frontmatter, `"license":"MIT"`) {
		t.Fatalf("detail: %v, %+v", err, d)
	}
	for _, e := range c.Page(0, 1000).Entries {
		if e.Method == "resources/read" {
			t.Errorf("a file was read ahead of need: %+v", e)
		}
	}
	for _, f := range d.Files {
		out := c.ReadSkill(t.Context(), SkillInput{Call: f.URI, Profile: id, Skill: d.Skill.URI, URI: f.URI})
		if out.Err != nil || !out.OK || out.At == "" {
			t.Errorf("%s: %+v", f.Path, out)
		}
		contents, err := c.Contents(out.Seq)
		if err != nil || len(contents.Items) != 1 || contents.Items[0].At != out.At {
			t.Errorf("%s: %v, %+v", f.Path, err, contents)
		}
	}
	e := c.GetSkill(t.Context(), SkillInput{Call: "g", Profile: id, Skill: d.Skill.URI})
	if e.Err != nil || !e.Listed || !e.Same || e.Detail == nil {
		t.Errorf("skills/get: %+v", e)
	}
	e = c.GetSkill(t.Context(), SkillInput{Call: "n", Profile: id, Index: -1, Skill: "skill://none/SKILL.md"})
	if e.Err == nil || e.Err.RPCCode != -32602 || e.Listed {
		t.Errorf("an unknown skill: %+v", e)
	}
	dir := c.SkillDirectory(t.Context(), SkillInput{Call: "d", Profile: id, Skill: d.Skill.URI, URI: "skill://sample/level-report"})
	if dir.Err != nil || len(dir.Children) != 3 || len(dir.Missing) != 0 || !dir.Children[1].Directory || !dir.Children[1].Listed {
		t.Errorf("directory: %+v", dir)
	}
}

// A server whose files are not what it lists, and whose answer to skills/get is not either.
func TestSkillsThatDiffer(t *testing.T) {
	const uri, text = "skill://a/SKILL.md", "---\nname: a\ndescription: d\n---\nBody.\n"
	sum := sha256.Sum256([]byte(text))
	entry := func(description string) map[string]any {
		return map[string]any{"uri": uri, "frontmatter": map[string]any{"name": "a", "description": description}, "resources": []any{
			map[string]any{"uri": uri, "digest": "sha256:" + hex.EncodeToString(sum[:]), "size": len(text)},
			map[string]any{"uri": "skill://a/gone.md", "digest": "sha256:" + strings.Repeat("0", 64), "size": 1},
		}}
	}
	url := scripted(t, `{"resources":{},"extensions":{"io.modelcontextprotocol/skills":{"directoryRead":true}}}`, func(method string, _ map[string]any) (any, int) {
		switch method {
		case "skills/list":
			return map[string]any{"skills": []any{entry("d"), entry("d"), map[string]any{"uri": 7}}}, 0
		case "skills/get":
			return map[string]any{"skill": entry("another")}, 0
		case "resources/read":
			return map[string]any{"contents": []any{map[string]any{"uri": uri, "text": strings.Replace(text, "Body.", "Evil!", 1)}}}, 0
		case "resources/directory/read":
			return map[string]any{"resources": []any{map[string]any{"uri": uri, "name": "SKILL.md"}, map[string]any{"uri": "skill://a/new.md", "name": "new.md"}}}, 0
		}
		return nil, -32601
	})
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "x", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: "legacy"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	list := c.Skills(t.Context(), id, KeptList)
	if list.Err != nil || len(list.Skills) != 3 || !list.Skills[0].Shared || list.Skills[2].Problem == "" || len(list.Findings) != 2 {
		t.Fatalf("list: %+v", list)
	}
	out := c.ReadSkill(t.Context(), SkillInput{Call: "r", Profile: id, Skill: uri, URI: uri})
	failed := ""
	for _, k := range out.Checks {
		if k.State == "failed" {
			failed += k.What + " "
		}
	}
	if out.Err != nil || out.OK || failed != "digest " {
		t.Errorf("read: %+v", out)
	}
	e := c.GetSkill(t.Context(), SkillInput{Call: "g", Profile: id, Skill: uri})
	if e.Err != nil || e.Same || len(e.Diffs) != 1 || e.Diffs[0].Path != "frontmatter" {
		t.Errorf("skills/get: %+v", e)
	}
	dir := c.SkillDirectory(t.Context(), SkillInput{Call: "d", Profile: id, Skill: uri, URI: "skill://a/"})
	if dir.Err != nil || fmt.Sprint(dir.Missing) != "[skill://a/gone.md]" || len(dir.Children) != 2 || dir.Children[1].Listed {
		t.Errorf("directory: %+v", dir)
	}
}

func TestSkillThatNoListHas(t *testing.T) {
	const uri, text = "skill://a/SKILL.md", "---\nname: a\ndescription: d\n---\n"
	sum := sha256.Sum256([]byte(text))
	url := scripted(t, `{"extensions":{"io.modelcontextprotocol/skills":{}}}`, func(method string, _ map[string]any) (any, int) {
		switch method {
		case "skills/list":
			return map[string]any{"skills": []any{}}, 0
		case "skills/get":
			return map[string]any{"ttlMs": 0, "skill": map[string]any{"uri": uri, "frontmatter": map[string]any{"name": "a", "description": "d"}, "resources": []any{
				map[string]any{"uri": uri, "digest": "sha256:" + hex.EncodeToString(sum[:]), "size": len(text)},
			}}}, 0
		case "resources/read":
			return map[string]any{"contents": []any{map[string]any{"uri": uri, "text": text}}}, 0
		}
		return nil, -32601
	})
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "x", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: "legacy"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	in := SkillInput{Call: "1", Profile: id, Index: -1, Skill: uri, URI: uri}
	if out := c.ReadSkill(t.Context(), in); out.Err == nil || out.Err.Kind != "input" {
		t.Errorf("without an entry: %+v", out)
	}
	in.Call = "2"
	if e := c.GetSkill(t.Context(), in); e.Err != nil || e.Listed || e.Detail == nil {
		t.Fatalf("entry: %+v", e)
	}
	in.Call = "3"
	if out := c.ReadSkill(t.Context(), in); out.Err != nil || !out.OK {
		t.Errorf("read: %+v", out)
	}
	dir := c.SkillDirectory(t.Context(), in)
	if dir.Err == nil || dir.Err.Kind != "input" {
		t.Errorf("an undeclared directory: %+v", dir)
	}
}
