package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
)

func (v *Vault) clientName(issuer string) string {
	sum := sha256.Sum256([]byte(issuer))
	return "profile/" + v.profile + "/auth/client-" + hex.EncodeToString(sum[:12])
}

// maxBound bounds the clients whose issuer is remembered.
const maxBound = 50

// bind notes the issuer of a pre-registered client (SEP-2352).
func (l *vaultList) bind(c *Client) {
	if c.Kind != PreRegistered || c.ID == "" || c.Issuer == "" {
		return
	}
	if l.Bound == nil || len(l.Bound) >= maxBound {
		l.Bound = map[string]string{}
	}
	l.Bound[c.ID] = c.Issuer
}

// boundTo is the issuer that a pre-registered client was used with last; empty when it was with none.
func (v *Vault) boundTo(ctx context.Context, clientID string) (string, error) {
	l, err := v.load(ctx)
	return l.Bound[clientID], err
}

// issuers lists those that a client is registered with.
func (v *Vault) issuers(ctx context.Context) ([]string, error) {
	l, err := v.load(ctx)
	return l.Clients, err
}

// Client returns the client registered with an issuer; nil when there is none.
func (v *Vault) Client(ctx context.Context, issuer string) (*Client, error) {
	const doing = "read the stored client"
	text, ok, err := v.store.Get(ctx, v.clientName(issuer))
	var c Client
	switch {
	case err != nil:
		return nil, vaultFault(doing, "The registered client cannot be read", err)
	case !ok:
		return nil, nil
	case json.Unmarshal([]byte(text), &c) != nil || c.ID == "":
		return nil, vaultFault(doing, "The registered client is damaged", nil)
	case c.Issuer != issuer:
		return nil, vaultFault(doing, "The client kept for this issuer is registered with another", nil)
	}
	return &c, nil
}

// SaveClient keeps a client for its issuer, in place of an earlier one.
func (v *Vault) SaveClient(ctx context.Context, c Client) error {
	if c.Issuer == "" || c.ID == "" {
		return vaultFault("store the client", "A client without issuer or id is not kept", nil)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return vaultFault("store the client", "It cannot be written", err)
	}
	if _, err := v.change(ctx, func(l *vaultList) error {
		if !slices.Contains(l.Clients, c.Issuer) {
			l.Clients = append(l.Clients, c.Issuer)
		}
		return nil
	}); err != nil {
		return err
	}
	if _, err := v.store.Set(ctx, v.clientName(c.Issuer), string(text)); err != nil {
		return vaultFault("store the client", "The registered client cannot be stored", err)
	}
	return nil
}

// DeleteClient forgets the client registered with an issuer; one that is not there is no error.
func (v *Vault) DeleteClient(ctx context.Context, issuer string) error {
	if err := v.store.Delete(ctx, v.clientName(issuer)); err != nil {
		return vaultFault("delete the client", "The registered client cannot be deleted", err)
	}
	_, err := v.change(ctx, func(l *vaultList) error {
		l.Clients = slices.DeleteFunc(l.Clients, func(s string) bool { return s == issuer })
		return nil
	})
	return err
}

// salvage finds what a damaged list names: each of its strings can be an id or an issuer.
func salvage(text string) (l vaultList) {
	for _, raw := range jsonString.FindAllString(text, 8*maxIdentities) {
		var s string
		switch {
		case json.Unmarshal([]byte(raw), &s) != nil || s == "":
		case identityID.MatchString(s):
			l.Identities = append(l.Identities, vaultEntry{ID: s})
		case originOf(s) != "" && !slices.Contains(l.Clients, s):
			l.Clients = append(l.Clients, s)
		}
	}
	return l
}

var (
	jsonString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	identityID = regexp.MustCompile(`^[a-z0-9]{20,40}$`)
)

// Wipe deletes everything that is kept for the profile, also what a damaged list still names. It goes on after an
// error and returns all of them.
func (v *Vault) Wipe(ctx context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	defer v.rev.Add(1)
	l, err := v.load(ctx)
	if err != nil {
		text, _, _ := v.store.Get(ctx, v.listName())
		l = salvage(text)
	}
	var all []error
	for _, e := range l.Identities {
		all = append(all, v.store.Delete(ctx, v.itemName(e.ID)))
	}
	for _, issuer := range l.Clients {
		all = append(all, v.store.Delete(ctx, v.clientName(issuer)))
	}
	if err := errors.Join(all...); err != nil {
		return vaultFault("delete the stored identities", "Not everything could be deleted", err)
	}
	if err := v.store.Delete(ctx, v.listName()); err != nil {
		return vaultFault("delete the stored identities", "The list could not be deleted", err)
	}
	return nil
}
