package profile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestLaunchHashOfAURL: no setting of the sign-in or the network can change unseen, those to come included.
func TestLaunchHashOfAURL(t *testing.T) {
	base := Profile{Transport: HTTP, URL: "https://a.example/mcp"}
	seen := map[string]string{LaunchHash(base): "base"}
	mask := func(string) string { return "‹secret›" }
	check := func(name string, p Profile) {
		t.Helper()
		h := LaunchHash(p)
		if was, ok := seen[h]; ok {
			t.Errorf("%s hashes like %s", name, was)
		}
		seen[h] = name
		if !strings.HasPrefix(name, "url") && !Trusting(p) {
			t.Errorf("%s is taken unseen", name)
		}
		if shown := fmt.Sprint(Reach(p, mask)); shown == fmt.Sprint(Reach(base, mask)) {
			t.Errorf("%s is not shown: %s", name, shown)
		}
	}
	p := base
	p.URL = "https://b.example/mcp"
	check("url", p)
	p = base
	p.Headers = []Value{{Name: "X", Secret: true}}
	check("a secret header", p)
	p.Headers = []Value{{Name: "X", Value: "${HOME}"}}
	check("a variable in a header", p)
	p = base
	p.Trust = []string{"aa"}
	check("trust", p)
	for _, part := range []string{"Auth", "Network"} {
		for i := range reflect.ValueOf(base).FieldByName(part).NumField() {
			p := base.Clone()
			f := reflect.ValueOf(&p).Elem().FieldByName(part).Field(i)
			switch f.Interface().(type) {
			case string:
				f.SetString("x")
			case bool:
				f.SetBool(true)
			case int, int64:
				f.SetInt(7)
			case []string:
				f.Set(reflect.ValueOf([]string{"x"}))
			case []Value:
				f.Set(reflect.ValueOf([]Value{{Name: "x", Value: "y"}}))
			default:
				t.Fatalf("%s.%s has a type that Reach does not show", part, reflect.ValueOf(base).FieldByName(part).Type().Field(i).Name)
			}
			check(part+"."+reflect.ValueOf(base).FieldByName(part).Type().Field(i).Name, p)
		}
	}
	if Trusting(base) || Trusting(Profile{Transport: Stdio, Auth: Auth{Issuer: "x"}}) {
		t.Error("a plain URL is asked about")
	}
}

func TestReachHidesCredentials(t *testing.T) {
	const key, password, header = "sk-proj-0123456789abcdefghij", "hunter2-hunter2", "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	p := Profile{
		Transport: HTTP, URL: "https://a.example/mcp?api_key=" + key, Network: Network{Proxy: "http://me:" + password + "@proxy:1"},
		Headers: []Value{{Name: "X-Api-Key", Value: header}, {Name: "Accept", Value: "text/plain"}},
	}
	shown := fmt.Sprint(Reach(p, func(v string) string { return "‹" + fmt.Sprint(len(v)) + "›" }))
	for _, secret := range []string{key, password, header} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown in %s", secret, shown)
		}
	}
	if !strings.Contains(shown, "Accept: text/plain") || !strings.Contains(shown, "proxy:1") {
		t.Errorf("too much is hidden: %s", shown)
	}
}
