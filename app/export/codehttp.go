package export

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxArgument is how long a body may be as an argument of a program: Linux takes 128 KiB at most (MAX_ARG_STRLEN). A
// longer one goes through a pipe, from the shell's own printf.
const maxArgument = 64 << 10

// exchangeCode writes the HTTP request.
func (c *coder) exchangeCode(form string) (string, error) {
	body, err := short(c.source, c.subject.carrier, wire.PartRequest)
	if err != nil {
		return "", err
	}
	if c.subject.exchange.RequestHeaders == nil {
		c.note("No header of this request was recorded.")
	}
	r := request{c: c, x: c.subject.exchange, body: string(body)}
	switch form {
	case "curl":
		return r.curl(), nil
	case "powershell":
		return r.powershell(), nil
	case "go-http":
		return r.golang(), nil
	case "fetch":
		return r.fetch(), nil
	}
	return r.httpx(), nil
}

// request is one HTTP request to be written.
type request struct {
	c    *coder
	x    *wire.Exchange
	body string
}

func (r request) cut(text string) []piece { return r.c.secrets.cut(text) }

// host is what the Host header says beside the URL, empty when it says the same.
func (r request) host() string {
	for _, h := range r.x.RequestHeaders {
		if strings.EqualFold(h.Name, "host") || h.Name == ":authority" {
			if u, err := url.Parse(r.x.URL); err == nil && u.Host == h.Value {
				return ""
			}
			return h.Value
		}
	}
	return ""
}

func (r request) has(name string) bool {
	for _, h := range r.x.RequestHeaders {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

func shellWord(list []piece) string { return join(list, shellQuote, shellEnv, "") }

// curl writes a command line that sends this request and no other: what curl would add by itself is taken out, and
// nothing in it is read as an option, a file name or a pattern.
func (r request) curl() string {
	args := []string{"curl --silent --show-error --include --globoff --path-as-is"}
	if r.has("accept-encoding") {
		args[0] += " --compressed"
	}
	if strings.Contains(r.x.URL, "://") && r.stream() {
		args[0] += " --no-buffer"
	}
	if r.x.Method == "HEAD" {
		args[0] += " --head"
	} else {
		args[0] += " --request " + shellQuote(r.x.Method)
	}
	args = append(args, "--url "+shellWord(r.cut(r.x.URL)))
	if h := r.host(); h != "" {
		args = append(args, "--header "+shellWord(r.cut("Host: "+h)))
	}
	for _, h := range r.c.headers("host") {
		line := h.Name + ": " + h.Value
		if h.Value == "" {
			line = h.Name + ";" // "X:" would take the header out
		}
		args = append(args, "--header "+shellWord(r.cut(line)))
	}
	for _, name := range []string{"Accept", "User-Agent"} {
		if !r.has(name) {
			args = append(args, "--header "+shellQuote(name+":"))
		}
	}
	pipe := ""
	if r.body != "" {
		pipe, args = r.curlBody(args)
	}
	return pipe + strings.Join(args, " \\\n  ") + "\n"
}

func (r request) stream() bool {
	for _, h := range r.x.RequestHeaders {
		if strings.EqualFold(h.Name, "accept") && strings.Contains(h.Value, "text/event-stream") {
			return true
		}
	}
	return false
}

func (r request) curlBody(args []string) (pipe string, out []string) {
	if !r.has("content-type") {
		args = append(args, "--header 'Content-Type:'")
	}
	if len(r.body) > 1<<20 && !r.has("expect") {
		args = append(args, "--header 'Expect:'") // curl asks before it sends more than 1 MiB
	}
	list := r.cut(r.body)
	if len(r.body) <= maxArgument && !strings.Contains(r.body, "\x00") && utf8.ValidString(r.body) {
		return "", append(args, "--data-raw "+shellWord(list)) // not --data: it takes a leading @ for a file
	}
	var format, vars strings.Builder
	for _, p := range list {
		if p.env != "" {
			format.WriteString("%s")
			vars.WriteString(" " + shellEnv(p.env))
			continue
		}
		format.WriteString(strings.ReplaceAll(printfFormat(p.text), "'", `'\''`))
	}
	return "printf '" + format.String() + "'" + vars.String() + " | ", append(args, "--data-binary @-")
}

func (r request) powershell() string {
	var b strings.Builder
	b.WriteString("$headers = @{\n")
	contentType := ""
	for _, h := range r.c.headers("host") {
		if strings.EqualFold(h.Name, "content-type") {
			contentType = h.Value
			continue
		}
		fmt.Fprintf(&b, "  %s = %s\n", powerQuote(h.Name), join(r.cut(h.Value), powerQuote, powerEnv, " + "))
	}
	if h := r.host(); h != "" {
		fmt.Fprintf(&b, "  'Host' = %s\n", join(r.cut(h), powerQuote, powerEnv, " + "))
	}
	b.WriteString("}\n")
	with := ""
	if contentType != "" {
		with += " `\n  -ContentType " + powerArg(r.cut(contentType))
	}
	if r.body != "" {
		if utf8.ValidString(r.body) {
			fmt.Fprintf(&b, "$body = [Text.Encoding]::UTF8.GetBytes(%s)\n", join(r.cut(r.body), powerQuote, powerEnv, " + "))
		} else {
			fmt.Fprintf(&b, "$body = [Convert]::FromBase64String('%s')\n", base64Of(r.body))
		}
		with += " `\n  -Body $body"
	}
	fmt.Fprintf(&b, "Invoke-WebRequest -UseBasicParsing -Method %s `\n  -Uri %s `\n  -Headers $headers%s\n", powerQuote(r.x.Method), powerArg(r.cut(r.x.URL)), with)
	return b.String()
}

// powerArg is an expression as an argument of a command.
func powerArg(list []piece) string {
	if len(list) == 1 {
		return join(list, powerQuote, powerEnv, "")
	}
	return "(" + join(list, powerQuote, powerEnv, " + ") + ")"
}

func (r request) golang() string {
	var set strings.Builder
	goWord := func(text string) string { return join(r.cut(text), goQuote, goEnv, " + ") }
	seen := map[string]bool{}
	for _, h := range r.c.headers("host") {
		name := strings.ToLower(h.Name)
		verb := "Set"
		if seen[name] {
			verb = "Add"
		}
		seen[name] = true
		fmt.Fprintf(&set, "\treq.Header.%s(%s, %s)\n", verb, goQuote(h.Name), goWord(h.Value))
	}
	if h := r.host(); h != "" {
		fmt.Fprintf(&set, "\treq.Host = %s\n", goWord(h))
	}
	body, imports := "nil", []string{"fmt", "io", "log", "net/http", "os"}
	if r.body != "" {
		body = "strings.NewReader(" + join(r.cut(r.body), goText, goEnv, " + ") + ")"
		imports = append(imports, "strings")
	}
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	for _, i := range imports {
		fmt.Fprintf(&b, "\t%q\n", i)
	}
	fmt.Fprintf(&b, ")\n\nfunc main() {\n\treq, err := http.NewRequest(%s, %s, %s)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n", goQuote(r.x.Method), goWord(r.x.URL), body)
	b.WriteString(set.String())
	b.WriteString("\tresp, err := http.DefaultClient.Do(req)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tdefer resp.Body.Close()\n\tfmt.Fprintln(os.Stderr, resp.Status)\n")
	b.WriteString("\tif _, err := io.Copy(os.Stdout, resp.Body); err != nil {\n\t\tlog.Print(err)\n\t}\n}\n")
	return b.String()
}

func (r request) fetch() string {
	var b strings.Builder
	word := func(text string) string { return join(r.cut(text), scriptQuote, jsEnv, " + ") }
	fmt.Fprintf(&b, "const response = await fetch(%s, {\n  method: %s,\n  redirect: \"manual\",\n  headers: [\n", word(r.x.URL), scriptQuote(r.x.Method))
	for _, h := range r.c.headers("host") {
		value := join(r.cut(h.Value), func(s string) string { return scriptQuote(latin1(s)) }, jsEnv, " + ")
		fmt.Fprintf(&b, "    [%s, %s],\n", scriptQuote(h.Name), value)
	}
	b.WriteString("  ],\n")
	if r.host() != "" {
		r.c.note("The Host header differs from the URL: fetch cannot send it.")
	}
	switch {
	case r.body == "":
	case r.x.Method == "GET" || r.x.Method == "HEAD":
		r.c.note("The body of a %s is left out: fetch cannot send it.", r.x.Method)
	case utf8.ValidString(r.body):
		fmt.Fprintf(&b, "  body: %s,\n", join(r.cut(r.body), jsText, jsEnv, " + "))
	default:
		fmt.Fprintf(&b, "  body: Uint8Array.from(atob(%q), (c) => c.charCodeAt(0)),\n", base64Of(r.body))
	}
	b.WriteString("});\nconsole.error(response.status, response.statusText);\nconsole.log(await response.text());\n")
	return b.String()
}

func (r request) httpx() string {
	var b strings.Builder
	word := func(text string) string { return join(r.cut(text), scriptQuote, pyEnv, " + ") }
	if r.secretsInUse() {
		b.WriteString("import os\n\n")
	}
	b.WriteString("import httpx\n\n")
	fmt.Fprintf(&b, "request = httpx.Request(\n    %s,\n    %s,\n    headers=[\n", scriptQuote(r.x.Method), word(r.x.URL))
	headers := r.c.headers("host")
	if h := r.host(); h != "" {
		headers = append(headers, wire.Header{Name: "Host", Value: h})
	}
	for _, h := range headers {
		value := word(h.Value)
		if !ascii(h.Value) {
			value = "(" + value + ").encode()"
			fmt.Fprintf(&b, "        (%s.encode(), %s),\n", scriptQuote(h.Name), value)
			continue
		}
		fmt.Fprintf(&b, "        (%s, %s),\n", scriptQuote(h.Name), value)
	}
	b.WriteString("    ],\n")
	switch {
	case r.body == "":
	case utf8.ValidString(r.body):
		fmt.Fprintf(&b, "    content=(%s).encode(),\n", join(r.cut(r.body), pyText, pyEnv, " + "))
	default:
		fmt.Fprintf(&b, "    content=__import__(\"base64\").b64decode(%q),\n", base64Of(r.body))
	}
	b.WriteString(")\nwith httpx.Client(timeout=None) as client:\n    response = client.send(request)\n    print(response.status_code, response.reason_phrase)\n    print(response.text)\n")
	return b.String()
}

// secretsInUse says whether any part of the request has a placeholder.
func (r request) secretsInUse() bool {
	all := r.x.URL + r.body
	for _, h := range r.x.RequestHeaders {
		all += h.Value
	}
	return masked.MatchString(all)
}
