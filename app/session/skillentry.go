package session

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Skill is the entry of a skill, of skills/list or skills/get, decoded beside its raw form as far as that goes
// (io.modelcontextprotocol/skills, Skill Entries).
type Skill struct {
	Raw         json.RawMessage // the whole entry as it came
	URI         string          // of its SKILL.md
	Name        string          // frontmatter.name
	Description string          // frontmatter.description
	Frontmatter json.RawMessage // nil when there is none
	Files       []SkillFile     // in the order of the entry, at most MaxSkillFiles
	Total       int             // files of the entry
	Size        int64           // bytes of all files together, as the entry says
	Dynamic     bool            // resources is "dynamic": nothing can be verified
	Problem     string          // why the entry is invalid: a host must not load the skill
	Findings    []string        // what else is not as it must be, one sentence each
}

// SkillFile is one file of a skill.
type SkillFile struct {
	URI     string
	Path    string // relative to the skill's directory; empty: the file is not in it
	Digest  string // as it came
	Size    int64  // bytes; -1: the entry does not say
	Problem string // what is malformed about it
}

// Limits of a skill: "Hosts MUST support skills up to and including these limits" (Limits).
const (
	SkillFiles = 512      // entries of resources
	SkillBytes = 16 << 20 // bytes, the sum of size

	// MaxSkillFiles bounds the files of one entry that are looked at.
	MaxSkillFiles = 10_000
	// maxSkillFindings bounds the findings of one entry.
	maxSkillFindings = 50
)

const skillFile = "/SKILL.md"

var (
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	// "Must be 1-64 characters, may only contain lowercase alphanumeric characters and hyphens, must not start or end
	// with a hyphen, must not contain consecutive hyphens" (agentskills.io/specification, name).
	skillName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Dir is the URI of the skill's directory: that of SKILL.md without its last segment.
func (k *Skill) Dir() string { return strings.TrimSuffix(k.URI, skillFile) }

// File finds a file by its URI.
func (k *Skill) File(uri string) *SkillFile {
	for i := range k.Files {
		if k.Files[i].URI == uri {
			return &k.Files[i]
		}
	}
	return nil
}

func (k *Skill) found(format string, a ...any) {
	if len(k.Findings) < maxSkillFindings {
		k.Findings = append(k.Findings, fmt.Sprintf(format, a...))
	}
}

// ReadSkill reads an entry. It never fails: what is wrong stands in it.
func ReadSkill(raw json.RawMessage) Skill {
	k := Skill{Raw: raw}
	var r itemReader
	var resources json.RawMessage
	r.fields(raw, map[string]any{"uri": &k.URI, "frontmatter": &k.Frontmatter, "resources": &resources})
	r.needs("uri", k.URI)
	k.matter(&r)
	k.files(&r, resources)
	k.Problem = r.said()
	k.names()
	k.limits()
	return k
}

// matter reads what is needed of the front matter.
func (k *Skill) matter(r *itemReader) {
	if !isObject(k.Frontmatter) {
		r.problem("frontmatter is missing, or no object")
		return
	}
	var ok bool
	if k.Name, ok = text(field(k.Frontmatter, "name")); !ok || k.Name == "" {
		r.problem("frontmatter has no name")
	}
	if k.Description, ok = text(field(k.Frontmatter, "description")); !ok || k.Description == "" {
		r.problem("frontmatter has no description")
	}
}

// files reads resources: "An entry with no resources at all, or with any value other than an array or "dynamic", is
// invalid, and hosts MUST NOT load it".
func (k *Skill) files(r *itemReader, raw json.RawMessage) {
	if s, ok := text(raw); ok && s == "dynamic" {
		k.Dynamic = true
		return
	}
	list, ok := elements(raw)
	if !ok {
		r.problem(`resources is neither an array nor "dynamic"`)
		return
	}
	k.Total = len(list)
	seen := map[string]bool{}
	for i, item := range list {
		f := k.readFile(item)
		if f.Size > 0 && k.Size < 1<<60 {
			k.Size += f.Size
		}
		if seen[f.URI] && f.URI != "" {
			k.found("The file %q is listed more than once.", clip(f.URI, 120))
		}
		seen[f.URI] = true
		if i < MaxSkillFiles {
			k.Files = append(k.Files, f)
		}
	}
	if k.URI != "" && !seen[k.URI] {
		r.problem("resources has no entry of SKILL.md itself")
	}
}

func (k *Skill) readFile(raw json.RawMessage) SkillFile {
	f := SkillFile{Size: -1}
	var r itemReader
	r.fields(raw, map[string]any{
		"uri": &f.URI, "digest": &f.Digest,
		"size": func(m member) {
			if n := r.size(m); n != nil {
				f.Size = *n
			}
		},
	})
	r.needs("uri", f.URI)
	r.needs("digest", f.Digest)
	if f.Digest != "" && !digestForm.MatchString(f.Digest) {
		r.problem("digest is not sha256: and 64 lowercase hexadecimal digits")
	}
	if f.Size < 0 {
		r.problem("size is missing")
	}
	if rest, in := strings.CutPrefix(f.URI, k.Dir()+"/"); in && k.URI != "" {
		f.Path = rest
	} else if f.URI != "" {
		r.problem("it is not in the skill's directory")
	}
	f.Problem = r.said()
	return f
}

// names checks the URI and the name: "The final segment of <skill-path> MUST equal the skill's name".
func (k *Skill) names() {
	if k.URI == "" {
		return
	}
	if !strings.HasSuffix(k.URI, skillFile) {
		k.found("The URI does not end in %s.", skillFile)
	}
	dir := k.Dir()
	last := dir[strings.LastIndexByte(dir, '/')+1:]
	if k.Name != "" && last != k.Name {
		k.found("The directory is called %q, the skill %q: they must be the same.", clip(last, 80), clip(k.Name, 80))
	}
	if k.Name != "" && (!skillName.MatchString(k.Name) || utf8.RuneCountInString(k.Name) > 64) {
		k.found("The name %q breaks the naming rules: 1 to 64 lowercase letters, digits and single hyphens.", clip(k.Name, 80))
	}
	if n := utf8.RuneCountInString(k.Description); n > 1024 {
		k.found("The description has %d characters; 1,024 are allowed.", n)
	}
}

func (k *Skill) limits() {
	if k.Total > SkillFiles {
		k.found("The skill has %d files; hosts need not take more than %d.", k.Total, SkillFiles)
	}
	if k.Size > SkillBytes {
		k.found("The files are %d bytes together; hosts need not take more than %d (16 MiB).", k.Size, SkillBytes)
	}
	if len(k.Files) < k.Total {
		k.found("Only the first %d files are looked at.", MaxSkillFiles)
	}
	bad := 0
	for i := range k.Files {
		if k.Files[i].Problem != "" {
			bad++
		}
	}
	if bad > 0 {
		k.found("%d of its files are not described as they must be.", bad)
	}
}
