package session

// Problem is one place where a value does not match its schema.
type Problem struct {
	Path    string // JSON Pointer into the value, empty: the whole
	Message string // plain English, one sentence
	Keyword string // of the schema; "$schema", "$ref" or "schema" when the schema itself cannot be used
}
