package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// skillsReport is what skills prints for machines.
type skillsReport struct {
	Skills   []skillReport `json:"skills"`
	Findings []string      `json:"findings"`
	Banner   *reply        `json:"banner,omitempty"`
}

type skillReport struct {
	core.SkillDetail
	Files []skillFileReport `json:"files"`
}

type skillFileReport struct {
	core.SkillFile
	Read *core.SkillRead `json:"read,omitempty"` // with --verify
}

func skills(ctx context.Context, s streams, args []string) error {
	f := newFlags("skills", "skills TARGET [flags]", s)
	verify := f.set.Bool("verify", false, "read every file and verify it against the list; without it no file is read")
	return connected(ctx, s, f, args, noWords("skills"), func(c *core.Core, v core.Connection) error {
		list := c.Skills(ctx, v.Profile, core.AllPages)
		if list.Err != nil {
			return f.fail(s, list.Err)
		}
		r := skillsReport{Skills: []skillReport{}, Findings: list.Findings}
		if list.Offer.Text != "" {
			r.Findings = append(r.Findings, list.Offer.Text)
		}
		bad := false
		for _, row := range list.Skills {
			d, err := c.Skill(v.Profile, row.Index)
			if err != nil {
				return f.fail(s, err)
			}
			one := skillReport{SkillDetail: d, Files: []skillFileReport{}}
			bad = bad || row.Problem != ""
			for i, file := range d.Files {
				part := skillFileReport{SkillFile: file}
				if *verify {
					read := c.ReadSkill(ctx, core.SkillInput{Call: fmt.Sprintf("cli-%d-%d", row.Index, i), Profile: v.Profile, Index: row.Index, Skill: row.URI, URI: file.URI})
					part.Read = &read
					bad = bad || read.Err != nil || !read.OK
				}
				one.Files = append(one.Files, part)
			}
			r.Skills = append(r.Skills, one)
		}
		banner := hangUp(c, v.Profile)
		r.Banner = maybeReply(banner)
		err := f.writeSkills(s, r)
		if !f.json {
			printBanner(s, banner)
		}
		if err == nil && *verify && bad {
			return outcome{codeOf(&fault.CallError{Kind: fault.Protocol})}
		}
		return err
	})
}

func (f *flags) writeSkills(s streams, r skillsReport) error {
	if f.json {
		return printJSON(s.out, r)
	}
	var b strings.Builder
	for _, k := range r.Skills {
		fmt.Fprintf(&b, "%s  %s\n  %s\n", word(k.Skill.Name), word(k.Skill.URI), word(k.Skill.Summary))
		for _, p := range append([]string{k.Skill.Problem}, k.Findings...) {
			if p != "" {
				fmt.Fprintf(&b, "  ! %s\n", word(p))
			}
		}
		if k.Skill.Dynamic {
			b.WriteString("  dynamic: its content cannot be verified\n")
		}
		for _, file := range k.Files {
			fmt.Fprintf(&b, "  %-9s %s, %d bytes\n", verdict(file.Read), word(file.Path), file.Size)
			for _, line := range failures(file.Read) {
				fmt.Fprintf(&b, "            ! %s\n", word(line))
			}
		}
	}
	if len(r.Skills) == 0 {
		b.WriteString("no skills\n")
	}
	for _, one := range r.Findings {
		fmt.Fprintf(&b, "! %s\n", word(one))
	}
	_, err := io.WriteString(s.out, b.String())
	return err
}

func verdict(r *core.SkillRead) string {
	switch {
	case r == nil:
		return "not read"
	case r.Err != nil:
		return "failed"
	case r.OK:
		return "verified"
	}
	return "differs"
}

// failures are what is wrong with a file that was read, a sentence each.
func failures(r *core.SkillRead) (out []string) {
	if r == nil {
		return nil
	}
	if r.Err != nil {
		out = append(out, r.Err.Message)
	}
	for _, c := range r.Checks {
		if c.State != "failed" {
			continue
		}
		out = append(out, c.Text)
		for _, d := range c.Diffs {
			out = append(out, fmt.Sprintf("%s: the entry has %s, the file %s", d.Path, orNothing(d.Listed), orNothing(d.Read)))
		}
	}
	return out
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
