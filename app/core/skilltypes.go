package core

// Skill is one row of skills/list (io.modelcontextprotocol/skills).
type Skill struct {
	Index    int    `json:"index"` // its place in the list: names may repeat
	URI      string `json:"uri"`   // of its SKILL.md
	Name     string `json:"name"`
	Summary  string `json:"summary"` // first 200 characters of the description
	Files    int    `json:"files"`
	Size     int64  `json:"size"`    // bytes of all files, as the entry says
	Dynamic  bool   `json:"dynamic"` // its content cannot be verified
	Shared   bool   `json:"shared"`  // another skill of the list has the same name
	Findings int    `json:"findings"`
	Problem  string `json:"problem,omitempty"` // why the entry is invalid: a host must not load the skill
}

// SkillList is the answer to skills/list.
type SkillList struct {
	Skills []Skill `json:"skills"`
	ListRead
	Offer       Offer `json:"offer"`
	Directories bool  `json:"directories"` // the server declares resources/directory/read
}

// SkillDetail is one skill, whole. None of its files was read.
type SkillDetail struct {
	Skill       Skill       `json:"skill"`
	Description string      `json:"description"`
	Frontmatter string      `json:"frontmatter"` // JSON text as the entry has it
	Files       []SkillFile `json:"files"`
	Findings    []string    `json:"findings"`
	Raw         string      `json:"raw"` // the whole entry
}

// SkillFile is one file of a skill, as its entry lists it.
type SkillFile struct {
	URI     string `json:"uri"`
	Path    string `json:"path"` // relative to the skill's directory; empty: the file is not in it
	Digest  string `json:"digest"`
	Size    int64  `json:"size"` // bytes; -1: the entry does not say
	Problem string `json:"problem,omitempty"`
}

// SkillInput names a file of a skill.
type SkillInput struct {
	Call    string `json:"call"`
	Profile string `json:"profile"`
	Index   int    `json:"index"` // of the skill in the list read last; below 0: it is not listed
	Skill   string `json:"skill"` // URI of its SKILL.md
	URI     string `json:"uri"`   // of the file, or of a directory
}

// SkillRead is what came of reading a file of a skill.
type SkillRead struct {
	Call   string       `json:"call"`
	Seq    uint64       `json:"seq"` // entry of the answer: Resources.Contents tells what it holds
	Took   int64        `json:"took"`
	Bytes  int64        `json:"bytes"`
	At     string       `json:"at"` // JSON Pointer of the content item in the result, empty: there is none
	OK     bool         `json:"ok"` // nothing failed: a host may use the content
	Checks []SkillCheck `json:"checks"`
	Err    *Error       `json:"err,omitempty"`
}

// SkillCheck is the verdict on one property of a file.
type SkillCheck struct {
	What  string      `json:"what"`  // listed, content, size, digest, frontmatter
	State string      `json:"state"` // ok, failed, unknown
	Text  string      `json:"text"`
	Want  string      `json:"want"`
	Got   string      `json:"got"`
	Diffs []SkillDiff `json:"diffs"`
}

// SkillDiff is one place that differs.
type SkillDiff struct {
	Path   string `json:"path"`   // JSON Pointer, or the URI of a file
	Listed string `json:"listed"` // as the list has it, JSON text; empty: it has none
	Read   string `json:"read"`   // as it was read
}

// SkillEntry is the answer to skills/get, compared with the list.
type SkillEntry struct {
	Call   string       `json:"call"`
	Seq    uint64       `json:"seq"`
	Took   int64        `json:"took"`
	Listed bool         `json:"listed"` // the list has this skill
	Same   bool         `json:"same"`   // and says the same of it
	Diffs  []SkillDiff  `json:"diffs"`
	Detail *SkillDetail `json:"detail,omitempty"` // the entry as it is now
	Err    *Error       `json:"err,omitempty"`
}

// SkillDirectory is the answer to resources/directory/read beside what the entry lists.
type SkillDirectory struct {
	Seqs     []uint64     `json:"seqs"`
	Children []SkillChild `json:"children"`
	Missing  []string     `json:"missing"` // URIs of files that the entry lists in this directory, and the server does not
	Findings []string     `json:"findings"`
	Err      *Error       `json:"err,omitempty"`
}

// SkillChild is one child of a directory.
type SkillChild struct {
	URI       string `json:"uri"`
	Name      string `json:"name"`
	MIMEType  string `json:"mimeType"`
	Directory bool   `json:"directory"`
	Listed    bool   `json:"listed"` // the entry has it, or files in it; a file that it has not must not be read as one of the skill
	Problem   string `json:"problem,omitempty"`
}
