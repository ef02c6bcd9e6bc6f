package session

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestChecksShareSchemas runs many checks with the same schema at once: the clock inside a compiled schema belongs to
// one of them.
func TestChecksShareSchemas(t *testing.T) {
	schema := json.RawMessage(`{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}`)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 200 {
				good := CheckArgs(schema, json.RawMessage(`{"n":1}`))
				bad := CheckArgs(schema, fmt.Appendf(nil, `{"n":"%d"}`, i))
				if len(good) != 0 || len(bad) != 1 || bad[0].Path != "/n" {
					t.Errorf("good %v, bad %v", good, bad)
				}
			}
		})
	}
	wg.Wait()
	if formats := CheckValue(json.RawMessage(`{"format":"date"}`), json.RawMessage(`"no"`)); len(formats) != 1 {
		t.Errorf("with formats: %v", formats)
	}
	if formats := CheckOutput(json.RawMessage(`{"format":"date"}`), json.RawMessage(`"no"`)); len(formats) != 0 {
		t.Errorf("without formats, after with: %v", formats)
	}
}

// TestKeptSchemas: what is kept is bounded, and a schema that ran out of time is not kept.
func TestKeptSchemas(t *testing.T) {
	var c schemaCache
	c.kept = map[schemaUse]*compiledSchema{}
	for i := range 3 * maxKeptSchemas {
		use := schemaUse{name: "schema", schema: fmt.Sprintf(`{"maximum":%d}`, i)}
		s, p := c.take(use)
		if p != nil {
			t.Fatal(p)
		}
		c.put(use, s)
		c.put(use, s)
	}
	if len(c.kept) != maxKeptSchemas || len(c.order) != maxKeptSchemas {
		t.Errorf("%d schemas and %d names are kept", len(c.kept), len(c.order))
	}
	last := schemaUse{name: "schema", schema: fmt.Sprintf(`{"maximum":%d}`, 3*maxKeptSchemas-1)}
	if s, _ := c.take(last); s == nil || c.kept[last] != nil {
		t.Error("a schema in use is still to be had")
	}
	big := schemaUse{name: "schema", schema: `{"description":"` + strings.Repeat("x", maxKeptSchema) + `"}`}
	s, p := c.take(big)
	if p != nil {
		t.Fatal(p)
	}
	if c.put(big, s); c.kept[big] != nil {
		t.Error("a large schema is kept")
	}

	use := schemaUse{name: "inputSchema", schema: `{"$defs":{"a":{"anyOf":[{"properties":{"x":{"$ref":"#/$defs/a"}}},{"properties":{"x":{"$ref":"#/$defs/a"}}}]}},"$ref":"#/$defs/a"}`}
	if p := checkNow(use.name, json.RawMessage(use.schema), json.RawMessage(`{"x":{"x":{}}}`), false, time.Now().Add(-time.Second)); len(p) != 1 || p[0] != slow(use.name) {
		t.Errorf("a check without time: %v", p)
	}
	if schemas.kept[use] != nil {
		t.Error("a schema that ran out of time is kept")
	}
	if p := checkNow(use.name, json.RawMessage(use.schema), json.RawMessage(`{"x":{"x":{}}}`), false, time.Now().Add(time.Minute)); p != nil {
		t.Errorf("the same with time: %v", p)
	}
}
