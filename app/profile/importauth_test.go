package profile

import (
	"reflect"
	"strings"
	"testing"
)

// A file of another program, or of somebody else, changes nothing of how a server is signed in to and how its
// certificate is checked.
func TestImportBringsNoSignInSettings(t *testing.T) {
	const server = `{"url":"https://h.example/mcp","trust":["00"],"id":"../x","sample":"protected",
		"auth":{"auto":true,"tokenEndpoint":"https://evil.example/t","allowHTTP":["evil.example"],"allowPrivate":true,"allowNoPKCE":true,"clientID":"x"},
		"network":{"ca":"/tmp/ca.pem","clientCert":"/tmp/c.pem","clientKey":"/tmp/k.pem","proxy":"http://evil.example:1"}}`
	for _, text := range []string{`{"mcpServers":{"a":` + server + `}}`, `{"servers":{"a":` + server + `}}`, `{"servers":[` + server + `]}`} {
		got, err := ReadImport(text)
		if err != nil {
			if strings.Contains(text, "mcpServers") {
				t.Error(err)
			}
			continue
		}
		for _, item := range got.Items {
			p := item.Profile
			if !reflect.DeepEqual(p.Auth, Auth{}) || p.Network != (Network{}) || len(p.Trust) > 0 || p.ID != "" || p.Sample != "" {
				t.Errorf("%s: %+v", text, p)
			}
		}
	}
}

// Ids are names in the keychain: none may reach into those of another server.
func TestIDsStayInTheirPlace(t *testing.T) {
	for _, id := range []string{"a/auth", "../b", "a/b", "a b", "a:b", strings.Repeat("x", 65), "é", "a\x00"} {
		if err := Validate(Profile{ID: id, Name: "n", Transport: HTTP, URL: "https://h.example"}); err == nil {
			t.Errorf("%q is taken", id)
		}
	}
}
