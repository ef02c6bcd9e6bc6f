package export

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shellQuote makes one word of a POSIX shell of text, whatever is in it but NUL, which no argument can hold: between
// single quotes every character stands for itself (POSIX.1-2024, shell command language, 2.2.2).
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func shellEnv(name string) string { return `"$` + name + `"` }

// printfFormat writes text as the format of the shell's printf, between single quotes: NUL and other control characters
// as octal escapes, so that bytes come out that no argument can hold.
func printfFormat(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '-' && i == 0: // some take it for an option
			b.WriteString(`\055`)
		case c == '%':
			b.WriteString("%%")
		case c == '\\':
			b.WriteString(`\\`)
		case c < 0x20 || c == 0x7f || c >= 0x80 && !utf8.ValidString(text):
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// powerQuote makes a string of PowerShell: it takes the typographic quotes for single quotes too
// (about_Quoting_Rules), so each is doubled.
func powerQuote(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		b.WriteRune(r)
		switch r {
		case '\'', '‘', '’', '‚', '‛':
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

func powerEnv(name string) string { return "$env:" + name }

// scriptQuote makes a string literal of TypeScript and of Python, which agree on what is used here: double quotes,
// \\ \" \n \r \t and \xNN for what does not print. What is not UTF-8 must not come here.
func scriptQuote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02x`, r)
		case hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// hidden says whether r cannot be seen or turns what stands around it: code that is pasted shows what it does.
func hidden(r rune) bool {
	return r == 0xad || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0x61c
}

// scriptText is a literal over several lines where text reads better so: open and end hold it as it is.
func scriptText(text, open, end string, trouble ...string) string {
	plain := strings.Contains(text, "\n") && strings.IndexFunc(text, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || hidden(r) }) < 0
	for _, t := range append(trouble, `\`) {
		plain = plain && !strings.Contains(text, t)
	}
	if !plain {
		return scriptQuote(text)
	}
	return open + text + end
}

func jsText(text string) string { return scriptText(text, "`", "`", "`", "${") }

// pyText leaves text that ends with a quote to scriptQuote: it would run into the closing ones.
func pyText(text string) string {
	if strings.HasSuffix(text, `"`) {
		return scriptQuote(text)
	}
	return scriptText(text, `"""`, `"""`, `"""`)
}

func jsEnv(name string) string { return `(process.env.` + name + ` ?? "")` }
func pyEnv(name string) string { return `os.environ["` + name + `"]` }
func goEnv(name string) string { return `os.Getenv("` + name + `")` }

// goText is a Go literal: raw over several lines where that is possible.
func goText(text string) string {
	if strings.Contains(text, "\n") && strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && (!strconv.IsPrint(r) || r == '`' || r == utf8.RuneError)
	}) < 0 {
		return "`" + text + "`"
	}
	return goQuote(text)
}

func goQuote(text string) string { return strconv.Quote(text) }

// latin1 is text as JavaScript's Headers and Go's wire agree on it: one character for each byte.
func latin1(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func base64Of(b string) string { return base64.StdEncoding.EncodeToString([]byte(b)) }
