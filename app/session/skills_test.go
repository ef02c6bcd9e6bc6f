package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	pdfURI   = "skill://docs/pdf/SKILL.md"
	pdfForms = "skill://docs/pdf/references/FORMS.md"
	pdfText  = "---\nname: pdf\ndescription: Fill PDF forms\nlicense: MIT\nmetadata:\n  version: 1.20\n  tags: [a, 'b']\n---\n\nBody.\n"
	pdfFront = `{"name":"pdf","description":"Fill PDF forms","license":"MIT","metadata":{"version":1.2,"tags":["a","b"]}}`
)

func sumOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func fileJSON(uri, body string) string {
	return fmt.Sprintf(`{"uri":%q,"digest":%q,"size":%d}`, uri, sumOf(body), len(body))
}

func entryJSON(uri, front, files string) string {
	return fmt.Sprintf(`{"uri":%q,"frontmatter":%s,"resources":%s}`, uri, front, files)
}

func pdfEntry() string {
	return entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, pdfText)+","+fileJSON(pdfForms, "forms")+"]")
}

func contentJSON(uri, body string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"contents":[{"uri":%q,"mimeType":"text/markdown","text":%s}]}`, uri, quoteJSON(body)))
}

func TestReadSkill(t *testing.T) {
	long := strings.Repeat("x", 65)
	var many []string
	for i := range SkillFiles + 1 {
		many = append(many, fileJSON(fmt.Sprintf("skill://docs/pdf/%d", i), "x"))
	}
	for _, tt := range []struct {
		name, raw, problem, finding string
		files                       int
	}{
		{"good", pdfEntry(), "", "", 2},
		{"dynamic", entryJSON(pdfURI, pdfFront, `"dynamic"`), "", "", 0},
		{"no resources", `{"uri":"` + pdfURI + `","frontmatter":` + pdfFront + `}`, `resources is neither an array nor "dynamic"`, "", 0},
		{"other resources", entryJSON(pdfURI, pdfFront, `"all"`), `resources is neither`, "", 0},
		{"no front matter", `{"uri":"` + pdfURI + `","resources":"dynamic"}`, "frontmatter is missing", "", 0},
		{"no name", entryJSON(pdfURI, `{"description":"d"}`, `"dynamic"`), "frontmatter has no name", "", 0},
		{"no object", `7`, "the item is no JSON object", "", 0},
		{"without SKILL.md", entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfForms, "forms")+"]"), "no entry of SKILL.md", "", 1},
		{"wrong directory", entryJSON("skill://docs/other/SKILL.md", pdfFront, `"dynamic"`), "", `The directory is called "other", the skill "pdf"`, 0},
		{"wrong name", entryJSON("skill://PDF--x/SKILL.md", `{"name":"PDF--x","description":"d"}`, `"dynamic"`), "", "naming rules", 0},
		{"long name", entryJSON("skill://"+long+"/SKILL.md", `{"name":"`+long+`","description":"d"}`, `"dynamic"`), "", "naming rules", 0},
		{"other file", entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, pdfText)+`,{"uri":"skill://elsewhere/x","digest":"md5:1","size":-1}]`), "", "1 of its files", 2},
		{"twice", entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, pdfText)+","+fileJSON(pdfURI, pdfText)+"]"), "", "more than once", 2},
		{"too many", entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, pdfText)+","+strings.Join(many, ",")+"]"), "", "514 files; hosts need not take more than 512", 514},
		{"too large", entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, pdfText)+`,{"uri":"`+pdfForms+`","digest":"`+sumOf("")+`","size":16777217}]`), "", "16 MiB", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := ReadSkill(json.RawMessage(tt.raw))
			if (tt.problem == "") != (k.Problem == "") || !strings.Contains(strings.ToLower(k.Problem), strings.ToLower(tt.problem)) {
				t.Errorf("problem %q, want %q", k.Problem, tt.problem)
			}
			if found := strings.Join(k.Findings, "\n"); (tt.finding == "") != (found == "") || !strings.Contains(found, tt.finding) {
				t.Errorf("findings %q, want %q", found, tt.finding)
			}
			if len(k.Files) != tt.files || string(k.Raw) != tt.raw {
				t.Errorf("%d files, want %d", len(k.Files), tt.files)
			}
		})
	}
}

func TestVerifySkill(t *testing.T) {
	evil := strings.Replace(pdfText, "Body.", "Evil!", 1)
	other := strings.Replace(pdfText, "Fill PDF forms", "Send them away", 1)
	changed := func(body string) string { // the entry is right about the bytes, wrong about the front matter
		return entryJSON(pdfURI, pdfFront, "["+fileJSON(pdfURI, body)+"]")
	}
	for _, tt := range []struct {
		name, entry, uri string
		result           json.RawMessage
		want             string // what and state of each check
		diff             []SkillDiff
	}{
		{"good", pdfEntry(), pdfURI, contentJSON(pdfURI, pdfText), "listed ok, size ok, digest ok, frontmatter ok", nil},
		{"supporting file", pdfEntry(), pdfForms, contentJSON(pdfForms, "forms"), "listed ok, size ok, digest ok", nil},
		{"digest", pdfEntry(), pdfURI, contentJSON(pdfURI, evil), "listed ok, size ok, digest failed, frontmatter ok", nil},
		{"size", pdfEntry(), pdfForms, contentJSON(pdfForms, "forms and more"), "listed ok, size failed, digest failed", nil},
		{
			"front matter", changed(other), pdfURI, contentJSON(pdfURI, other), "listed ok, size ok, digest ok, frontmatter failed",
			[]SkillDiff{{Path: "/description", Listed: `"Fill PDF forms"`, Read: `"Send them away"`}},
		},
		{"no front matter", changed("Body."), pdfURI, contentJSON(pdfURI, "Body."), "listed ok, size ok, digest ok, frontmatter failed", nil},
		{"unlisted", pdfEntry(), "skill://docs/pdf/new.md", contentJSON("skill://docs/pdf/new.md", "x"), "listed failed", nil},
		{"dynamic", entryJSON(pdfURI, pdfFront, `"dynamic"`), pdfURI, contentJSON(pdfURI, pdfText), "listed unknown, frontmatter ok", nil},
		{"invalid entry", entryJSON(pdfURI, `{"name":"pdf"}`, "["+fileJSON(pdfURI, pdfText)+"]"), pdfURI, contentJSON(pdfURI, pdfText), "listed failed, listed ok, size ok, digest ok, frontmatter failed", []SkillDiff{
			{Path: "/description", Read: `"Fill PDF forms"`}, {Path: "/license", Read: `"MIT"`}, {Path: "/metadata", Read: "a mapping of 2"},
		}},
		{"content of another", pdfEntry(), pdfURI, contentJSON(pdfForms, "forms"), "listed ok, content failed", nil},
		{"no content", pdfEntry(), pdfURI, json.RawMessage(`{"contents":[]}`), "listed ok, content failed", nil},
		{"blob", pdfEntry(), pdfForms, json.RawMessage(`{"contents":[{"uri":"` + pdfForms + `","blob":"Zm9ybXM="}]}`), "listed ok, size ok, digest ok", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := ReadSkill(json.RawMessage(tt.entry))
			v := VerifySkill(&k, tt.uri, tt.result)
			var got []string
			var diffs []SkillDiff
			for _, c := range v.Checks {
				got = append(got, c.What+" "+string(c.State))
				diffs = append(diffs, c.Diffs...)
			}
			if d := cmp.Diff(tt.want, strings.Join(got, ", ")); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.diff, diffs); d != "" {
				t.Error(d)
			}
			if v.OK == strings.Contains(tt.want, "failed") {
				t.Errorf("OK is %v", v.OK)
			}
		})
	}
}

func TestFrontmatter(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n"
	deep := func(n int) string { return "a: " + strings.Repeat("[", n) + strings.Repeat("]", n) }
	deepJSON := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	eights := func(inner string) string { return "[" + strings.TrimSuffix(strings.Repeat(inner+",", 8), ",") + "]" }
	a := eights(`"x"`)
	b := eights(a)
	c := eights(b)
	dd := eights(c)
	for _, tt := range []struct{ name, yaml, json, want string }{
		{"same", "a: 1", `{"a":1}`, ""},
		{"order", "a: 1\nb: two", `{"b":"two","a":1}`, ""},
		{"number forms", "a: 1.20\nb: 0x1F\nc: 1_000\nd: 1e3\ne: -0.5", `{"a":1.2,"b":31,"c":1000,"d":1000,"e":-0.5}`, ""},
		{"big number", "a: 9007199254740993", `{"a":9007199254740992}`, "/a"},
		{"text or number", "a: '1'", `{"a":1}`, "/a"},
		{"number or text", "a: 1", `{"a":"1"}`, "/a"},
		{"date", "a: 2026-01-31", `{"a":"2026-01-31"}`, ""},
		{"date as a time", "a: 2026-01-31", `{"a":"2026-01-31T00:00:00.000Z"}`, ""},
		{"another date", "a: 2026-01-31", `{"a":"2026-02-01"}`, "/a"},
		{"yes", "a: yes\nb: no", `{"a":true,"b":"no"}`, ""},
		{"not yes", "a: 'nope'", `{"a":false}`, "/a"},
		{"null", "a:\nb: ~", `{"a":null,"b":null}`, ""},
		{"no null", "a:", `{}`, "/a"},
		{"block", "a: |\n  x\n  y\n", `{"a":"x\ny\n"}`, ""},
		{"missing", "a: 1", `{"a":1,"b":2}`, "/b"},
		{"list", "a: [1, 2]", `{"a":[1,3,4]}`, "/a/1 /a/2"},
		{"alias", "a: &x {n: 1}\nb: *x", `{"a":{"n":1},"b":{"n":1}}`, ""},
		{"slash in a key", "'a/b~': 1", `{"a/b~":2}`, "/a~1b~0"},
		{"key twice", "a: 1\na: 2", `{"a":1}`, "err"},
		{"no mapping", "- a", `{}`, "err"},
		{"no YAML", "a: [", `{}`, "err"},
		{"bomb", bomb, `{"a":` + a + `,"b":` + b + `,"c":` + c + `,"d":` + dd + `,"e":` + eights(dd) + `}`, "err"},
		{"deep", deep(maxMatterDepth + 10), deepJSON(maxMatterDepth + 10), "err"},
		{"very deep", deep(20_000), `{"a":[]}`, "err"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			diffs, err := compareFrontmatter(json.RawMessage(tt.json), []byte("---\n"+tt.yaml+"\n---\nbody"))
			var got []string
			for _, d := range diffs {
				got = append(got, d.Path)
			}
			if err != nil {
				got = []string{"err"}
			}
			if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
				t.Errorf("%s\n%v", d, err)
			}
		})
	}
	for name, file := range map[string]string{
		"none": "body", "not first": "\n---\na: 1\n---\n", "no end": "---\na: 1\n", "too long": "---\n" + strings.Repeat("a: 1\n", 100_000) + "---\n", "empty": "",
	} {
		if _, err := frontmatter([]byte(file)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, file := range []string{"\xEF\xBB\xBF---\na: 1\n---\nx", "---\r\na: 1\r\n---\r\nx", "--- \na: 1\n---", "---\n---\n"} {
		if _, err := frontmatter([]byte(file)); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func FuzzFrontmatter(f *testing.F) {
	f.Add(pdfText, pdfFront)
	f.Add("---\na: &a [*a]\n---\n", `{"a":[[]]}`)
	f.Add("---\n? [a]\n: b\n<<: {c: 1}\n---", `{"c":1}`)
	f.Fuzz(func(t *testing.T, file, listed string) {
		if !json.Valid([]byte(listed)) {
			return
		}
		diffs, err := compareFrontmatter(json.RawMessage(listed), []byte(file))
		if err == nil && len(diffs) > maxMatterDiffs {
			t.Errorf("%d differences", len(diffs))
		}
	})
}

func FuzzReadSkill(f *testing.F) {
	f.Add(pdfEntry())
	f.Add(`{"uri":1,"frontmatter":[],"resources":[1,{"uri":"a","size":1e400}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return
		}
		k := ReadSkill(json.RawMessage(raw))
		if len(k.Files) > k.Total || len(k.Findings) > maxSkillFindings {
			t.Errorf("%+v", k)
		}
		VerifySkill(&k, k.URI, json.RawMessage(raw))
	})
}

func TestSkillsOfAServer(t *testing.T) {
	p := modernPeer(t)
	p.on["server/discover"] = func(p *peer, m msg) {
		p.result(m, `{"supportedVersions":["2026-07-28"],"capabilities":{"resources":{},"extensions":{"io.modelcontextprotocol/skills":{"directoryRead":true}}},"serverInfo":{"name":"x","version":"1"}}`)
	}
	p.on["skills/list"] = func(p *peer, m msg) {
		if field(m.Params, "cursor") == nil {
			p.result(m, `{"resultType":"complete","skills":[`+pdfEntry()+`,7],"nextCursor":"n","ttlMs":0,"cacheScope":"private"}`)
			return
		}
		p.result(m, `{"resultType":"complete","skills":[`+strings.ReplaceAll(pdfEntry(), "docs/pdf", "other/pdf")+`],"ttlMs":0,"cacheScope":"private"}`)
	}
	p.on["skills/get"] = func(p *peer, m msg) {
		if uri, _ := text(field(m.Params, "uri")); uri != pdfURI {
			p.fail(m, -32602, "")
			return
		}
		p.result(m, `{"resultType":"complete","skill":`+pdfEntry()+`,"ttlMs":0,"cacheScope":"private"}`)
	}
	p.on["resources/directory/read"] = func(p *peer, m msg) {
		if uri, _ := text(field(m.Params, "uri")); uri != "skill://docs/pdf" {
			p.fail(m, -32602, "")
			return
		}
		if field(m.Params, "cursor") == nil {
			p.result(m, `{"resultType":"complete","resources":[{"uri":"skill://docs/pdf/SKILL.md","name":"SKILL.md"}],"nextCursor":"n"}`)
			return
		}
		p.result(m, `{"resultType":"complete","resources":[{"uri":"skill://docs/pdf/references","name":"references","mimeType":"inode/directory"}]}`)
	}
	s := connect(t, config(p))
	list, err := s.Skills(t.Context(), nil, 0)
	if err != nil || len(list.Decoded) != 3 || list.Pages != 2 || list.Decoded[1].Problem == "" || list.Decoded[0].Problem != "" {
		t.Fatalf("%v, %+v", err, list)
	}
	if d := cmp.Diff([]string{`The name "pdf" is used by more than one skill: their paths tell them apart.`}, list.Findings); d != "" {
		t.Error(d)
	}
	if n := len(p.sent("resources/read")); n != 0 {
		t.Errorf("%d files were read ahead of need", n)
	}
	k, r, err := s.GetSkill(t.Context(), "", pdfURI)
	if err != nil || r.Response == 0 || string(k.Raw) != pdfEntry() || len(k.Findings) != 0 {
		t.Errorf("skills/get: %v, %+v", err, k)
	}
	if _, _, err := s.GetSkill(t.Context(), "", "skill://none/SKILL.md"); kindOf(err) != fault.RPC {
		t.Errorf("an unknown skill: %v", err)
	}
	dir, err := s.ReadDirectory(t.Context(), "skill://docs/pdf")
	if err != nil || len(dir.Children) != 2 || dir.Children[1].MIMEType != "inode/directory" {
		t.Errorf("directory: %v, %+v", err, dir)
	}
}

func TestDirectoriesAreNotReadUndeclared(t *testing.T) {
	p := modernPeer(t)
	s := connect(t, config(p))
	if _, err := s.ReadDirectory(t.Context(), "skill://x"); kindOf(err) != fault.Input || len(p.sent("resources/directory/read")) != 0 {
		t.Errorf("%v, %d requests", err, len(p.sent("resources/directory/read")))
	}
}
