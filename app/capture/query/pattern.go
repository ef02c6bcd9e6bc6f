package query

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxGlob   = 512 // bytes of a pattern with stars: matching costs its length times that of the text at the worst
	maxRegexp = 512 // bytes of a regular expression
)

// pattern is what a text field is compared with, without regard to case. The zero value matches the empty text.
type pattern struct {
	lower string         // whole text, or the glob, in lower case
	glob  bool           // lower holds * or ?
	re    *regexp.Regexp // instead of lower: found somewhere in the text
	any   bool           // "*": anything but nothing
}

// newPattern reads a value: /…/ is a regular expression (RE2) that is looked for anywhere; any other value is the whole
// text, with * for any characters and ? for one. Quotes switch all that off.
func newPattern(value string, quoted bool) (pattern, error) {
	if quoted {
		return pattern{lower: strings.ToLower(value)}, nil
	}
	if body, ok := regexpBody(value); ok {
		re, err := compile(body)
		return pattern{re: re}, err
	}
	p := pattern{lower: strings.ToLower(value), glob: strings.ContainsAny(value, "*?"), any: strings.Trim(value, "*") == "" && value != ""}
	if p.glob && len(value) > maxGlob {
		return p, &badValue{fmt.Sprintf("a pattern has at most %d characters", maxGlob), "write a shorter one"}
	}
	return p, nil
}

func regexpBody(value string) (string, bool) {
	if len(value) < 3 || value[0] != '/' || value[len(value)-1] != '/' {
		return "", false
	}
	return value[1 : len(value)-1], true
}

func compile(body string) (*regexp.Regexp, error) {
	if len(body) > maxRegexp {
		return nil, &badValue{fmt.Sprintf("a regular expression has at most %d characters", maxRegexp), "write a shorter one"}
	}
	re, err := regexp.Compile("(?i)" + body)
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, &badValue{"no regular expression: " + reason, "put it in quotes to look for it as it stands"}
	}
	return re, nil
}

func (p *pattern) match(s string) bool {
	switch {
	case p.re != nil:
		return p.re.MatchString(s)
	case p.any:
		return s != ""
	case p.glob:
		return globMatch(p.lower, s)
	}
	return equalLower(s, p.lower)
}

// equalLower says whether s in lower case is lower.
func equalLower(s, lower string) bool {
	i := 0
	for ; i < len(s) && i < len(lower); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return strings.ToLower(s[i:]) == lower[i:]
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return i == len(s) && i == len(lower)
}

// globMatch matches the whole of s. Only the last star is gone back to, so the time is at most the product of both
// lengths.
func globMatch(glob, s string) bool {
	star, mark := -1, 0
	g, i := 0, 0
	for i < len(s) {
		r, n := lowerRune(s[i:])
		if g < len(glob) {
			if glob[g] == '*' {
				star, mark = g, i
				g++
				continue
			}
			want, size := utf8.DecodeRuneInString(glob[g:])
			if glob[g] == '?' || want == r {
				g += size
				i += n
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n = lowerRune(s[mark:])
		mark += n
		g, i = star+1, mark
	}
	return strings.Trim(glob[g:], "*") == ""
}

func lowerRune(s string) (rune, int) {
	if c := s[0]; c < utf8.RuneSelf {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		return rune(c), 1
	}
	r, n := utf8.DecodeRuneInString(s)
	return unicode.ToLower(r), n
}
