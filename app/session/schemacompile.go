package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiledSchema is a schema ready to check with, and the clock inside it: one check at a time.
type compiledSchema struct {
	*jsonschema.Schema
	clock *ticker
}

// schemaUse is what a schema is compiled for.
type schemaUse struct {
	name    string
	schema  string
	formats bool
}

// Limits of what is kept of compiled schemas.
const (
	maxKeptSchemas = 64
	maxKeptSchema  = 64 << 10 // bytes
)

// schemaCache keeps the schemas used last: compiling one takes several times as long as a check with it.
type schemaCache struct {
	mu    sync.Mutex
	kept  map[schemaUse]*compiledSchema
	order []schemaUse // oldest first
}

var schemas = schemaCache{kept: map[schemaUse]*compiledSchema{}}

// take returns a schema for one check, which nobody else has until it is put back. The problem says why it cannot be
// used.
func (c *schemaCache) take(use schemaUse) (*compiledSchema, *Problem) {
	c.mu.Lock()
	s := c.kept[use]
	if s != nil {
		c.drop(use)
	}
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	return compile(use.name, json.RawMessage(use.schema), use.formats)
}

// put gives a schema back. One whose check ended by panic is not given back.
func (c *schemaCache) put(use schemaUse, s *compiledSchema) {
	if len(use.schema) > maxKeptSchema {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept[use] != nil {
		return
	}
	c.kept[use] = s
	if c.order = append(c.order, use); len(c.order) > maxKeptSchemas {
		c.drop(c.order[0])
	}
}

// drop takes a schema out. The lock is held.
func (c *schemaCache) drop(use schemaUse) {
	delete(c.kept, use)
	c.order = slices.DeleteFunc(c.order, func(u schemaUse) bool { return u == use })
}

// compile reads a schema. The problem says why it cannot be used.
func compile(name string, raw json.RawMessage, formats bool) (*compiledSchema, *Problem) {
	bad := func(keyword, format string, a ...any) (*compiledSchema, *Problem) {
		owner := "tool"
		switch name {
		case "requestedSchema":
			owner = "question"
		case "schema":
			owner = "expectation"
		}
		return nil, &Problem{Message: "the " + owner + "'s " + name + " " + fmt.Sprintf(format, a...), Keyword: keyword}
	}
	doc, err := decodeChecked(raw, maxSchemaBytes, maxSchemaNodes)
	if err != nil {
		return bad("schema", "cannot be used: %v", err)
	}
	switch doc.(type) {
	case map[string]any, bool:
	default:
		return bad("schema", "is no schema: it must be an object or a boolean")
	}
	url := "tool:///" + name + ".json" // a base of its own: relative references lead nowhere else
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	c.UseRegexpEngine(lenientRegexp)
	tick := &ticker{}
	c.RegisterVocabulary(clock(tick))
	c.AssertVocabs()
	if formats {
		c.AssertFormat()
	}
	if err := c.AddResource(url, doc); err != nil {
		return bad("schema", "cannot be used: %v", err)
	}
	s, err := c.Compile(url)
	if err == nil {
		return &compiledSchema{s, tick}, nil
	}
	var load *jsonschema.LoadURLError
	var invalid *jsonschema.SchemaValidationError
	switch {
	case errors.As(err, &load):
		if dialect, _ := text(field(raw, "$schema")); strings.HasPrefix(dialect, load.URL) {
			return bad("$schema", "asks for the dialect %q, which is not supported (draft-04 to 2020-12 are)", clip(dialect, 120))
		}
		return bad("$ref", "refers to %q outside of itself, and Sightglass fetches no schema", clip(load.URL, 200))
	case errors.As(err, &invalid):
		return bad("schema", "is no valid schema: %s", schemaReason(invalid))
	}
	return bad("schema", "cannot be used: %s", clip(strings.ReplaceAll(err.Error(), url, ""), 300))
}

// schemaReason is the first concrete reason of an invalid schema.
func schemaReason(err *jsonschema.SchemaValidationError) string {
	var v *jsonschema.ValidationError
	if !errors.As(err.Err, &v) {
		return clip(err.Err.Error(), 300)
	}
	for _, p := range explain(v) {
		return fmt.Sprintf("at %q: %s", p.Path, p.Message)
	}
	return "it does not match its meta-schema"
}

// noLoader refuses to load: 2026-07-28 "MUST NOT automatically dereference network $ref".
type noLoader struct{}

var errNoFetch = errors.New("schemas are never fetched")

func (noLoader) Load(string) (any, error) { return nil, errNoFetch }

// anyText stands for a pattern that cannot be expressed here (ECMA-262 look-around, back references).
type anyText string

func (a anyText) String() string        { return string(a) }
func (anyText) MatchString(string) bool { return true }

func lenientRegexp(pattern string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return anyText(pattern), nil //nolint:nilerr // the server checks what we cannot
	}
	return re, nil
}

var errSlow = errors.New("out of time")

// clock is a vocabulary without keywords: each subschema looks at the time before it is applied, because the
// validator cannot be stopped from outside and a small schema can ask for exponential work.
func clock(tick *ticker) *jsonschema.Vocabulary {
	return &jsonschema.Vocabulary{
		URL:     "tool:clock",
		Compile: func(*jsonschema.CompilerContext, map[string]any) (jsonschema.SchemaExt, error) { return tick, nil },
	}
}

type ticker struct{ end time.Time }

func (t *ticker) Validate(*jsonschema.ValidatorContext, any) {
	if time.Now().After(t.end) {
		panic(errSlow) // recovered in checkNow
	}
}
