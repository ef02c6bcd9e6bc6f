package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// input is a field's value as it was written.
type input struct {
	value  string
	quoted bool
}

// field is a name that stands before a colon.
type field struct {
	name    string
	aliases []string
	number  bool   // may be written ms>500 too
	says    string // what it looks at
	example string // a value, whole with its field
	values  []choice
	suggest []string // values worth proposing
	read    func(in input) (leaf, error)
}

func (f *field) hint() string {
	if len(f.values) > 0 {
		return "write one of " + strings.Join(choiceNames(f.values), ", ")
	}
	return "for example " + f.example
}

// Field says what a field of the language is for.
type Field struct {
	Name    string `json:"name"`
	Says    string `json:"says"`
	Example string `json:"example"`
}

// Fields lists the fields of the language in the order in which they are worth knowing.
func Fields() []Field {
	out := make([]Field, 0, len(fields))
	for _, f := range fields {
		out = append(out, Field{f.name, f.says, f.example})
	}
	return out
}

// fieldNamed finds a field by name or alias; nil when there is none.
func fieldNamed(name string) *field {
	name = strings.ToLower(name)
	for _, f := range fields {
		if f.name == name || slices.Contains(f.aliases, name) {
			return f
		}
	}
	return nil
}

func fieldNames() []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.name)
		out = append(out, f.aliases...)
	}
	return out
}

// fields is the language. It is never changed.
var fields = []*field{
	{
		name: "method", says: "the method, also of the answer to it", example: "method:tools/call",
		read: readText(NeedMethod, func(e *wire.Entry) string { return e.Method }, func(z *Zone, p func(string) bool) Verdict { return known(z.Methods, p) }),
	},
	{name: "tool", says: "the name of the tool of a tools/call", example: "tool:search*", read: readNameOf("tools/call")},
	{
		name: "name", says: "the name of a tool or prompt, a resource’s URI, an exchange’s URL", example: "name:search*",
		read: readText(NeedName, func(e *wire.Entry) string { return e.Name }, nil),
	},
	{name: "status", says: "how it was answered", example: "status:error", values: statusChoices, read: readStatusField},
	{name: "kind", aliases: []string{"type"}, says: "the kind of the entry", example: "kind:notification", values: kindChoices, read: readChoices(kindChoices)},
	{name: "dir", aliases: []string{"direction"}, says: "the direction", example: "dir:in", values: dirChoices, read: readChoices(dirChoices)},
	{
		name: "ms", aliases: []string{"took", "duration"}, number: true, says: "how long it took", example: "ms:>500", suggest: []string{">100", ">500", ">1s", ">10s"},
		read: readQuantity(NeedTook, timeUnits, func(e *wire.Entry) int64 { return e.Took }, func(z *Zone) int64 { return z.MaxTook }),
	},
	{
		name: "bytes", aliases: []string{"size"}, number: true, says: "the length of the message or response body", example: "bytes:>1mb", suggest: []string{">10kb", ">100kb", ">1mb"},
		read: readQuantity(NeedBytes, byteUnits, func(e *wire.Entry) int64 { return e.Bytes }, func(z *Zone) int64 { return z.MaxBytes }),
	},
	{name: "http", number: true, says: "the HTTP status", example: "http:4xx", suggest: []string{"4xx", "5xx", "401", "404"}, read: readHTTP},
	{name: "code", number: true, says: "the code of a JSON-RPC error", example: "code:-32601", suggest: []string{"-32600", "-32601", "-32602", "-32603"}, read: readCode},
	{name: "header", says: "an HTTP header field, by name or with its value", example: "header:content-type=*json*", read: readHeader},
	{name: "body", says: "text in a message or body", example: `body:"not found"`, read: readBody},
	{name: "json", says: "a place in a JSON body, and its value", example: "json:$.params.name=search*", read: readJSON},
	{name: "since", aliases: []string{"after"}, says: "not older than a time", example: "since:5m", suggest: []string{"1m", "5m", "1h", "today"}, read: readTime(true)},
	{name: "until", aliases: []string{"before"}, says: "not newer than a time", example: "until:10:30", suggest: []string{"5m", "1h", "today"}, read: readTime(false)},
	{
		name: "time", says: "between two times; whole numbers are Unix microseconds", example: "time:10:30..10:45",
		read: readTimeRange,
	},
	{name: "conn", aliases: []string{"server", "connection"}, says: "the connection, by its id or its server’s name", example: "conn:everything*", read: readConn},
	{name: "has", says: "what is put on or found in an entry", example: "has:finding", values: hasChoices, read: readHas},
	{name: "is", says: "the state of an entry", example: "is:pinned", values: hasChoices, read: readHas},
	{name: "finding", says: "text in what is wrong with it", example: `finding:"no request"`, read: readFinding},
	{name: "comment", says: "text in your comment", example: "comment:slow", read: readComment},
	{
		name: "note", says: "text of a line of standard error or a state", example: `note:exited`,
		read: readHolds(NeedNote, func(e *wire.Entry) string { return e.Note }),
	},
	{
		name: "url", says: "text in the URL of an exchange", example: "url:/mcp",
		read: readHoldsOf(wire.KindHTTP, NeedName, func(e *wire.Entry) string { return e.Name }),
	},
	{name: "prompt", says: "the name of the prompt of a prompts/get", example: "prompt:greet*", read: readNameOf("prompts/get")},
	{name: "resource", says: "the URI of a resources/read", example: "resource:file://*", read: readNameOf("resources/read")},
	{
		name: "purpose", says: "why an exchange took place, where it was no ordinary call", example: `purpose:"resource metadata"`,
		read: readText(NeedPurpose, func(e *wire.Entry) string { return e.Purpose }, func(z *Zone, p func(string) bool) Verdict { return known(z.Purposes, p) }),
	},
	{name: "id", says: "the JSON-RPC id", example: "id:7", read: readID},
	{name: "call", says: "all of one call", example: "call:c12", read: readText(NeedCall, func(e *wire.Entry) string { return e.Call }, nil)},
	{name: "seq", aliases: []string{"entry"}, number: true, says: "the number of the entry", example: "seq:100..200", read: readSeq},
	{name: "exchange", number: true, says: "an exchange, by its number, and what it carried", example: "exchange:12", read: readExchange},
	{
		name: "reqbytes", number: true, says: "the length of a request body", example: "reqbytes:>10kb",
		read: readQuantity(NeedReqBytes, byteUnits, func(e *wire.Entry) int64 { return e.ReqBytes }, func(z *Zone) int64 { return z.MaxReqBytes }),
	},
}

// oneOf says that a value is none of a list.
func oneOf(value string, list []choice) error {
	names := choiceNames(list)
	hint := "write one of " + strings.Join(names, ", ")
	var all []string
	for _, c := range list {
		all = append(all, c.name)
		all = append(all, c.aliases...)
	}
	if near := nearest(strings.ToLower(value), all); near != "" {
		hint = fmt.Sprintf("did you mean %s? It is one of %s", near, strings.Join(names, ", "))
	}
	return &badValue{fmt.Sprintf("%q is none of its values", shorten(value)), hint}
}
