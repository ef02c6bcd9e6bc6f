package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Field is one setting as it is shown, in as many lines as it has values.
type Field struct {
	Name  string // "url", "headers", "auth.issuer", "network.proxy"
	Lines []string
}

// Trusting says whether a server over HTTP has settings that decide where credentials go, or that send something of
// this machine: then they are to be seen before they are used. A plain URL sends nothing that it was not given.
func Trusting(p Profile) bool {
	secret := func(v Value) bool { return v.Secret || hasPlaceholder(v.Value) }
	return p.Transport != Stdio && (!reflect.DeepEqual(p.Auth, Auth{}) || p.Network != (Network{}) || len(p.Trust) > 0 ||
		hasPlaceholder(p.URL) || slices.ContainsFunc(p.Headers, secret))
}

// reachHash is the SHA-256 (hex) over all that [Reach] shows.
func reachHash(p Profile) string {
	b, err := json.Marshal(struct {
		What    string
		URL     string
		Headers []Value  `json:",omitempty"`
		Trust   []string `json:",omitempty"`
		Auth    Auth
		Network Network
	}{"sightglass reach 1", p.URL, p.Headers, p.Trust, p.Auth, p.Network})
	if err != nil { // strings, numbers and flags: they can always be written
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Reach lists how a server over HTTP is reached, what it is sent and whom it trusts, as far as it is set: its URL,
// headers, certificates, sign-in and network. What looks like a credential is replaced by mask's answer; a secret's
// value is not here.
func Reach(p Profile, mask func(value string) string) []Field {
	list := []Field{{"url", []string{maskURL(p.URL, mask)}}}
	add := func(name string, lines ...string) {
		if len(lines) > 0 {
			list = append(list, Field{name, lines})
		}
	}
	add("headers", valueLines(p.Headers, ": ", mask)...)
	add("trust", p.Trust...)
	for _, part := range []struct {
		name   string
		fields any
	}{{"auth.", p.Auth}, {"network.", p.Network}} {
		v := reflect.ValueOf(part.fields)
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			add(part.name+name, settingLines(part.name+name, v.Field(i).Interface(), mask)...)
		}
	}
	return list
}

func settingLines(name string, value any, mask func(string) string) []string {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
		if password, clear := proxyPassword(v); name == proxyField && clear {
			v = strings.Replace(v, ":"+password+"@", ":"+mask(password)+"@", 1)
		}
		return []string{v}
	case bool:
		if v {
			return []string{"yes"}
		}
	case int:
		if v != 0 {
			return []string{strconv.Itoa(v)}
		}
	case int64:
		if v != 0 {
			return []string{strconv.FormatInt(v, 10)}
		}
	case []string:
		return v
	case []Value:
		return valueLines(v, "=", mask)
	}
	return nil
}

func valueLines(list []Value, between string, mask func(string) string) []string {
	var lines []string
	for _, v := range list {
		text := v.Value
		if yes, _ := LooksSecret(v.Name, text); yes && text != "" && !hasPlaceholder(text) {
			text = mask(text)
		}
		if v.Secret {
			text = "(secret)"
		}
		lines = append(lines, v.Name+between+text)
	}
	return lines
}

// maskURL is raw with each credential in it replaced by mask's answer; its placeholders stay.
func maskURL(raw string, mask func(string) string) string {
	p, found := ExtractSecrets(Profile{URL: raw})
	values := make(map[string]string, len(found))
	for _, f := range found {
		values[f.Name] = f.Value
	}
	return mapPlaceholders(p.URL, func(inside string) string {
		if v, ok := values[inside]; ok {
			return mask(v)
		}
		return "${" + inside + "}"
	})
}
