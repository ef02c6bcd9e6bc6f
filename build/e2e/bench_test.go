//go:build e2e

package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// figure is one line of the table. Floor is what the same run measured without Sightglass, 0 where there is none.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Floor  float64 `json:"floor"`
	Ratio  float64 `json:"ratio"`
	Target string  `json:"target"`
	Met    bool    `json:"met"`
	Note   string  `json:"note,omitempty"` // why the value is not to be trusted
}

type table struct {
	t    *testing.T
	rows []figure
	busy string // what else the machine had to do
}

// add notes a figure that must not exceed limit.
func (b *table) add(name string, value, limit float64, unit string) {
	b.rows = append(b.rows, figure{Name: name, Value: value, Unit: unit, Target: fmt.Sprintf("<= %g %s", limit, unit), Met: value <= limit})
	b.t.Logf("%s: %.2f %s", name, value, unit)
}

// against notes a figure beside its floor; met says whether the target, given in words, is kept.
func (b *table) against(name string, value, floor float64, unit, target string, met bool) {
	b.rows = append(b.rows, figure{Name: name, Value: value, Unit: unit, Floor: floor, Ratio: value / floor, Target: target, Met: met})
	b.t.Logf("%s: %.2f %s against %.2f", name, value, unit, floor)
}

func (b *table) print() {
	fmt.Printf("\n%-64s %10s %10s %7s  %-26s %s\n", "figure", "value", "floor", "ratio", "target", "met")
	for _, r := range b.rows {
		floor, ratio := "", ""
		if r.Floor != 0 {
			floor, ratio = fmt.Sprintf("%.2f", r.Floor), fmt.Sprintf("%.2f", r.Ratio)
		}
		fmt.Printf("%-64s %7.2f %-2s %10s %7s  %-26s %s\n", r.Name, r.Value, r.Unit, floor, ratio, r.Target, strings.TrimSpace(map[bool]string{true: "yes", false: "NO"}[r.Met]+"  "+r.Note))
	}
	if b.busy != "" {
		fmt.Println("Not to be trusted: " + b.busy)
	}
	if file := os.Getenv("BENCH_JSON"); file != "" {
		raw, err := json.MarshalIndent(b.rows, "", "  ")
		if err == nil {
			err = os.WriteFile(file, raw, 0o644)
		}
		if err != nil {
			b.t.Error(err)
		}
	}
}

// TestBench prints the figures of `make bench`.
func TestBench(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("measured by make bench")
	}
	b := &table{t: t, busy: busy()}
	benchSize(b)
	for _, part := range []func(*table){benchStart, benchEcho, benchManyTools, benchLargeResult, benchOffers, benchFlood, benchMillion} {
		b.calmly(part)
	}
	b.print()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func benchSize(b *table) {
	st, err := os.Stat(appBinary(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	b.add("size of the program", float64(st.Size())/1e6, 25, "MB")
	dist := filepath.Join("..", "..", "frontend", "dist")
	page, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		b.t.Fatal(err)
	}
	total := gzipped(page)
	for _, m := range regexp.MustCompile(`(?:src|href)="[./]*(assets/[^"]+)"`).FindAllStringSubmatch(string(page), -1) {
		asset, err := os.ReadFile(filepath.Join(dist, m[1]))
		if err != nil {
			b.t.Fatal(err)
		}
		total += gzipped(asset)
	}
	b.add("frontend at start, gzipped", float64(total)/1e3, 200, "kB")
}

func gzipped(raw []byte) (n int) {
	w, _ := gzip.NewWriterLevel(counter{&n}, gzip.BestCompression)
	_, _ = w.Write(raw)
	_ = w.Close()
	return n
}

type counter struct{ n *int }

func (c counter) Write(p []byte) (int, error) {
	*c.n += len(p)
	return len(p), nil
}

// benchStart measures from the start of the process to the first painted list of servers, without driver and shim.
func benchStart(b *table) {
	var took []time.Duration
	home := tempHome(b.t)
	for range 9 {
		took = append(took, startOnce(b.t, home))
	}
	b.add("process start to usable window, median of 9", ms(p50(took)), 500, "ms")
	b.t.Logf("fastest %v, slowest %v", slices.Min(took), slices.Max(took))
}

func startOnce(t *testing.T, home string) time.Duration {
	t.Helper()
	cmd := exec.Command(appBinary(t))
	cmd.Env = append(append(os.Environ(), options{}.environment(home)...), "SIGHTGLASS_TRACE=start")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, pipe)
		_ = cmd.Wait()
	}()
	alarm := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer alarm.Stop()
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "window usable") {
			return time.Since(began)
		}
	}
	t.Fatalf("the window did not become usable within %v", patience)
	return 0
}

func TestBenchEcho(t *testing.T) { benchEcho(&table{t: t}) }
