package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// refused are the characters that make a shell do more than start one program.
var refused = map[rune]string{
	'|': "| would pipe into another command",
	'&': "& would start another command",
	';': "; would start another command",
	'<': "< would read from a file",
	'>': "> would write to a file",
	'(': "( would start a subshell",
	')': ") would end a subshell",
	'`': "` would run a command",
}

// filled are the insides of ${…} that Fill understands.
var filled = regexp.MustCompile(`^((secret|input|env):.+|[A-Za-z_][A-Za-z0-9_]*(:-.*)?)$`)

// splitShell splits a line into words as a POSIX shell quotes (XCU 2.2), expanding nothing: what a shell would
// look up stays as a placeholder, what it would run is refused.
func splitShell(line string) ([]string, error) {
	s := splitter{in: []rune(line)}
	for s.i < len(s.in) && s.err == nil {
		s.unquoted(s.in[s.i])
	}
	s.endWord()
	if s.err != nil {
		return nil, s.err
	}
	return s.words, nil
}

type splitter struct {
	in    []rune
	i     int
	words []string
	word  strings.Builder // the current word, placeholders as they are
	lit   []rune          // plain text after it
	open  bool            // in a word, if only an empty quoted one
	err   error
}

// fail reports the character at index i.
func (s *splitter) fail(i int, reason string) {
	if s.err != nil {
		return
	}
	line, column := 1, 1
	for _, r := range s.in[:min(i, len(s.in))] {
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	s.err = &TextError{Line: line, Column: column, Reason: reason}
}

func (s *splitter) put(r rune) {
	s.lit = append(s.lit, r)
	s.open = true
}

func (s *splitter) flush() {
	s.word.WriteString(escapePlaceholders(string(s.lit)))
	s.lit = nil
}

func (s *splitter) endWord() {
	if !s.open {
		return
	}
	s.flush()
	s.words = append(s.words, s.word.String())
	s.word.Reset()
	s.open = false
}

func (s *splitter) peek(n int) rune {
	if s.i+n < len(s.in) {
		return s.in[s.i+n]
	}
	return 0
}

func (s *splitter) unquoted(r rune) {
	switch {
	case r == '\n' || r == '\r':
		s.endWord()
		if strings.TrimSpace(string(s.in[s.i:])) != "" && (r == '\n' || s.peek(1) != '\n') {
			s.fail(s.i, "the line ends here and another one follows: type one command")
		}
		s.i++
	case unicode.IsSpace(r):
		s.endWord()
		s.i++
	case r == '\\':
		s.escape()
	case r == '\'':
		s.single()
	case r == '"':
		s.double()
	case r == '$':
		s.dollar(false)
	case r == '~' && !s.open && (s.peek(1) == '/' || s.peek(1) == 0 || unicode.IsSpace(s.peek(1))):
		s.placeholder("userHome", 1)
	case refused[r] != "":
		s.fail(s.i, refused[r]+": only one program can be started; quote it to pass it on")
	default:
		s.put(r)
		s.i++
	}
}

func (s *splitter) escape() {
	switch next := s.peek(1); {
	case s.i+1 >= len(s.in):
		s.fail(s.i, `nothing follows the \`)
	case next == '\n':
		s.i += 2
	case next == '\r' && s.peek(2) == '\n':
		s.i += 3
	default:
		s.put(next)
		s.i += 2
	}
}

func (s *splitter) single() {
	start := s.i
	s.open = true
	for s.i++; s.i < len(s.in); s.i++ {
		if s.in[s.i] == '\'' {
			s.i++
			return
		}
		s.put(s.in[s.i])
	}
	s.fail(start, "the ' is not closed")
}

func (s *splitter) double() {
	start := s.i
	s.open = true
	s.i++
	for s.i < len(s.in) && s.err == nil {
		switch r := s.in[s.i]; {
		case r == '"':
			s.i++
			return
		case r == '\\' && strings.ContainsRune("\"\\$`\n", s.peek(1)) && s.peek(1) != 0:
			if s.peek(1) != '\n' {
				s.put(s.peek(1))
			}
			s.i += 2
		case r == '`':
			s.fail(s.i, refused[r]+": use ' quotes to pass it on")
		case r == '$':
			s.dollar(true)
		default:
			s.put(r)
			s.i++
		}
	}
	s.fail(start, `the " is not closed`)
}

// dollar reads what follows a $ that a shell would expand.
func (s *splitter) dollar(quoted bool) {
	next := s.peek(1)
	switch {
	case next == '(':
		s.fail(s.i, "$( would run a command: use ' quotes to pass it on")
	case next == '{':
		end := slices.Index(s.in[s.i:], '}')
		if end < 0 {
			s.fail(s.i, "the ${ is not closed")
			return
		}
		inside := string(s.in[s.i+2 : s.i+end])
		if !filled.MatchString(inside) {
			s.fail(s.i, "${ holds an expansion that is not done here: ${NAME}, ${env:NAME}, ${input:id} and ${secret:name} are")
			return
		}
		s.placeholder(inside, end+1)
	case !quoted && (next == '\'' || next == '"'):
		s.fail(s.i, "$"+string(next)+" is a quote of some shells only: use plain quotes")
	case next != 0 && (unicode.IsDigit(next) || strings.ContainsRune("?$!#@*-", next)):
		s.fail(s.i, fmt.Sprintf("$%c is known to a shell only: use ' quotes to pass it on", next))
	default:
		end := s.i + 1
		for end < len(s.in) && (s.in[end] == '_' || s.in[end] < unicode.MaxASCII && (unicode.IsLetter(s.in[end]) || unicode.IsDigit(s.in[end]))) {
			end++
		}
		if end == s.i+1 {
			s.put('$')
			s.i++
			return
		}
		s.placeholder(string(s.in[s.i+1:end]), end-s.i)
	}
}

// placeholder writes ${inside} for the next n characters.
func (s *splitter) placeholder(inside string, n int) {
	s.flush()
	if strings.HasSuffix(s.word.String(), "$") {
		s.fail(s.i, "a plain $ cannot stand right before a variable")
	}
	s.word.WriteString("${" + inside + "}")
	s.open = true
	s.i += n
}

// splitArgv splits a line as programs on Windows do (CommandLineToArgvW): backslashes are plain but before a quote.
// ${…} stays a placeholder.
func splitArgv(line string) ([]string, error) {
	s := splitter{in: []rune(line)}
	quote := -1
	for s.i < len(s.in) {
		switch r := s.in[s.i]; {
		case r == '\\':
			s.backslashes()
			continue
		case r == '"' && quote >= 0 && s.peek(1) == '"':
			s.raw(`"`)
			s.i++
		case r == '"':
			s.open = true
			if quote >= 0 {
				quote = -1
			} else {
				quote = s.i
			}
		case quote < 0 && (r == '\n' || r == '\r') && strings.TrimSpace(string(s.in[s.i:])) != "":
			s.fail(s.i, "the line ends here and another one follows: type one command")
		case quote < 0 && unicode.IsSpace(r):
			s.endWord()
		case quote < 0 && strings.ContainsRune("|&<>", r):
			s.fail(s.i, refused[r]+": only one program can be started; quote it to pass it on")
		default:
			s.raw(string(r))
		}
		s.i++
	}
	if quote >= 0 {
		s.fail(quote, `the " is not closed`)
	}
	s.endWord()
	if s.err != nil {
		return nil, s.err
	}
	return s.words, nil
}

// raw writes text without escaping ${.
func (s *splitter) raw(text string) {
	s.word.WriteString(text)
	s.open = true
}

// backslashes: 2n before a quote are n, 2n+1 before a quote are n and a plain quote, others are themselves.
func (s *splitter) backslashes() {
	n := 0
	for s.peek(n) == '\\' {
		n++
	}
	if s.peek(n) != '"' {
		s.raw(strings.Repeat(`\`, n))
		s.i += n
		return
	}
	s.raw(strings.Repeat(`\`, n/2))
	s.i += n
	if n%2 == 1 {
		s.raw(`"`)
		s.i++
	}
}

// CommandLine writes a command and its args as one line that ParseLine reads back. Env is left out.
func CommandLine(p Profile) string {
	words := []string{quoteWord(p.Command)}
	for _, a := range p.Args {
		words = append(words, quoteWord(a))
	}
	return strings.Join(words, " ")
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+:,./=^{}\[\]-]+$`)

// quoteShell quotes one word for splitShell; its placeholders stay placeholders.
func quoteShell(word string) string {
	var b strings.Builder
	lit := func(s string) {
		if plainWord.MatchString(s) {
			b.WriteString(s)
		} else if s != "" {
			b.WriteString("'" + strings.ReplaceAll(s, "'", `'\''`) + "'")
		}
	}
	done := 0
	scanPlaceholders(word, "", func(at int, inside string) string {
		lit(unescapePlaceholders(word[done:at]))
		b.WriteString(`"${` + inside + `}"`)
		done = at + len(inside) + 3
		return ""
	})
	lit(unescapePlaceholders(word[done:]))
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// quoteArgv quotes one word for splitArgv.
func quoteArgv(word string) string {
	if plainWord.MatchString(strings.NewReplacer(`\`, "", "$", "").Replace(word)) {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for _, r := range word {
		switch r {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	return b.String()
}
