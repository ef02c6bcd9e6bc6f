package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
)

// announce prints the address before the browser is opened: a machine may have none.
func announce(s streams) func(context.Context, string) error {
	return func(ctx context.Context, url string) error {
		_, _ = fmt.Fprintf(s.err, "Sign in at\n  %s\n", clean(url))
		return core.SystemBrowser(ctx, url)
	}
}

func signin(ctx context.Context, s streams, args []string) error {
	f := newFlags("signin", "signin TARGET [flags]", s)
	again := f.set.Bool("again", false, "sign in anew although a token is stored")
	f.signIn = true
	return targeted(s, f, args, noWords("signin"), func(c *core.Core, id string) error {
		_, err := c.ConnectWait(ctx, id)
		if err == nil && *again {
			_, err = c.SignInWait(ctx, id)
		}
		_ = hangUp(c, id)
		if err != nil {
			return f.fail(s, err)
		}
		return f.printTokens(s, c, id)
	})
}

func signout(ctx context.Context, s streams, args []string) error {
	f := newFlags("signout", "signout TARGET [flags]", s)
	return targeted(s, f, args, noWords("signout"), func(c *core.Core, id string) error {
		list, err := c.Identities(ctx, id)
		if err != nil {
			return f.fail(s, err)
		}
		done := []string{}
		for _, t := range list {
			text, err := c.SignOut(id, t.ID)
			if err != nil {
				return f.fail(s, err)
			}
			done = append(done, t.Name+": "+text)
		}
		if f.json {
			return printJSON(s.out, map[string]any{"signedOut": done})
		}
		if len(done) == 0 {
			done = append(done, "Nobody was signed in.")
		}
		_, err = fmt.Fprintln(s.out, clean(strings.Join(done, "\n")))
		return err
	})
}

func token(ctx context.Context, s streams, args []string) error {
	f := newFlags("token", "token TARGET [flags]", s)
	return targeted(s, f, args, noWords("token"), func(c *core.Core, id string) error {
		if _, err := c.Identities(ctx, id); err != nil {
			return f.fail(s, err)
		}
		return f.printTokens(s, c, id)
	})
}

// printTokens prints the stored tokens: what they say and how they are judged, never their values.
func (f *flags) printTokens(s streams, c *core.Core, id string) error {
	v := c.SignIn(id)
	if f.json {
		return printJSON(s.out, map[string]any{"active": v.Active, "identities": v.Identities, "store": v.Store, "inMemory": v.InMemory})
	}
	var b strings.Builder
	if len(v.Identities) == 0 {
		b.WriteString("No token is stored for this server.\n")
	}
	for _, t := range v.Identities {
		mark := " "
		if t.ID == v.Active {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s %s  %s from %s for %s (client %s, in the %s)\n", mark, word(t.Name), word(t.Type), word(t.Issuer), word(t.Resource), word(t.Client), t.Place)
		for _, j := range t.Judged {
			fmt.Fprintf(&b, "    %-8s %-12s %s\n", j.State, j.What, word(j.Text))
		}
		writeClaims(&b, t)
	}
	if v.InMemory {
		fmt.Fprintf(&b, "! %s\n", word(v.Store))
	}
	_, err := io.WriteString(s.out, b.String())
	return err
}

func writeClaims(b *strings.Builder, t core.Identity) {
	if t.Claims == nil {
		return
	}
	if t.Claims.Note != "" {
		fmt.Fprintf(b, "    %s\n", word(t.Claims.Note))
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(t.Claims.Payload), &members) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text := string(members[name])
		if at := unixTime(name, members[name]); at != "" {
			text += "  (" + at + ")"
		}
		fmt.Fprintf(b, "      %-12s %s\n", word(name), word(text))
	}
}

// unixTime is a NumericDate claim as people read it (RFC 7519 section 2), or empty.
func unixTime(name string, raw json.RawMessage) string {
	switch name {
	case "exp", "iat", "nbf", "auth_time":
	default:
		return ""
	}
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil {
		return ""
	}
	return time.Unix(int64(seconds), 0).Format(time.RFC3339)
}
