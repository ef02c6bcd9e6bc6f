package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
)

// maxSkillDiffs bounds the differences that are told of two entries of a skill.
const maxSkillDiffs = 200

func skillCatalog() *catalog[session.Skill] {
	return &catalog[session.Skill]{
		method: "skills/list", capability: session.ExtensionSkills, read: (*session.Session).Skills,
		place:   func(cn *connection) *kept[session.Skill] { return &cn.skills },
		key:     func(k *session.Skill) string { return k.URI },
		changed: func(*session.Session) bool { return false }, // the extension has no notification
	}
}

// Skills returns the skills of a connected server, as Resources does its resources. No file of a skill is read:
// "Hosts MUST NOT retrieve a skill's files ahead of need, whether on connection, on listing, or at approval".
func (c *Core) Skills(ctx context.Context, id string, want ReadList) SkillList {
	cn, k, err := skillCatalog().get(ctx, c, id, want)
	out := SkillList{Skills: rows(k, cn.skillRow), ListRead: k.told(cn, err), Offer: k.offer}
	if k.list == nil {
		return out
	}
	if s, err := cn.live(); err == nil {
		out.Directories = s.ReadsDirectories()
	}
	names := map[string]int{}
	for _, one := range k.list.Decoded {
		names[one.Name]++
	}
	for i, one := range k.list.Decoded {
		out.Skills[i].Shared = names[one.Name] > 1
	}
	return out
}

// skillRow is a skill as the list shows it. A server may say what it was told: its words are masked.
func (cn *connection) skillRow(i int, k *session.Skill) Skill {
	return Skill{
		Index: i, URI: cn.text(k.URI), Name: cn.text(k.Name), Summary: firstRunes(cn.text(k.Description), summaryRunes),
		Files: k.Total, Size: k.Size, Dynamic: k.Dynamic, Findings: len(k.Findings), Problem: cn.text(k.Problem),
	}
}

func (cn *connection) skillDetail(i int, k *session.Skill) SkillDetail {
	out := SkillDetail{
		Skill: cn.skillRow(i, k), Description: cn.text(k.Description), Frontmatter: cn.text(string(k.Frontmatter)),
		Findings: cn.texts(k.Findings), Raw: cn.text(string(k.Raw)), Files: make([]SkillFile, 0, len(k.Files)),
	}
	for _, f := range k.Files {
		out.Files = append(out.Files, SkillFile{URI: cn.text(f.URI), Path: cn.text(f.Path), Digest: cn.text(f.Digest), Size: f.Size, Problem: cn.text(f.Problem)})
	}
	return out
}

// Skill returns one skill of the list read last, whole. Nothing is sent.
func (c *Core) Skill(id string, index int) (SkillDetail, error) {
	cn, k := c.skill(id, index, "")
	if k == nil {
		return SkillDetail{}, notListed("skill", index)
	}
	return cn.skillDetail(index, k), nil
}

// skill finds a skill of the list kept, or one that was asked for alone.
func (c *Core) skill(id string, index int, uri string) (*connection, *session.Skill) {
	cn, k := skillCatalog().find(c, id, index, uri)
	if cn == nil || k != nil {
		return cn, k
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	return cn, cn.got[uri]
}

// maxGot bounds the entries kept of skills that no list has.
const maxGot = 100

// keepGot keeps the entry of a skill that the list has not: its files are verified against it.
func (cn *connection) keepGot(uri string, k *session.Skill) {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.got == nil || len(cn.got) >= maxGot {
		cn.got = map[string]*session.Skill{}
	}
	cn.got[uri] = k
}

// listedSkill is a skill of the list alone.
func (c *Core) listedSkill(in SkillInput) *session.Skill {
	cn, k := c.skill(in.Profile, in.Index, in.Skill)
	if k == nil {
		return nil
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.got[in.Skill] == k {
		return nil
	}
	return k
}

// ReadSkill reads a file of a skill and verifies it against the entry of the list. The outcome, good or bad, is in
// the output.
func (c *Core) ReadSkill(ctx context.Context, in SkillInput) SkillRead {
	out := SkillRead{Call: in.Call, Checks: []SkillCheck{}}
	cn, k := c.skill(in.Profile, in.Index, in.Skill)
	_, s, err := c.live(in.Profile)
	switch {
	case err != nil:
	case k == nil:
		err = input("read skill", "the list has no such skill: there is nothing to verify its files against", "Refresh the list, or ask for its entry.")
	}
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	uri := in.URI
	for i := range k.Files {
		if cn.text(k.Files[i].URI) == uri {
			uri = k.Files[i].URI // a URI that was masked in the list is whole again
			break
		}
	}
	cn.begin(in.Call, uri)
	res, err := s.Read(ctx, in.Call, uri)
	cn.finish(in.Call)
	out.Err = cn.callError(err)
	if res != nil {
		out.Seq, out.Took, out.Bytes = res.Response, res.Took.Microseconds(), int64(len(res.Raw))
	}
	if err != nil || res == nil {
		return out
	}
	v := session.VerifySkill(k, uri, res.Result)
	out.OK, out.At = v.OK, v.At
	for _, one := range v.Checks {
		out.Checks = append(out.Checks, SkillCheck{
			What: one.What, State: string(one.State), Text: cn.text(one.Text), Want: cn.text(one.Want), Got: cn.text(one.Got), Diffs: cn.skillDiffs(one.Diffs),
		})
	}
	return out
}

func (cn *connection) skillDiffs(in []session.SkillDiff) []SkillDiff {
	out := make([]SkillDiff, 0, len(in))
	for _, d := range in {
		out = append(out, SkillDiff{Path: cn.text(d.Path), Listed: cn.text(d.Listed), Read: cn.text(d.Read)})
	}
	return out
}

// GetSkill asks for the entry of a skill, listed or not, and compares it with the list. The list stays as it was read.
func (c *Core) GetSkill(ctx context.Context, in SkillInput) SkillEntry {
	out := SkillEntry{Call: in.Call, Diffs: []SkillDiff{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	listed := c.listedSkill(in)
	uri := in.Skill
	if listed != nil {
		uri = listed.URI
	}
	cn.begin(in.Call, uri)
	now, res, err := s.GetSkill(ctx, in.Call, uri)
	cn.finish(in.Call)
	out.Err = cn.callError(err)
	if res != nil {
		out.Seq, out.Took = res.Response, res.Took.Microseconds()
	}
	if err != nil || now == nil {
		return out
	}
	index := in.Index
	if out.Listed = listed != nil; out.Listed {
		out.Diffs = cn.skillDiffs(entryDiffs(listed, now))
		out.Same = len(out.Diffs) == 0
	} else {
		index = -1
		cn.keepGot(uri, now)
	}
	detail := cn.skillDetail(index, now)
	out.Detail = &detail
	return out
}

// entryDiffs compares two entries of a skill: front matter as JSON values, files by their URI.
func entryDiffs(listed, now *session.Skill) []session.SkillDiff {
	var out []session.SkillDiff
	add := func(path, a, b string) {
		if a != b && len(out) < maxSkillDiffs {
			out = append(out, session.SkillDiff{Path: path, Listed: a, Read: b})
		}
	}
	add("uri", listed.URI, now.URI)
	if !sameJSON(listed.Frontmatter, now.Frontmatter) {
		add("frontmatter", string(listed.Frontmatter), string(now.Frontmatter))
	}
	if listed.Dynamic != now.Dynamic {
		add("resources", resourcesText(listed), resourcesText(now))
	}
	before := map[string]string{}
	for _, f := range listed.Files {
		before[f.URI] = fileText(f)
	}
	for _, f := range now.Files {
		add(f.URI, before[f.URI], fileText(f))
		delete(before, f.URI)
	}
	for _, f := range listed.Files {
		if text, gone := before[f.URI]; gone {
			add(f.URI, text, "")
		}
	}
	return out
}

func resourcesText(k *session.Skill) string {
	if k.Dynamic {
		return `"dynamic"`
	}
	return fmt.Sprintf("%d files", k.Total)
}

func fileText(f session.SkillFile) string { return fmt.Sprintf("%s, %d bytes", f.Digest, f.Size) }

// sameJSON compares two JSON values, numbers by their text.
func sameJSON(a, b json.RawMessage) bool {
	canon := func(raw json.RawMessage) []byte {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return raw
		}
		out, err := json.Marshal(v)
		if err != nil {
			return raw
		}
		return out
	}
	return bytes.Equal(canon(a), canon(b))
}

// SkillDirectory reads a directory and says how its children stand to the entry: "Hosts MUST NOT treat the directory
// result as extending the manifest".
func (c *Core) SkillDirectory(ctx context.Context, in SkillInput) SkillDirectory {
	out := SkillDirectory{Seqs: []uint64{}, Children: []SkillChild{}, Missing: []string{}, Findings: []string{}}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	_, k := c.skill(in.Profile, in.Index, in.Skill)
	uri := strings.TrimSuffix(in.URI, "/")
	if k != nil && uri == cn.text(k.Dir()) {
		uri = k.Dir()
	}
	cn.begin(in.Call, uri)
	dir, err := s.ReadDirectory(ctx, uri)
	cn.finish(in.Call)
	out.Err, out.Seqs, out.Findings = cn.callError(err), entries(dir.Entries), cn.texts(dir.Findings)
	there := map[string]bool{}
	for _, r := range dir.Children {
		child := SkillChild{URI: cn.text(r.URI), Name: cn.text(r.Name), MIMEType: cn.text(r.MIMEType), Directory: r.MIMEType == "inode/directory", Problem: cn.text(r.Problem)}
		child.Listed = k != nil && listsChild(k, r.URI, child.Directory)
		there[r.URI] = true
		out.Children = append(out.Children, child)
	}
	if k == nil || err != nil {
		return out
	}
	for _, f := range k.Files {
		rest, in := strings.CutPrefix(f.URI, uri+"/")
		if in && !strings.Contains(rest, "/") && !there[f.URI] {
			out.Missing = append(out.Missing, cn.text(f.URI))
		}
	}
	return out
}

func listsChild(k *session.Skill, uri string, directory bool) bool {
	if !directory {
		return k.File(uri) != nil
	}
	for i := range k.Files {
		if strings.HasPrefix(k.Files[i].URI, uri+"/") {
			return true
		}
	}
	return false
}
