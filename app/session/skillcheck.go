package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// SkillCheck is the verdict on one property of a file that was read of a skill.
type SkillCheck struct {
	What  string // listed, content, size, digest, frontmatter
	State CheckState
	Text  string // a sentence
	Want  string // as the entry says, empty when it says nothing
	Got   string // as it is
	Diffs []SkillDiff
}

// CheckState is the outcome of a [SkillCheck].
type CheckState string

// The outcomes. Unknown: the entry gives nothing to check against.
const (
	CheckOK      CheckState = "ok"
	CheckFailed  CheckState = "failed"
	CheckUnknown CheckState = "unknown"
)

// SkillVerdict is what a file that was read of a skill is worth.
type SkillVerdict struct {
	Checks []SkillCheck
	OK     bool   // nothing failed: a host may use the content
	At     string // JSON Pointer of the content item in the result, empty when there is none
}

// VerifySkill checks what resources/read brought of a file against the entry of its skill: "it MUST verify the content
// against that entry's digest and size", and for SKILL.md "MUST parse its YAML frontmatter and compare it field-by-field
// against the entry's frontmatter".
func VerifySkill(k *Skill, uri string, result json.RawMessage) SkillVerdict {
	v := &SkillVerdict{}
	f := v.listed(k, uri)
	item := v.content(uri, result)
	if item == nil {
		return v.judged()
	}
	v.At = item.At
	if f != nil {
		v.size(f, item.Body)
		v.digest(f, item.Body)
	}
	if uri == k.URI {
		v.frontmatter(k, item.Body)
	}
	return v.judged()
}

func (v *SkillVerdict) add(what string, state CheckState, format string, a ...any) *SkillCheck {
	v.Checks = append(v.Checks, SkillCheck{What: what, State: state, Text: fmt.Sprintf(format, a...)})
	return &v.Checks[len(v.Checks)-1]
}

func (v *SkillVerdict) judged() SkillVerdict {
	v.OK = true
	for _, c := range v.Checks {
		v.OK = v.OK && c.State != CheckFailed
	}
	return *v
}

// listed: "A host MUST treat a read of an unlisted file within the skill as a verification failure equivalent to a
// digest mismatch".
func (v *SkillVerdict) listed(k *Skill, uri string) *SkillFile {
	if k.Problem != "" {
		v.add("listed", CheckFailed, "The entry is invalid, a host must not load the skill: %s", k.Problem)
	}
	if k.Dynamic {
		v.add("listed", CheckUnknown, "The skill is dynamic: its content cannot be verified.")
		return nil
	}
	f := k.File(uri)
	if f == nil {
		v.add("listed", CheckFailed, "The entry of the skill does not list this file: the skill has changed, or the file is not a part of it.")
		return nil
	}
	v.add("listed", CheckOK, "The entry lists this file.")
	return f
}

// content finds the content item that was asked for.
func (v *SkillVerdict) content(uri string, result json.RawMessage) *Content {
	c := ReadContents(methodRead, result, true)
	for i := range c.Items {
		if item := &c.Items[i]; item.URI == uri && (item.Kind == "text" || item.Kind == "blob") && item.Problem == "" {
			if c.Total > 1 {
				v.add("content", CheckUnknown, "The answer has %d content items; the one with the file's URI is taken.", c.Total)
			}
			return item
		}
	}
	why := "The answer has no content with the file's URI."
	if c.Total == 1 && c.Items[0].Problem != "" {
		why = "The content cannot be read: " + c.Items[0].Problem
	} else if c.Total == 1 {
		why = fmt.Sprintf("The content is that of %q.", clip(c.Items[0].URI, 120))
	}
	v.add("content", CheckFailed, "%s", why)
	return nil
}

func (v *SkillVerdict) size(f *SkillFile, body []byte) {
	c := v.add("size", CheckOK, "The size is the one listed.")
	c.Got = fmt.Sprint(len(body))
	switch {
	case f.Size < 0:
		c.State, c.Text = CheckFailed, "The entry does not say how long the file is."
		return
	case f.Size != int64(len(body)):
		c.State, c.Text = CheckFailed, fmt.Sprintf("The file has %d bytes, the entry says %d.", len(body), f.Size)
	}
	c.Want = fmt.Sprint(f.Size)
}

func (v *SkillVerdict) digest(f *SkillFile, body []byte) {
	sum := sha256.Sum256(body)
	c := v.add("digest", CheckOK, "The digest is the one listed.")
	c.Want, c.Got = f.Digest, "sha256:"+hex.EncodeToString(sum[:])
	switch {
	case !digestForm.MatchString(f.Digest):
		c.State, c.Text = CheckFailed, "The digest in the entry is malformed: nothing can be compared with it."
	case c.Want != c.Got:
		c.State, c.Text = CheckFailed, "The content is not what the entry describes: it was changed, or the entry is old."
	}
}

func (v *SkillVerdict) frontmatter(k *Skill, body []byte) {
	diffs, err := compareFrontmatter(k.Frontmatter, body)
	switch {
	case err != nil:
		v.add("frontmatter", CheckFailed, "The front matter of the file cannot be read: %s.", err)
	case len(diffs) > 0:
		c := v.add("frontmatter", CheckFailed, "The front matter of the file is not that of the entry.")
		c.Diffs = diffs
	default:
		v.add("frontmatter", CheckOK, "The front matter is that of the entry.")
	}
}
