package core

import (
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// guarded is a server that lets anybody connect and refuses all that these tests ask for.
func guarded(t *testing.T, era session.Era, auto bool) *signing {
	t.Helper()
	open := []string{"initialize", "server/discover", "notifications/initialized", "GET", "DELETE"}
	s := startSigning(t, authtest.Options{Resource: authtest.ResourceOptions{Open: open}}, func(p *profile.Profile) {
		p.Auth.Auto, p.Era = auto, profile.Era{Mode: string(era)}
	})
	if _, err := s.ConnectWait(t.Context(), s.id); err != nil {
		t.Fatal(err)
	}
	return s
}

// What is refused with 401 comes through after the sign-in, without being asked for again.
func TestRefusedReadsComeThrough(t *testing.T) {
	read := func(s *signing) (uint64, *Error) {
		out := s.Read(t.Context(), ReadInput{Call: newID(), Profile: s.id, URI: "test://note", Index: -1})
		return out.Seq, out.Err
	}
	get := func(s *signing) (uint64, *Error) {
		out := s.GetPrompt(t.Context(), PromptInput{Call: newID(), Profile: s.id, Name: "greet", Index: -1})
		return out.Seq, out.Err
	}
	list := func(s *signing) (uint64, *Error) {
		out := s.Resources(t.Context(), s.id, KeptList)
		if len(out.Seqs) == 0 {
			return 0, out.Err
		}
		return out.Seqs[0], out.Err
	}
	for name, ask := range map[string]func(*signing) (uint64, *Error){"read": read, "get": get, "list": list} {
		bothEras(t, func(t *testing.T, era session.Era) {
			t.Run(name+" without asking", func(t *testing.T) {
				s := guarded(t, era, true)
				if seq, err := ask(s); err != nil || seq == 0 || s.opened.Load() != 1 {
					t.Errorf("entry %d, %+v, browser opened %d times", seq, err, s.opened.Load())
				}
			})
			t.Run(name+" by a click", func(t *testing.T) {
				s := guarded(t, era, false)
				if _, err := ask(s); err == nil || err.Challenge == nil {
					t.Fatalf("not refused: %+v", err)
				}
				s.phase(t, SignInRefused)
				v := s.signInNow(t)
				if v.Replay == nil || v.Replay.State != "done" || v.Replay.Seq == 0 {
					t.Fatalf("replay: %+v", v.Replay)
				}
				if name == "list" {
					return
				}
				if c, err := s.Contents(v.Replay.Seq); err != nil || len(c.Items) != 1 || v.Replay.Call == "" {
					t.Errorf("contents of the replay: %+v, %v", c, err)
				}
			})
		})
	}
}

func TestRefusedWatchComesThrough(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		s := guarded(t, era, false)
		v, err := s.Watch(t.Context(), WatchInput{Profile: s.id, URIs: []string{"test://note"}, On: true})
		if w := watchOf(s.Core, s.id, "test://note"); err != nil || w.State != "failed" || w.Err == nil || w.Err.Challenge == nil {
			t.Fatalf("not refused: %+v, %v", v, err)
		}
		s.phase(t, SignInRefused)
		s.signInNow(t)
		until(t, "the watch", func() bool { return watchOf(s.Core, s.id, "test://note").State == "on" })
	})
}
