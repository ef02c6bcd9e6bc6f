package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// skillsExtension is the extension io.modelcontextprotocol/skills (SEP-2640). mcp-go's server does not speak it: the
// desk before it answers what belongs to it.
const skillsExtension = "io.modelcontextprotocol/skills"

const (
	skillDir = "skill://sample/level-report"
	skillURI = skillDir + "/SKILL.md"
)

const skillText = `---
name: level-report
description: Write a short report of a water level out of the sample's readings
license: MIT
metadata:
  version: "1.0"
---

# Level report

1. Read ` + "`sample://readings.csv`" + `.
2. Take the highest and the lowest level, and when they were read.
3. Write two sentences. The units are in [references/UNITS.md](references/UNITS.md), an example is in
   [examples/morning.md](examples/morning.md).
`

// skillFiles are the skill's files in the order they are listed.
var skillFiles = []struct{ path, body string }{
	{"SKILL.md", skillText},
	{"examples/morning.md", "The level stood at 3.4 m at 09:00, its highest. By 10:00 it had fallen to 2.9 m.\n"},
	{"references/UNITS.md", "# Units\n\nLevels are metres above the gauge's zero, times are local.\n"},
}

// skillEntry is the one skill of the sample, as skills/list and skills/get have it.
func skillEntry() any {
	files := []any{}
	for _, f := range skillFiles {
		sum := sha256.Sum256([]byte(f.body))
		files = append(files, map[string]any{"uri": skillDir + "/" + f.path, "digest": "sha256:" + hex.EncodeToString(sum[:]), "size": len(f.body)})
	}
	return map[string]any{
		"uri": skillURI,
		"frontmatter": map[string]any{
			"name": "level-report", "description": "Write a short report of a water level out of the sample's readings",
			"license": "MIT", "metadata": map[string]any{"version": "1.0"},
		},
		"resources": files,
	}
}

// takeSkills answers a message that belongs to the extension, or reads a file of the skill; ok is false for any other.
func takeSkills(message []byte) (answer []byte, ok bool) {
	if !bytes.Contains(message, []byte("skills/")) && !bytes.Contains(message, []byte("skill://")) {
		return nil, false
	}
	var c struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			URI string `json:"uri"`
		} `json:"params"`
	}
	if json.Unmarshal(message, &c) != nil || c.ID == nil {
		return nil, false
	}
	cached := func(m map[string]any) map[string]any {
		m["resultType"], m["ttlMs"], m["cacheScope"] = "complete", 60_000, "public"
		return m
	}
	unknown := map[string]any{"code": codeParams, "message": fmt.Sprintf("There is nothing at %s", c.Params.URI)}
	switch c.Method {
	case "skills/list":
		return answerTo(c.ID, cached(map[string]any{"skills": []any{skillEntry()}}), nil), true
	case "skills/get":
		if c.Params.URI != skillURI {
			return answerTo(c.ID, nil, unknown), true
		}
		return answerTo(c.ID, cached(map[string]any{"skill": skillEntry()}), nil), true
	case "resources/directory/read":
		if children := skillChildren(c.Params.URI); children != nil {
			return answerTo(c.ID, map[string]any{"resultType": "complete", "resources": children}, nil), true
		}
		return answerTo(c.ID, nil, unknown), true
	case "resources/read":
		if !strings.HasPrefix(c.Params.URI, "skill://") {
			return nil, false
		}
		for _, f := range skillFiles {
			if c.Params.URI == skillDir+"/"+f.path {
				content := map[string]any{"uri": c.Params.URI, "mimeType": "text/markdown", "text": f.body}
				return answerTo(c.ID, cached(map[string]any{"contents": []any{content}}), nil), true
			}
		}
		return answerTo(c.ID, nil, unknown), true
	}
	return nil, false
}

// skillChildren are the direct children of a directory of the skill, nil when it is none.
func skillChildren(dir string) []any {
	var out []any
	seen := map[string]bool{}
	for _, f := range skillFiles {
		rest, in := strings.CutPrefix(skillDir+"/"+f.path, dir+"/")
		name, _, deeper := strings.Cut(rest, "/")
		if !in || seen[name] {
			continue
		}
		seen[name] = true
		mime := "text/markdown"
		if deeper {
			mime = "inode/directory"
		}
		out = append(out, map[string]any{"uri": dir + "/" + name, "name": name, "mimeType": mime})
	}
	return out
}
