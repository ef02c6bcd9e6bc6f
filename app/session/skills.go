package session

import (
	"context"
	"encoding/json"
	"time"
)

// The Skills extension (https://modelcontextprotocol.io/extensions/skills; SEP-2640), against protocol revision
// 2026-07-28. Nothing but the list is read by itself: "Hosts MUST NOT retrieve a skill's files ahead of need".
const (
	ExtensionSkills     = "io.modelcontextprotocol/skills"
	methodSkillsList    = "skills/list"
	methodSkillsGet     = "skills/get"
	methodDirectoryRead = "resources/directory/read"
)

// SkillList is skills/list as far as it was read; names may repeat, and URIs should not.
type SkillList = ListOf[Skill]

// Directory is the answer to resources/directory/read, every page.
type Directory struct {
	List
	Children []Resource
}

// Extension returns the settings of an extension that the server declares, nil when it does not.
func (s *Session) Extension(id string) json.RawMessage {
	raw := field(field(s.info.Capabilities, "extensions"), id)
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// ReadsDirectories reports that the server declares resources/directory/read. "Clients MUST NOT call
// resources/directory/read against a server that has not declared directoryRead: true".
func (s *Session) ReadsDirectories() bool {
	return string(field(s.Extension(ExtensionSkills), "directoryRead")) == "true"
}

var skillListing = listing[Skill]{
	method: methodSkillsList, member: "skills",
	read: func(_ *List, item json.RawMessage) Skill { return ReadSkill(item) },
	unique: []unique[Skill]{
		{func(k *Skill) string { return k.Name }, 80, "The name %q is used by more than one skill: their paths tell them apart."},
		{func(k *Skill) string { return k.URI }, 120, "The skill %q is listed more than once."},
	},
}

// Skills reads skills/list as [Session.Resources] does resources/list.
func (s *Session) Skills(ctx context.Context, before *SkillList, pages int) (*SkillList, error) {
	return skillListing.ahead(ctx, s, before, pages)
}

// GetSkill asks for the entry of one skill by the URI of its SKILL.md, listed or not.
func (s *Session) GetSkill(ctx context.Context, call, uri string) (*Skill, *Result, error) {
	params := join([]byte(`{"uri":`), quoteJSON(uri), []byte(`}`))
	r, err := s.Call(ctx, CallInput{Call: call, Method: methodSkillsGet, Params: params})
	if err != nil {
		return nil, r, err
	}
	raw := field(r.Result, "skill")
	if raw == nil {
		return nil, r, s.broken(methodSkillsGet, "Look at the raw message.", r.Response, "The answer has no member %q.", "skill")
	}
	k := ReadSkill(raw)
	if k.URI != uri {
		k.found("The answer is about %q, asked was for %q.", clip(k.URI, 120), clip(uri, 120))
	}
	if cursor := field(r.Result, "nextCursor"); cursor != nil {
		k.found("The answer has a cursor; there are no pages of one skill.")
	}
	if c, _ := CacheOf(r.Result, time.Now()); c == nil {
		k.found("ttlMs and cacheScope are missing; they are required.")
	}
	return &k, r, nil
}

// ReadDirectory lists the direct children of a directory. It sends nothing to a server that does not declare it.
func (s *Session) ReadDirectory(ctx context.Context, uri string) (*Directory, error) {
	out := &Directory{}
	if !s.ReadsDirectories() {
		return out, s.input(methodDirectoryRead, "The server does not declare directoryRead: it must not be asked.")
	}
	params := join([]byte(`{"uri":`), quoteJSON(uri), []byte(`}`))
	_, err := s.extend(ctx, CallInput{Method: methodDirectoryRead, Params: params}, "resources", &out.List, 0)
	for _, raw := range out.Items {
		out.Children = append(out.Children, readResource(raw))
	}
	return out, err
}
