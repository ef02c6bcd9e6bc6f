package profile

import "strings"

// replacePlaceholders hands the inside of every ${…} to fn and puts what it returns there. $${ is an escape for
// the text ${ and stays out of fn; what fn returns is not looked at again. An unclosed ${ is plain text.
func replacePlaceholders(text string, fn func(inside string) string) string {
	return scanPlaceholders(text, "${", func(_ int, inside string) string { return fn(inside) })
}

// mapPlaceholders is replacePlaceholders that keeps escapes: for rewriting a text that is filled later.
func mapPlaceholders(text string, fn func(inside string) string) string {
	return scanPlaceholders(text, "$${", func(_ int, inside string) string { return fn(inside) })
}

// scanPlaceholders also gives the offset of each placeholder; escaped is written for each $${.
func scanPlaceholders(text, escaped string, fn func(at int, inside string) string) string {
	var b strings.Builder
	done := 0
	for {
		i := strings.Index(text[done:], "${")
		if i < 0 {
			break
		}
		i += done
		if i > done && text[i-1] == '$' {
			b.WriteString(text[done:i-1] + escaped)
			done = i + 2
			continue
		}
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			break
		}
		b.WriteString(text[done:i] + fn(i, text[i+2:i+end]))
		done = i + end + 1
	}
	return b.String() + text[done:]
}

// hasPlaceholder reports whether Fill would look at the text.
func hasPlaceholder(text string) bool {
	found := false
	replacePlaceholders(text, func(string) string { found = true; return "" })
	return found
}

// Literal makes a text that Fill leaves as it is: nothing in it is a placeholder.
func Literal(text string) string { return escapePlaceholders(text) }

// escapePlaceholders makes a text that fills to itself; unescapePlaceholders is its reverse.
func escapePlaceholders(text string) string   { return strings.ReplaceAll(text, "${", "$${") }
func unescapePlaceholders(text string) string { return strings.ReplaceAll(text, "$${", "${") }

// texts calls fn with every text of a profile that may hold placeholders and puts its answer there.
func (p *Profile) texts(fn func(field, text string) string) {
	p.Command = fn("command", p.Command)
	for i := range p.Args {
		p.Args[i] = fn(indexed("args", i), p.Args[i])
	}
	for i, v := range p.Env {
		if !v.Secret {
			p.Env[i].Value = fn(indexed("env", i)+".value", v.Value)
		}
	}
	p.Cwd = fn("cwd", p.Cwd)
	p.URL = fn("url", p.URL)
	for i, v := range p.Headers {
		if !v.Secret {
			p.Headers[i].Value = fn(indexed("headers", i)+".value", v.Value)
		}
	}
	p.Network.CA = fn("network.ca", p.Network.CA)
	p.Network.ClientCert = fn("network.clientCert", p.Network.ClientCert)
	p.Network.ClientKey = fn("network.clientKey", p.Network.ClientKey)
	p.Network.Proxy = fn(proxyField, p.Network.Proxy)
}

const proxyField = "network.proxy"
