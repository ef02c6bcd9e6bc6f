package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Vault keeps one profile's identities (token sets) and registered clients in a [Store]. A token set is found by
// issuer, resource, client and subject; a client by its issuer, and is never given for another (SEP-2352). Its
// methods are safe for concurrent use. Errors are [fault.CallError].
type Vault struct {
	// Lock, when set before the first use, is held over processes while the list of identities changes, under
	// "profile/<id>/auth/list": two windows then lose nothing of each other. As [Config].Lock it must hold each name
	// apart.
	Lock func(ctx context.Context, name string) (unlock func(), err error)

	store   Store
	profile string
	mu      sync.Mutex // one change at a time
	rev     atomic.Uint64
}

// Stored is one identity as kept.
type Stored struct {
	ID      string // local, made here
	Name    string // given by the user, or empty
	Place   string // keychain or memory
	Token   Token
	Problem string // why the token set cannot be read; Token is empty then
}

// vaultList is the item that names all others: a store cannot be listed.
type vaultList struct {
	Version    int          `json:"version"` // 1
	Active     string       `json:"active,omitempty"`
	Identities []vaultEntry `json:"identities,omitempty"` // in the order in which they were first kept
	Clients    []string     `json:"clients,omitempty"`    // issuers
	// Bound says by client id which issuer a pre-registered client is used with, also when its tokens are gone.
	Bound map[string]string `json:"bound,omitempty"`
}

type vaultEntry struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Place    string `json:"place,omitempty"`
	Issuer   string `json:"issuer"`
	Resource string `json:"resource"`
	Client   string `json:"client"`
	Subject  string `json:"subject,omitempty"`
}

const (
	vaultVersion = 1
	// maxIdentities bounds the list: it is one item of the keychain.
	maxIdentities = 100
	// maxIdentityName bounds a name, in bytes.
	maxIdentityName = 200
)

// NewVault makes the vault of a profile; profile is its id.
func NewVault(store Store, profile string) *Vault { return &Vault{store: store, profile: profile} }

func (v *Vault) listName() string          { return "profile/" + v.profile + "/auth/list" }
func (v *Vault) itemName(id string) string { return "profile/" + v.profile + "/auth/" + id }

// Rev counts the changes made through this Vault: readers that keep a copy compare it.
func (v *Vault) Rev() uint64 { return v.rev.Load() }

func vaultFault(doing, what string, err error) error {
	f := &fault.CallError{
		Kind: fault.Internal, Step: doing, Message: what, Cause: err,
		Hint: "Unlock the keychain and try again. If it stays, sign out to remove what is kept, and sign in again.",
	}
	switch {
	case errors.Is(err, context.Canceled):
		f.Kind = fault.Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		f.Kind = fault.Timeout
	}
	if err != nil {
		f.Message += ": " + err.Error()
	}
	f.Message += "."
	return f
}

// load reads the list afresh: another window may have changed it.
func (v *Vault) load(ctx context.Context) (vaultList, error) {
	const doing = "read the stored identities"
	v.store.Forget(v.listName())
	text, ok, err := v.store.Get(ctx, v.listName())
	l := vaultList{Version: vaultVersion}
	switch {
	case err != nil:
		return l, vaultFault(doing, "The list of identities cannot be read", err)
	case !ok:
		return l, nil
	case json.Unmarshal([]byte(text), &l) != nil:
		return vaultList{}, vaultFault(doing, "The list of identities is damaged", nil)
	case l.Version != vaultVersion:
		return vaultList{}, vaultFault(doing, fmt.Sprintf("The list of identities has format %d, which a newer Sightglass wrote", l.Version), nil)
	}
	return l, nil
}

// change edits the list. Nothing is written when edit fails.
func (v *Vault) change(ctx context.Context, edit func(*vaultList) error) (place string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Lock != nil {
		unlock, err := v.Lock(ctx, v.listName())
		if err != nil {
			return "", vaultFault("change the stored identities", "Another window holds them", err)
		}
		defer unlock()
	}
	l, err := v.load(ctx)
	if err != nil {
		return "", err
	}
	if err := edit(&l); err != nil {
		return "", err
	}
	defer v.rev.Add(1)
	text, err := json.Marshal(l)
	if err != nil {
		return "", vaultFault("store the identities", "The list cannot be written", err)
	}
	if place, err = v.store.Set(ctx, v.listName(), string(text)); err != nil {
		return "", vaultFault("store the identities", "The list of identities cannot be stored", err)
	}
	return place, nil
}

// Identities lists what is kept, in the order in which it was first kept. A token set that cannot be read is listed
// with its problem. The error is that of the list itself.
func (v *Vault) Identities(ctx context.Context) ([]Stored, error) {
	l, err := v.load(ctx)
	if err != nil {
		return nil, err
	}
	out := []Stored{}
	for _, e := range l.Identities {
		s := Stored{ID: e.ID, Name: e.Name, Place: e.Place}
		t, err := v.read(ctx, e)
		switch {
		case err != nil:
			s.Problem = fault.From(err).Message
		default:
			s.Token = *t
		}
		out = append(out, s)
	}
	return out, nil
}

func (l *vaultList) find(id string) *vaultEntry {
	i := slices.IndexFunc(l.Identities, func(e vaultEntry) bool { return e.ID == id })
	if i < 0 {
		return nil
	}
	return &l.Identities[i]
}

// Active returns the id of the identity in use; empty: none.
func (v *Vault) Active(ctx context.Context) (string, error) {
	l, err := v.load(ctx)
	if err != nil || l.find(l.Active) == nil {
		return "", err
	}
	return l.Active, nil
}

func unknownIdentity(id string) error {
	return &fault.CallError{
		Kind: fault.Input, Step: "find the identity", Message: fmt.Sprintf("There is no identity %q here.", cutText(id, 40)),
		Hint: "It may have been removed in another window.",
	}
}

// Use makes an identity the one in use; an empty id uses none.
func (v *Vault) Use(ctx context.Context, id string) error {
	_, err := v.change(ctx, func(l *vaultList) error {
		if id != "" && l.find(id) == nil {
			return unknownIdentity(id)
		}
		l.Active = id
		return nil
	})
	return err
}

// Rename names an identity; an empty name takes the name away.
func (v *Vault) Rename(ctx context.Context, id, name string) error {
	_, err := v.change(ctx, func(l *vaultList) error {
		e := l.find(id)
		if e == nil {
			return unknownIdentity(id)
		}
		e.Name = strings.TrimSpace(cutText(name, maxIdentityName))
		return nil
	})
	return err
}

// Save keeps a token set and says where. One of the same issuer, resource, client and subject (as far as its JWTs
// name one) is replaced and keeps its id and name; a new one comes last. Either becomes the identity in use.
func (v *Vault) Save(ctx context.Context, t Token) (id, place string, err error) {
	return v.save(ctx, t, false)
}

// SaveNew keeps a token set beside those that are there, whatever they are: where tokens are opaque, two users of one
// server cannot be told apart.
func (v *Vault) SaveNew(ctx context.Context, t Token) (id, place string, err error) {
	return v.save(ctx, t, true)
}

func (v *Vault) save(ctx context.Context, t Token, isNew bool) (id, place string, err error) {
	want := vaultEntry{Issuer: t.Issuer, Resource: t.Resource, Client: t.Client.ID, Subject: subjectOf(&t)}
	added := false
	_, err = v.change(ctx, func(l *vaultList) error {
		i := slices.IndexFunc(l.Identities, func(e vaultEntry) bool {
			return e.Issuer == want.Issuer && e.Resource == want.Resource && e.Client == want.Client && e.Subject == want.Subject
		})
		if i >= 0 && !isNew {
			id = l.Identities[i].ID
		} else {
			if len(l.Identities) >= maxIdentities {
				return &fault.CallError{Kind: fault.Input, Step: "store the identity", Message: fmt.Sprintf("There are %d identities already.", maxIdentities), Hint: "Sign out of those that are not needed."}
			}
			want.ID, added = strings.ToLower(rand.Text()), true
			l.Identities = append(l.Identities, want)
			id = want.ID
		}
		l.Active = id
		l.bind(&t.Client)
		return nil
	})
	if err != nil {
		return "", "", err
	}
	// The list names the item before it is there: what is in the keychain can always be found and deleted.
	place, err = v.write(ctx, id, t)
	if err == nil {
		_, err = v.change(ctx, func(l *vaultList) error {
			if e := l.find(id); e != nil {
				e.Place = place
			}
			return nil
		})
		return id, place, err
	}
	if added {
		_, _ = v.change(context.WithoutCancel(ctx), func(l *vaultList) error { l.drop(id); return nil })
	}
	return "", "", err
}

func (l *vaultList) drop(id string) {
	l.Identities = slices.DeleteFunc(l.Identities, func(e vaultEntry) bool { return e.ID == id })
	if l.Active != id {
		return
	}
	l.Active = ""
	if n := len(l.Identities); n > 0 {
		l.Active = l.Identities[n-1].ID
	}
}

// write stores the token set of an identity, in one item: tokens and DPoP key change together or not at all.
func (v *Vault) write(ctx context.Context, id string, t Token) (place string, err error) {
	text, err := json.Marshal(t)
	if err != nil {
		return "", vaultFault("store the tokens", "They cannot be written", err)
	}
	if place, err = v.store.Set(ctx, v.itemName(id), string(text)); err != nil {
		return "", vaultFault("store the tokens", "The tokens cannot be stored", err)
	}
	v.rev.Add(1)
	return place, nil
}

// Token returns an identity's token set, as this process last saw it.
func (v *Vault) Token(ctx context.Context, id string) (*Token, error) {
	l, err := v.load(ctx)
	if err != nil {
		return nil, err
	}
	e := l.find(id)
	if e == nil {
		return nil, unknownIdentity(id)
	}
	return v.read(ctx, *e)
}

// fresh returns it as it is now, whichever process wrote it.
func (v *Vault) fresh(ctx context.Context, id string) (*Token, error) {
	v.store.Forget(v.itemName(id))
	return v.Token(ctx, id)
}

func (v *Vault) read(ctx context.Context, e vaultEntry) (*Token, error) {
	const doing = "read the stored tokens"
	text, ok, err := v.store.Get(ctx, v.itemName(e.ID))
	var t Token
	switch {
	case err != nil:
		return nil, vaultFault(doing, "The tokens of this identity cannot be read", err)
	case !ok && e.Place == "memory":
		return nil, vaultFault(doing, "The tokens of this identity were kept in memory only, for an earlier run", nil)
	case !ok:
		return nil, vaultFault(doing, "The tokens of this identity are not in the keychain any more", nil)
	case json.Unmarshal([]byte(text), &t) != nil || t.AccessToken == "" && t.RefreshToken == "":
		return nil, vaultFault(doing, "The tokens of this identity are damaged", nil)
	case t.Issuer != e.Issuer || t.Resource != e.Resource:
		return nil, vaultFault(doing, "The tokens kept for this identity are of another server", nil)
	}
	return &t, nil
}

// Delete forgets an identity; one that is not there is no error. When it was in use, the last of the others is.
func (v *Vault) Delete(ctx context.Context, id string) error {
	if err := v.store.Delete(ctx, v.itemName(id)); err != nil {
		return vaultFault("delete the tokens", "The tokens cannot be deleted", err)
	}
	_, err := v.change(ctx, func(l *vaultList) error { l.drop(id); return nil })
	return err
}
