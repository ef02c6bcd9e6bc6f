package challenge

import (
	"strings"
	"unicode/utf8"
)

// Parse reads the challenges of WWW-Authenticate values (RFC 9110 sections 11.3, 11.4 and 11.6.1), leniently: what
// is broken is told with its place, and everything readable before and after it is kept. It never fails.
//
//	challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
//	WWW-Authenticate = #challenge
func Parse(values []string) []Scheme {
	found := []Scheme{}
	for i, v := range values[:min(len(values), maxValues)] {
		p := &parser{v: v[:min(len(v), maxValue)], header: i}
		p.read()
		if len(v) > maxValue && len(p.schemes) > 0 {
			p.v = v
			p.problem(maxValue, "no more than 16 KiB: the rest is not read")
		}
		found = append(found, p.schemes...)
	}
	explain(found)
	return found
}

// parser reads one header value. Its one difficulty is that a comma divides parameters and challenges alike: what
// stands behind it is a parameter when "=" follows the word, else a new scheme.
type parser struct {
	v       string
	i       int
	header  int
	schemes []Scheme
}

func (p *parser) read() {
	comma := true // the value's start counts as one
	for {
		comma = p.separators() || comma
		if p.i >= len(p.v) || p.full() {
			return
		}
		from := p.i
		word := p.token()
		switch {
		case word == "":
			p.unreadable(from)
		case p.paramFollows():
			p.param(word, from, comma)
		default:
			p.scheme(word, from, comma)
		}
		comma = false
	}
}

// separators skips white space and commas ("a recipient MUST parse and ignore a reasonable number of empty list
// elements", RFC 9110 section 5.6.1.2) and says whether there was a comma.
func (p *parser) separators() (comma bool) {
	for p.i < len(p.v) {
		switch p.v[p.i] {
		case ' ', '\t':
		case ',':
			comma = true
		default:
			return comma
		}
		p.i++
	}
	return comma
}

func (p *parser) space() {
	for p.i < len(p.v) && (p.v[p.i] == ' ' || p.v[p.i] == '\t') {
		p.i++
	}
}

// token reads a token (RFC 9110 section 5.6.2), empty if there is none.
func (p *parser) token() string {
	from := p.i
	for p.i < len(p.v) && isTokenChar(p.v[p.i]) {
		p.i++
	}
	return p.v[from:p.i]
}

// paramFollows says whether the word just read is a parameter's name: "=" comes next, perhaps behind white space
// ("BWS", RFC 9110 section 5.6.3: bad, but to be read).
func (p *parser) paramFollows() bool {
	return strings.HasPrefix(strings.TrimLeft(p.v[p.i:], " \t"), "=")
}

// scheme starts a challenge and reads its token68, if it has one.
func (p *parser) scheme(name string, from int, comma bool) {
	if !comma && len(p.schemes) > 0 {
		p.problem(from, "a comma before the next challenge")
	}
	p.schemes = append(p.schemes, Scheme{Name: name, Params: []Param{}, Header: p.header, Start: from, End: p.i})
	s := p.current()
	if p.i < len(p.v) && p.v[p.i] != ' ' && p.v[p.i] != ',' {
		if p.v[p.i] != '\t' {
			return // what stands there is unreadable: the loop tells
		}
		p.problem(p.i, "a space behind the scheme, not a tab")
	}
	p.space()
	if t := token68(p.v[p.i:]); t != "" {
		p.i += len(t)
		s.Token68, s.End = t, p.i
	}
}

// token68 is the token68 at the start of s: it reaches to a comma or the end, else it is a parameter's name or
// part of something broken.
func token68(s string) string {
	n := 0
	for n < len(s) && isToken68Char(s[n]) {
		n++
	}
	if n == 0 {
		return ""
	}
	for n < len(s) && s[n] == '=' {
		n++
	}
	if rest := strings.TrimLeft(s[n:], " \t"); rest != "" && rest[0] != ',' {
		return ""
	}
	name, padding := strings.TrimRight(s[:n], "="), strings.Count(s[:n], "=")
	if padding == 1 && isKnownParam(name) || padding == 0 && isKnownScheme(name) {
		return "" // "realm=" lacks its value, "Negotiate NTLM" lacks a comma
	}
	return s[:n]
}

// param reads "= value" and files it under the current challenge.
func (p *parser) param(name string, from int, comma bool) {
	if len(p.schemes) == 0 {
		// Without a scheme nobody knows what the parameter belongs to; it is kept under a nameless one.
		p.schemes = append(p.schemes, Scheme{Params: []Param{}, Header: p.header, Start: from, End: from})
		p.problem(from, "an authentication scheme such as Bearer before the parameters")
	}
	s := p.current()
	if !comma && len(s.Params) > 0 {
		p.problem(from, "a comma before the next parameter")
	}
	if s.Token68 != "" {
		p.problem(from, "either a token68 or parameters, not both")
	}
	p.space()
	p.i++ // the "="
	p.space()
	prm := Param{Name: name, Start: from}
	switch {
	case p.i < len(p.v) && p.v[p.i] == '"':
		prm.Quoted = true
		prm.Value = p.quoted()
	default:
		prm.Value = p.unquoted()
	}
	s.Params = append(s.Params, prm)
	s.End = p.i
}

// quoted reads a quoted-string (RFC 9110 section 5.6.4). One that does not end goes up to the end of the value,
// or up to what looks like the next parameter, because the closing quote of one value is the most likely to be lost.
func (p *parser) quoted() string {
	open := p.i
	end := closingQuote(p.v, open)
	if end < 0 || p.opensNext(open, end) {
		p.problem(open, "a closing quote")
		end = len(p.v)
		if k := nextParam(p.v[open+1:]); k >= 0 {
			end = open + 1 + k
		}
		p.i = end
		return unquote(p.v[open+1 : end])
	}
	p.i = end + 1
	inside := p.v[open+1 : end]
	for k := 0; k < len(inside); k++ {
		if c := inside[k]; c < ' ' && c != '\t' || c == 0x7f {
			p.problem(open+1+k, "no control characters in a quoted string")
			break
		}
	}
	if !utf8.ValidString(inside) {
		p.problem(open, "text in UTF-8 or ASCII")
	}
	return unquote(inside)
}

// opensNext says whether the quote at end is not the closing one but opens the next parameter's value, as in
// realm="x, error="y": "name=" stands before it and no delimiter behind it.
func (p *parser) opensNext(open, end int) bool {
	if end+1 >= len(p.v) || p.v[end+1] == ',' || p.v[end+1] == ' ' || p.v[end+1] == '\t' {
		return false
	}
	inside := p.v[open+1 : end]
	k := nextParam(inside)
	if k < 0 {
		return false
	}
	q := parser{v: inside, i: k}
	q.separators()
	q.token()
	return strings.Trim(inside[q.i:], " \t") == "="
}

func closingQuote(v string, open int) int {
	for k := open + 1; k < len(v); k++ {
		switch v[k] {
		case '\\':
			k++
		case '"':
			return k
		}
	}
	return -1
}

// nextParam finds the end of a value that lost its closing quote: where `, name="` or `, name=` starts.
func nextParam(s string) int {
	for k := 0; k < len(s); k++ {
		if s[k] != ',' {
			continue
		}
		q := parser{v: s, i: k}
		q.separators()
		next := q.i
		if q.token() != "" && q.paramFollows() {
			return k
		}
		k = next - 1
	}
	return -1
}

func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for k := 0; k < len(s); k++ {
		if s[k] == '\\' && k+1 < len(s) {
			k++
		}
		b.WriteByte(s[k])
	}
	return b.String()
}

// unquoted reads a value without quotes. Only a token may stand so; a URL or words divided by spaces are taken as far
// as they make sense, because that is what a server's author meant.
func (p *parser) unquoted() string {
	from := p.i
	if p.token(); p.i > from && p.complete() {
		return p.v[from:p.i]
	}
	for p.i < len(p.v) && p.v[p.i] != ',' && !p.complete() {
		p.i++
	}
	v := strings.TrimRight(p.v[from:p.i], " \t")
	p.i = from + len(v)
	if v == "" {
		p.problem(from, `a value behind "="`)
	} else {
		p.problem(from, "quotes around a value that is not a token")
	}
	return v
}

// complete says whether an unquoted value is complete here: the end, a comma, a parameter or a known scheme follows.
func (p *parser) complete() bool {
	if !p.ended() {
		return false
	}
	q := parser{v: p.v, i: p.i}
	q.space()
	if q.ended() { // the end, or a comma
		return true
	}
	word := q.token()
	return word != "" && (q.paramFollows() || isKnownScheme(word) && q.ended())
}

// ended says whether a value may end here.
func (p *parser) ended() bool {
	return p.i >= len(p.v) || p.v[p.i] == ',' || p.v[p.i] == ' ' || p.v[p.i] == '\t'
}

// unreadable skips what is neither a scheme nor a parameter, up to the next comma or space.
func (p *parser) unreadable(from int) {
	if len(p.schemes) == 0 {
		p.schemes = append(p.schemes, Scheme{Params: []Param{}, Header: p.header, Start: from, End: from})
	}
	expected := "a scheme or a parameter"
	if p.v[from] >= utf8.RuneSelf {
		expected += " (which are ASCII)"
	}
	p.problem(from, expected)
	if p.v[p.i] == '"' {
		if end := closingQuote(p.v, p.i); end >= 0 {
			p.i = end + 1
			return
		}
	}
	for p.i < len(p.v) && !p.ended() && (p.i == from || !isTokenChar(p.v[p.i])) {
		p.i++
	}
}

func (p *parser) current() *Scheme { return &p.schemes[len(p.schemes)-1] }

// Bounds: a hostile header of a megabyte must not become a challenge of a hundred.
const (
	maxValues   = 64       // header lines that are read
	maxValue    = 16 << 10 // bytes of one that are read: some looks ahead are quadratic
	maxRest     = 80       // bytes that a [SyntaxError] quotes
	maxSchemes  = 50       // challenges in one header value
	maxParams   = 100      // parameters of one challenge
	maxProblems = 20       // problems of one challenge
)

// full says whether so much was read that the rest is left, and tells it.
func (p *parser) full() bool {
	n := len(p.schemes)
	if n < maxSchemes && (n == 0 || len(p.current().Params) < maxParams) {
		return false
	}
	p.current().Problems = p.current().Problems[:min(len(p.current().Problems), maxProblems-1)]
	p.problem(p.i, "no more than 50 challenges with 100 parameters each: the rest is not read")
	return true
}

// problem files a problem under the current challenge.
func (p *parser) problem(at int, expected string) {
	if len(p.current().Problems) >= maxProblems {
		return
	}
	rest := p.v[at:min(len(p.v), at+maxRest)]
	for len(p.v) > at+maxRest && rest != "" && !utf8.ValidString(rest) && utf8.ValidString(p.v) {
		rest = rest[:len(rest)-1] // cut at a character
	}
	e := SyntaxError{Offset: at, Rest: strings.ToValidUTF8(rest, "\uFFFD"), Message: "expected " + expected}
	s := p.current()
	if s.Problem == nil {
		s.Problem = &e
	}
	s.Problems = append(s.Problems, e)
}

// isTokenChar says whether c is a tchar (RFC 9110 section 5.6.2).
func isTokenChar(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// isToken68Char says whether c may stand in a token68 before its padding (RFC 9110 section 11.2).
func isToken68Char(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-._~+/", c) >= 0
}
