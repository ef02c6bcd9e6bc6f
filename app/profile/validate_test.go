package profile

import (
	"testing"
)

func TestValidate(t *testing.T) {
	for want, p := range map[string]Profile{
		`server "unnamed": name: is empty`:                                                                      {Transport: HTTP, URL: "http://x"},
		`server "x": name: holds the control character U+000A`:                                                  {Name: "a\nb"},
		`server "x": name: holds the invisible character U+202E, which changes how text reads`:                  {Name: "a\u202eb"},
		`server "x": color: is none of red, orange, yellow, green, teal, blue, purple, pink`:                    {Name: "x", Color: "mauve"},
		`server "x": transport: is missing: stdio, http or sse`:                                                 {Name: "x"},
		`server "x": transport: is none of stdio, http, sse`:                                                    {Name: "x", Transport: "ws"},
		`server "x": command: is empty`:                                                                         {Name: "x", Transport: Stdio},
		`server "x": args[1]: holds a NUL character, which no program can be given`:                             {Name: "x", Transport: Stdio, Command: "c", Args: []string{"a\nb", "\x00"}},
		`server "x": url: is empty`:                                                                             {Name: "x", Transport: SSE},
		`server "x": url: is no URL`:                                                                            {Name: "x", Transport: HTTP, URL: "http://u:hunter2@[::1"},
		`server "x": url: has no host`:                                                                          {Name: "x", Transport: HTTP, URL: "http:///p"},
		`server "x": url: has the scheme of WebSocket, which MCP does not have: use http:// or https://`:        {Name: "x", Transport: HTTP, URL: "wss://h"},
		`server "x": url: does not start with http:// or https://`:                                              {Name: "x", Transport: HTTP, URL: "file:///etc/passwd"},
		`server "x": env[1].name: is the same as env[0].name`:                                                   {Name: "x", Transport: HTTP, URL: "http://h", Env: []Value{{Name: "A"}, {Name: "A"}}},
		`server "x": env[0].name: holds =`:                                                                      {Name: "x", Transport: HTTP, URL: "http://h", Env: []Value{{Name: "A=B"}}},
		`server "x": headers[1].name: is the same as headers[0].name`:                                           {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A"}, {Name: "a"}}},
		`server "x": headers[0].name: holds a character that header names cannot have (RFC 9110 section 5.6.2)`: {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A:"}}},
		`server "x": headers[0].value: holds the control character U+000D`:                                      {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A", Value: "b\r\nC: d"}}},
		`server "x": era.mode: is none of auto, legacy, modern`:                                                 {Name: "x", Transport: HTTP, URL: "http://h", Era: Era{Mode: "old"}},
		`server "x": era.version: is no modern version: 2026-07-28`:                                             {Name: "x", Transport: HTTP, URL: "http://h", Era: Era{"modern", "2024-11-05"}},
		`server "x": timeouts.probe: is not between 0 and 86400000 milliseconds`:                                {Name: "x", Transport: HTTP, URL: "http://h", Timeouts: Timeouts{Probe: -1}},
		`server "x": id: is not 1 to 64 letters, digits, - or _`:                                                {ID: "../x", Name: "x", Transport: HTTP, URL: "http://h"},
	} {
		err := validate(p, cmpOr(map[bool]string{true: "x"}[p.Name != ""], ""))
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	for _, p := range []Profile{
		{Name: "x", Sample: "open", Transport: Stdio},
		{Name: "x", Sample: "protected", Transport: HTTP},
		{Name: "x", Transport: HTTP, URL: "${BASE}/mcp"},
		{Name: "x", Transport: HTTP, URL: "http://${HOST}:${PORT}/mcp?k=${secret:k}"},
		{Name: "日本 👩‍💻", Transport: HTTP, URL: "http://[::1]:3000"},
	} {
		if err := Validate(p); err != nil {
			t.Error(err)
		}
	}
}
