package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSuspects(t *testing.T) {
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
	got := Suspects(Profile{
		Env: []Value{
			{Name: "API_TOKEN"},
			{Name: "REGION", Value: "north"},
			{Name: "X", Value: "ghp_0123456789abc"},
			{Name: "Y", Value: jwt},
			{Name: "AUTH", Value: "${input:a}"},
			{Name: "", Value: "sk-abcdefghijklmnop"},
			{Name: "KEY_FILE"},
		},
		Headers: []Value{{Name: "Accept", Value: "x"}, {Name: "Authorization", Value: "typed", Secret: true}},
		Args:    []string{"-y", "--token", "T0k", "${secret:token}", "https://u:pw@h/?api_key=abc"},
		URL:     "https://h/mcp?access_token=q%2Bz",
	})
	type suspect struct {
		Field, Text string
		Values      map[string]string
	}
	var short []suspect
	for _, s := range got {
		if s.Why == "" {
			t.Errorf("%s: no reason", s.Field)
		}
		var values map[string]string
		for _, f := range s.Found {
			if values == nil {
				values = map[string]string{}
			}
			values[f.Name] = f.Value
		}
		short = append(short, suspect{s.Field, s.Text, values})
	}
	want := []suspect{
		{Field: "env[0]"},
		{Field: "env[2]"},
		{Field: "env[3]"},
		{Field: "env[5]"},
		{Field: "headers[1]"},
		{"args[2]", "${secret:token-2}", map[string]string{"secret:token-2": "T0k"}},
		{"args[4]", "https://u:${secret:password}@h/?api_key=${secret:api-key}", map[string]string{"secret:password": "pw", "secret:api-key": "abc"}},
		{"url", "https://h/mcp?access_token=${secret:access-token}", map[string]string{"secret:access-token": "q+z"}},
	}
	if d := cmp.Diff(want, short); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
