package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func tokenOf(issuer, resource, client, subject string) Token {
	t := Token{AccessToken: "at", RefreshToken: "rt", TokenType: "Bearer", Issuer: issuer, Resource: resource, Client: Client{ID: client}}
	if subject != "" {
		t.IDToken = unsignedJWT(map[string]any{}, map[string]any{"sub": subject})
	}
	return t
}

func TestVaultIdentities(t *testing.T) {
	ctx := t.Context()
	box := newBox()
	v := NewVault(newWindow(box), "p")
	var ids []string
	for _, tok := range []Token{
		tokenOf("i", "r", "c", "ann"), tokenOf("i", "r", "c", "bob"), tokenOf("i2", "r", "c", "ann"), tokenOf("i", "r2", "c", "ann"),
		tokenOf("i", "r", "c2", "ann"), tokenOf("i", "r", "c", ""),
	} {
		id, place, err := v.Save(ctx, tok)
		if err != nil || place != "keychain" || id == "" {
			t.Fatalf("%q %q %v", id, place, err)
		}
		if active, err := v.Active(ctx); err != nil || active != id {
			t.Errorf("active %q, %v; want the one just saved", active, err)
		}
		ids = append(ids, id)
	}
	again := tokenOf("i", "r", "c", "bob")
	again.AccessToken = "newer"
	if err := v.Rename(ctx, ids[1], "  Bob\nat work "); err != nil {
		t.Fatal(err)
	}
	id, _, err := v.Save(ctx, again)
	if err != nil || id != ids[1] {
		t.Errorf("the same issuer, resource, client and subject got %q, %v; want %q", id, err, ids[1])
	}
	extra, _, err := v.SaveNew(ctx, tokenOf("i", "r", "c", ""))
	if err != nil || extra == ids[5] {
		t.Errorf("SaveNew replaced: %q %v", extra, err)
	}
	ids = append(ids, extra)
	for range 3 { // the order is that of the first save, also for another window
		list, err := NewVault(newWindow(box), "p").Identities(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		if list[1].Name != "Bob at work" || list[1].Token.AccessToken != "newer" || list[1].Place != "keychain" || list[1].Problem != "" {
			t.Errorf("identity %+v", list[1])
		}
	}
	if other, err := NewVault(newWindow(box), "q").Identities(ctx); err != nil || len(other) != 0 {
		t.Errorf("another profile sees %v, %v", other, err)
	}
	for _, err := range []error{v.Use(ctx, "no"), v.Rename(ctx, "no", "x")} {
		if !fault.Is(err, fault.Input) {
			t.Errorf("an unknown identity: %v", err)
		}
	}
	if err := v.Use(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	if err := v.Delete(ctx, ids[0]); err != nil {
		t.Fatal(err)
	}
	if err := v.Delete(ctx, ids[0]); err != nil {
		t.Errorf("deleting twice: %v", err)
	}
	if active, _ := v.Active(ctx); active != extra {
		t.Errorf("after deleting the one in use: %q, want the last, %q", active, extra)
	}
	if err := v.Use(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if active, _ := v.Active(ctx); active != "" {
		t.Errorf("none in use: %q", active)
	}
}

func TestVaultClients(t *testing.T) {
	ctx := t.Context()
	v := NewVault(newWindow(newBox()), "p")
	c := Client{Kind: Dynamic, Issuer: "https://a", ID: "c", Secret: "s", AuthMethod: authBasic, RedirectURI: "http://127.0.0.1:7/callback"}
	if err := v.SaveClient(ctx, c); err != nil {
		t.Fatal(err)
	}
	got, err := v.Client(ctx, "https://a")
	if err != nil || got == nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, *got); diff != "" {
		t.Error(diff)
	}
	for _, issuer := range []string{"https://a/", "https://b", ""} {
		if got, err := v.Client(ctx, issuer); got != nil || err != nil {
			t.Errorf("issuer %q: %v, %v", issuer, got, err)
		}
	}
	if err := v.SaveClient(ctx, Client{ID: "x"}); err == nil {
		t.Error("a client without issuer was kept")
	}
	if err := v.DeleteClient(ctx, "https://a"); err != nil {
		t.Fatal(err)
	}
	if got, _ := v.Client(ctx, "https://a"); got != nil {
		t.Error("it is still there")
	}
}

// What is damaged or gone is said, never lost silently, and never another server's.
func TestVaultDamage(t *testing.T) {
	ctx := t.Context()
	set := func(t *testing.T) (*boxStore, *Vault, string, string) {
		t.Helper()
		box := newBox()
		v := NewVault(newWindow(box), "p")
		good, _, err1 := v.Save(ctx, tokenOf("i", "r", "c", "ann"))
		bad, _, err2 := v.Save(ctx, tokenOf("i", "r", "c", "bob"))
		if err := errors.Join(err1, err2, v.SaveClient(ctx, Client{Issuer: "https://as.example/a", ID: "c"})); err != nil {
			t.Fatal(err)
		}
		return box, NewVault(newWindow(box), "p"), good, bad
	}
	for name, tt := range map[string]struct {
		damage func(box *boxStore, item string)
		want   string
	}{
		"not JSON":         {func(b *boxStore, i string) { b.items[i] = "{" }, "are damaged"},
		"empty":            {func(b *boxStore, i string) { b.items[i] = "{}" }, "are damaged"},
		"gone":             {func(b *boxStore, i string) { delete(b.items, i) }, "not in the keychain any more"},
		"another server's": {func(b *boxStore, i string) { b.items[i] = `{"accessToken":"x","issuer":"evil"}` }, "of another server"},
		"the keychain fails": {func(b *boxStore, i string) {
			b.failGet = func(n string) error { return pick(n == i, errors.New("corrupt")) }
		}, "cannot be read: corrupt"},
	} {
		t.Run(name, func(t *testing.T) {
			box, v, good, bad := set(t)
			tt.damage(box, "profile/p/auth/"+bad)
			list, err := v.Identities(ctx)
			if err != nil || len(list) != 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			if list[0].ID != good || list[0].Problem != "" || list[0].Token.AccessToken != "at" {
				t.Errorf("the good one: %+v", list[0])
			}
			if list[1].ID != bad || !strings.Contains(list[1].Problem, tt.want) || list[1].Token.AccessToken != "" {
				t.Errorf("the bad one: %+v, want %q", list[1], tt.want)
			}
			if _, err := v.Token(ctx, bad); fault.As(err) == nil {
				t.Errorf("Token: %v", err)
			}
			box.failGet = nil
			if err := v.Delete(ctx, bad); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
	}
	t.Run("the list", func(t *testing.T) {
		box, v, _, _ := set(t)
		const list = "profile/p/auth/list"
		box.items[list] = box.items[list][:len(box.items[list])-2]
		if _, err := v.Identities(ctx); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("identities: %v", err)
		}
		before := box.items[list]
		if _, _, err := v.Save(ctx, tokenOf("i", "r", "c", "cid")); err == nil || box.items[list] != before {
			t.Errorf("a damaged list was overwritten: %v", err)
		}
		if err := v.Wipe(ctx); err != nil || len(box.items) != 0 {
			t.Errorf("wipe: %v, left %v", err, box.items)
		}
	})
	t.Run("a newer format", func(t *testing.T) {
		box, v, _, _ := set(t)
		box.items["profile/p/auth/list"] = `{"version":2}`
		if err := v.Use(ctx, ""); err == nil || !strings.Contains(err.Error(), "newer Sightglass") {
			t.Errorf("use: %v", err)
		}
	})
	t.Run("a client of another issuer", func(t *testing.T) {
		box, v, _, _ := set(t)
		box.items[v.clientName("https://as.example/a")] = `{"issuer":"evil","id":"c"}`
		if c, err := v.Client(ctx, "https://as.example/a"); err == nil || c != nil {
			t.Errorf("%v, %v", c, err)
		}
	})
	t.Run("memory of an earlier run", func(t *testing.T) {
		box := newBox()
		box.place = "memory"
		v := NewVault(newWindow(box), "p")
		id, place, err := v.Save(ctx, tokenOf("i", "r", "c", ""))
		if err != nil || place != "memory" {
			t.Fatal(place, err)
		}
		delete(box.items, "profile/p/auth/"+id)
		if list, _ := NewVault(newWindow(box), "p").Identities(ctx); len(list) != 1 || !strings.Contains(list[0].Problem, "memory only") {
			t.Errorf("%+v", list)
		}
	})
}

func pick(when bool, err error) error {
	if when {
		return err
	}
	return nil
}

// A store that fails half-way leaves no token that nothing names, and no name without a token.
func TestVaultStoreFails(t *testing.T) {
	ctx := t.Context()
	for _, part := range []string{"/list", "item"} {
		box := newBox()
		v := NewVault(newWindow(box), "p")
		box.failSet = func(name string) error {
			return pick(strings.HasSuffix(name, "/list") == (part == "/list"), errors.New("full"))
		}
		id, _, err := v.Save(ctx, tokenOf("i", "r", "c", "ann"))
		if id != "" || fault.As(err) == nil || !strings.Contains(err.Error(), "full") {
			t.Errorf("%s: %q, %v", part, id, err)
		}
		box.failSet = nil
		if list, err := v.Identities(ctx); err != nil || len(list) != 0 || box.has("at\"") {
			t.Errorf("%s: left %+v, %v, items %v", part, list, err, box.items)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	v := NewVault(newWindow(newBox()), "p")
	v.Lock = func(ctx context.Context, _ string) (func(), error) { return nil, ctx.Err() }
	if _, _, err := v.Save(gone, tokenOf("i", "r", "c", "")); !fault.Is(err, fault.Cancelled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestVaultWipe(t *testing.T) {
	ctx := t.Context()
	box := newBox()
	v, other := NewVault(newWindow(box), "p"), NewVault(newWindow(box), "q")
	for _, x := range []*Vault{v, other} {
		_, _, err1 := x.Save(ctx, tokenOf("i", "r", "c", "ann"))
		_, _, err2 := x.SaveNew(ctx, tokenOf("i", "r", "c", "ann"))
		if err := errors.Join(err1, err2, x.SaveClient(ctx, Client{Issuer: "i", ID: "c"})); err != nil {
			t.Fatal(err)
		}
	}
	rev := v.Rev()
	if err := v.Wipe(ctx); err != nil || v.Rev() == rev {
		t.Error(err)
	}
	for name := range box.items {
		if strings.HasPrefix(name, "profile/p/") {
			t.Errorf("left: %s", name)
		}
	}
	if list, err := other.Identities(ctx); err != nil || len(list) != 2 {
		t.Errorf("the other profile has %+v, %v", list, err)
	}
}
