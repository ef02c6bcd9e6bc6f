//go:build unix

package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fileLock is a lock over processes: one file for each name, locked by flock(2), which holds apart two openers within
// one process too.
func fileLock(dir string) func(context.Context, string) (func(), error) {
	return func(ctx context.Context, name string) (func(), error) {
		sum := sha256.Sum256([]byte(name))
		f, err := os.OpenFile(filepath.Join(dir, hex.EncodeToString(sum[:8])), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		for {
			if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
				return func() { _ = f.Close() }, nil
			}
			select {
			case <-ctx.Done():
				_ = f.Close()
				return nil, ctx.Err()
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
}

// Two windows with one keychain: a refresh token is spent once, whichever of them finds the token ended.
func TestTwoWindowsSpendOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(w *world)
	}{
		{"expired", func(w *world) { w.later(time.Hour) }},
		{"refused", func(w *world) { w.expireAll() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			box, lock := newBox(), fileLock(t.TempDir())
			seats := []*seat{w.seat(box, lock, nil), w.seat(box, lock, nil), w.seat(box, lock, nil)}
			seats[0].signedIn(nil)
			for round := range 4 {
				for _, s := range seats {
					s.mustCall(200)
				}
				tt.end(w)
				var wg sync.WaitGroup
				for _, s := range seats {
					wg.Go(func() {
						if got := many(20, func() (int, string, int, error) { return s.call(t.Context(), nil) }); got[200] != 20 {
							t.Errorf("round %d: statuses %v", round, got)
						}
					})
				}
				wg.Wait()
				if w.spends != round+1 || w.dead {
					t.Fatalf("round %d: %d refresh tokens spent (one of them twice: %v)", round, w.spends, w.dead)
				}
			}
		})
	}
}

// Windows that sign in and out at the same time lose no identity of each other.
func TestTwoWindowsOneList(t *testing.T) {
	noLeaks(t)
	box, lock := newBox(), fileLock(t.TempDir())
	var wg sync.WaitGroup
	const n = 12
	for i := range 3 {
		v := NewVault(newWindow(box), "p")
		v.Lock = lock
		wg.Go(func() {
			for k := range n {
				id, _, err := v.SaveNew(t.Context(), Token{AccessToken: "a", Issuer: "i", Resource: "r", Client: Client{ID: string(rune('a' + i))}})
				if err != nil {
					t.Error(err)
				}
				if k%3 == 2 {
					if err := v.Delete(t.Context(), id); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	list, err := NewVault(newWindow(box), "p").Identities(t.Context())
	if err != nil || len(list) != 3*n*2/3 {
		t.Errorf("%d identities, %v; want %d", len(list), err, 3*n*2/3)
	}
	if len(box.items) != len(list)+1 {
		t.Errorf("%d items for %d identities", len(box.items), len(list))
	}
}

func TestLockThatNeverComes(t *testing.T) {
	w := newWorld(t)
	box, lock := newBox(), fileLock(t.TempDir())
	s := w.seat(box, lock, nil)
	id := s.signedIn(nil)
	unlock, err := lock(t.Context(), "refresh/p/"+id)
	if err != nil {
		t.Fatal(err)
	}
	w.later(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, _, err := s.call(ctx, nil); err == nil || w.spends != 0 {
		t.Errorf("%v, %d spent", err, w.spends)
	}
	unlock()
	s.mustCall(200)
}
