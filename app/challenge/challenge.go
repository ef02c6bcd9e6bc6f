// Package challenge explains a refusal: the WWW-Authenticate headers of a 401 or 403 parsed leniently (RFC 9110
// section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1), every parameter with its meaning and source. It is a
// leaf: it reads what was recorded and sends nothing.
package challenge

// Challenge is one refusal by a server, with everything a person needs to act on it.
type Challenge struct {
	Server      string   `json:"server"`      // the profile's name
	Resource    string   `json:"resource"`    // URL of the MCP server
	Status      int      `json:"status"`      // 401, 403, or another status that carried a challenge
	Method      string   `json:"method"`      // HTTP method of the refused request
	URL         string   `json:"url"`         // URL of the refused request, credentials masked
	Where       string   `json:"where"`       // what was refused, in words: "the first request (server/discover)", "the GET stream"
	Exchange    uint64   `json:"exchange"`    // Seq of the exchange in the log
	Raw         []string `json:"raw"`         // the WWW-Authenticate values as they came; never nil
	Schemes     []Scheme `json:"schemes"`     // every challenge found in them, in order; never nil
	Headers     []Header `json:"headers"`     // all response headers, credentials masked
	Body        string   `json:"body"`        // the response body, at most 64 KiB
	BodyCut     bool     `json:"bodyCut"`     // the body is longer
	ContentType string   `json:"contentType"` //

	ResourceMetadata      string    `json:"resourceMetadata"`      // the URL from the header; empty when it names none
	ResourceMetadataOther bool      `json:"resourceMetadataOther"` // that URL is on another origin than the server
	Scopes                []string  `json:"scopes"`                // of the challenge that counts; never nil
	Error                 string    `json:"error"`                 // RFC 6750 error code
	ErrorDescription      string    `json:"errorDescription"`      //
	Findings              []Finding `json:"findings"`              // what is wrong or worth knowing; never nil
	Next                  string    `json:"next"`                  // the next step, one sentence
}

// Header is one response header field.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Scheme is one challenge of a WWW-Authenticate header.
type Scheme struct {
	Name     string        `json:"name"`               // as written: "Bearer", "bEaReR"
	Token68  string        `json:"token68,omitempty"`  // RFC 9110 token68, instead of parameters
	Params   []Param       `json:"params"`             // in order, repeated ones too; never nil
	Header   int           `json:"header"`             // index into Raw
	Start    int           `json:"start"`              // byte offset of the scheme in that header value
	End      int           `json:"end"`                // byte offset behind its last parameter
	Problem  *SyntaxError  `json:"problem,omitempty"`  // where reading stopped, if it did
	Problems []SyntaxError `json:"problems,omitempty"` // everything that is wrong with it, Problem the first
	Meaning  string        `json:"meaning"`            // what the scheme is, with its source
	Source   string        `json:"source"`             // "RFC 6750 section 3"
}

// Param is one auth-param of a challenge.
type Param struct {
	Name    string `json:"name"`    // as written
	Value   string `json:"value"`   // unquoted and unescaped
	Quoted  bool   `json:"quoted"`  //
	Start   int    `json:"start"`   // byte offset in the header value
	Meaning string `json:"meaning"` // what it tells the client
	Source  string `json:"source"`  // "RFC 9728 section 5.1"
}

// SyntaxError says where and why a header value could not be read on.
type SyntaxError struct {
	Offset  int    `json:"offset"`  // byte offset in the header value
	Rest    string `json:"rest"`    // what stands there, at most 80 bytes
	Message string `json:"message"` // what was expected
}

// Finding is something wrong with, or worth knowing about, a refusal.
type Finding struct {
	Severity string `json:"severity"` // error, warning, info
	Text     string `json:"text"`     // one plain sentence
	Source   string `json:"source"`   // RFC and section, or empty
	Fix      string `json:"fix"`      // what to change on the server's side, or empty
}
