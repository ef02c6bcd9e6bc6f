package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// SkillDiff is one place where the front matter of a SKILL.md is not what the entry says.
type SkillDiff struct {
	Path   string // JSON Pointer in the front matter
	Listed string // JSON text as the entry has it; empty: it has none
	Read   string // as it stands in the file; empty: it has none
}

// Bounds on front matter; it is a file of a stranger.
const (
	maxFrontmatter  = 256 << 10 // bytes
	maxMatterDepth  = 100
	maxMatterValues = 20_000 // values that are compared, aliases counted as often as they stand
	maxMatterDiffs  = 100
	maxMatterText   = 500 // characters of a value that are shown
)

var utf8BOM = []byte("\xEF\xBB\xBF")

// frontmatter cuts the YAML block out of a SKILL.md: "SKILL.md MUST begin with YAML frontmatter".
func frontmatter(file []byte) ([]byte, error) {
	rest, ok := cutLine(bytes.TrimPrefix(file, utf8BOM), "---")
	if !ok {
		return nil, errors.New("the file does not begin with a line ---")
	}
	for at := 0; at < len(rest) && at <= maxFrontmatter; {
		if _, end := cutLine(rest[at:], "---"); end {
			return rest[:at], nil
		}
		next := bytes.IndexByte(rest[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	if len(rest) > maxFrontmatter {
		return nil, fmt.Errorf("it is longer than %d KiB", maxFrontmatter>>10)
	}
	return nil, errors.New("no line --- ends it")
}

// cutLine takes the first line off b when it is exactly that, spaces behind it aside.
func cutLine(b []byte, line string) (rest []byte, ok bool) {
	first, rest, _ := bytes.Cut(b, []byte("\n"))
	return rest, string(bytes.TrimRight(first, " \t\r")) == line
}

// compareFrontmatter parses the front matter of a SKILL.md and compares it field by field with the entry's. An error
// says why it cannot be read.
func compareFrontmatter(listed json.RawMessage, file []byte) ([]SkillDiff, error) {
	block, err := frontmatter(file)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := decodeYAML(block, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("it is no YAML mapping")
	}
	d := &matterDiff{left: maxMatterValues}
	d.value("", listed, doc.Content[0], 0)
	if d.err != nil {
		return nil, d.err
	}
	return d.diffs, nil
}

// decodeYAML reads one document. The parser gives up on some hostile texts by a panic.
func decodeYAML(b []byte, into *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it is no YAML: %v", p)
		}
	}()
	if err := yaml.Unmarshal(b, into); err != nil {
		return fmt.Errorf("it is no YAML: %s", clip(strings.TrimPrefix(err.Error(), "yaml: "), 200))
	}
	return nil
}

// matterDiff compares a JSON value with a YAML node.
type matterDiff struct {
	left  int
	diffs []SkillDiff
	err   error
}

func (d *matterDiff) add(path string, listed json.RawMessage, node *yaml.Node) {
	if len(d.diffs) >= maxMatterDiffs {
		return
	}
	one := SkillDiff{Path: path, Listed: clip(string(bytes.TrimSpace(listed)), maxMatterText)}
	if node != nil {
		one.Read = clip(yamlText(node), maxMatterText)
	}
	d.diffs = append(d.diffs, one)
}

// yamlText is a node for people: scalars as they stand, others by their kind.
func yamlText(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return fmt.Sprintf("a mapping of %d", len(n.Content)/2)
	case n.Kind == yaml.SequenceNode:
		return fmt.Sprintf("a list of %d", len(n.Content))
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str":
		return string(quoteJSON(n.Value))
	}
	return n.Value
}

func (d *matterDiff) value(path string, listed json.RawMessage, n *yaml.Node, depth int) {
	if d.left--; d.left < 0 || depth > maxMatterDepth {
		d.err = errors.New("it is too deep or too long to be compared")
	}
	if d.err != nil {
		return
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	listed = bytes.TrimSpace(listed)
	switch {
	case n.Kind == yaml.MappingNode && isObject(listed):
		d.mapping(path, listed, n, depth)
	case n.Kind == yaml.SequenceNode && len(listed) > 0 && listed[0] == '[':
		d.sequence(path, listed, n, depth)
	case n.Kind != yaml.ScalarNode || !sameScalar(listed, n):
		d.add(path, listed, n)
	}
}

func (d *matterDiff) mapping(path string, listed json.RawMessage, n *yaml.Node, depth int) {
	there, _ := members(listed)
	read := map[string]*yaml.Node{}
	var order []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if n.Content[i].Kind != yaml.ScalarNode {
			key = yamlText(n.Content[i])
		}
		if _, twice := read[key]; twice {
			d.err = fmt.Errorf("the key %q stands twice", clip(key, 80))
			return
		}
		read[key], order = n.Content[i+1], append(order, key)
	}
	seen := map[string]bool{}
	for _, m := range there {
		if seen[m.key] {
			continue
		}
		seen[m.key] = true
		if node, ok := read[m.key]; ok {
			d.value(path+"/"+pointerKey(m.key), field(listed, m.key), node, depth+1)
		} else {
			d.add(path+"/"+pointerKey(m.key), m.val, nil)
		}
	}
	for _, key := range order {
		if !seen[key] {
			d.add(path+"/"+pointerKey(key), nil, read[key])
		}
	}
}

func (d *matterDiff) sequence(path string, listed json.RawMessage, n *yaml.Node, depth int) {
	items, _ := elements(listed)
	for i := range max(len(items), len(n.Content)) {
		at := path + "/" + strconv.Itoa(i)
		switch {
		case i >= len(items):
			d.add(at, nil, n.Content[i])
		case i >= len(n.Content):
			d.add(at, items[i], nil)
		default:
			d.value(at, items[i], n.Content[i], depth+1)
		}
	}
}

// pointerKey escapes a key for a JSON Pointer (RFC 6901 section 3).
func pointerKey(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(key, 200))
}

// sameScalar compares a JSON scalar with a YAML one. The readers of YAML differ in dates and in yes and no: either
// reading of those is taken.
func sameScalar(listed json.RawMessage, n *yaml.Node) bool {
	tag := n.ShortTag()
	if s, ok := text(listed); ok {
		return s == n.Value && (tag == "!!str" || tag == "!!timestamp") || tag == "!!timestamp" && sameTime(s, n.Value)
	}
	switch string(listed) {
	case "null":
		return tag == "!!null"
	case "true", "false":
		return sameBool(string(listed), n.Value, tag)
	}
	if tag != "!!int" && tag != "!!float" {
		return false
	}
	return sameNumber(string(listed), n)
}

func sameBool(listed, read, tag string) bool {
	read = strings.ToLower(read)
	switch {
	case tag == "!!bool":
		return read == listed
	case tag != "!!str":
		return false
	case listed == "true":
		return read == "yes" || read == "on" || read == "y"
	}
	return read == "no" || read == "off" || read == "n"
}

func sameNumber(listed string, n *yaml.Node) bool {
	a, ok := decimal(listed)
	b, same := decimal(n.Value)
	if ok && same {
		return a.Cmp(b) == 0
	}
	want, err := strconv.ParseFloat(listed, 64)
	if err != nil {
		return false
	}
	var got float64
	if n.Decode(&got) != nil || math.IsNaN(got) || math.IsInf(got, 0) {
		return false
	}
	if ok && !same { // 0x1F, 1_000
		f, _ := new(big.Float).SetInt(a).Float64()
		return f == got
	}
	return want == got
}

func sameTime(listed, read string) bool {
	var times [2]time.Time
	for i, s := range []string{listed, read} {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, s); err == nil {
				times[i] = t
				break
			}
		}
	}
	return !times[0].IsZero() && times[0].Equal(times[1])
}
