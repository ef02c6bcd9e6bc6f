package core

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// TestBenchSignIn prints what the engine adds to a whole sign-in at the built-in sample, beside the sum of the bare HTTP
// exchanges: from the click to the token and the connect that was refused, without the browser. Each time nothing is
// known of the server, and a client is registered. It is a part of `make bench`.
func TestBenchSignIn(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	const rounds = 15
	var ours, bare []time.Duration
	for range rounds {
		whole, exchanges := oneSignIn(t)
		ours, bare = append(ours, whole), append(bare, exchanges)
	}
	slices.Sort(ours)
	slices.Sort(bare)
	value, floor := ours[rounds/2], bare[rounds/2]
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	met := map[bool]string{true: "yes", false: "NO"}[value <= floor+5*time.Millisecond]
	fmt.Printf("%-52s %7.2f %-2s %10.2f %7.2f  %-26s %s\n", "sign-in without the browser, median of 15", ms(value), "ms", ms(floor), ms(value)/ms(floor), "floor + 5 ms", met)
}

func oneSignIn(t *testing.T) (whole, exchanges time.Duration) {
	browser := make(chan time.Duration, 1)
	c := New(Options{Dir: t.TempDir(), Version: "bench", Memory: true, Seed: true, Browser: func(ctx context.Context, url string) error {
		begun := time.Now()
		err := authtest.Consent(ctx, url, "ada", true)
		browser <- time.Since(begun)
		return err
	}})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	i := slices.IndexFunc(c.Servers().Profiles, func(p profile.Profile) bool { return p.Sample == SampleProtected })
	id := c.Servers().Profiles[i].ID
	_, _ = c.ConnectWait(t.Context(), id) // refused: that is what the sample is for
	until(t, "the metadata to be looked up", func() bool {
		return c.SignIn(id).Phase == SignInRefused && !c.signIn(id).busy()
	})
	before := c.Page(math.MaxUint64, 1).Last
	begun := time.Now()
	if _, err := c.SignInWait(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	whole = time.Since(begun) - <-browser
	for _, e := range c.Page(0, 0).Entries {
		if e.Seq > before && e.Kind == wire.KindHTTP && !e.Open {
			exchanges += time.Duration(e.Took) * time.Microsecond
		}
	}
	return whole, exchanges
}
