//go:build e2e

// Command serve runs the peers of authtest in a process of their own, for the end-to-end tests.
//
//	serve OPTIONS     authtest.Options as JSON
//
// It prints the MCP URL and the issuer as a line of JSON and takes orders, a line of JSON each: {"subject": "grace"}
// signs in that user from now on, {"advance": 600} puts the servers' clocks ahead by seconds, {"revoke": true} makes
// every token worthless. Each is answered by a line: what clients did wrong so far. It ends with its standard input.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// program stands for the test that authtest wants: everything lives as long as the process.
type program struct{ testing.TB }

func (program) Helper()        {}
func (program) Cleanup(func()) {}

type order struct {
	Subject string `json:"subject"`
	Advance int    `json:"advance"`
	Revoke  bool   `json:"revoke"`
}

func main() {
	if err := serve(os.Args[1], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "serve the authtest peers:", err)
		os.Exit(1)
	}
}

func serve(options string, orders io.Reader, answers io.Writer) error {
	var o authtest.Options
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return err
	}
	w := authtest.Start(program{}, o)
	out := json.NewEncoder(answers)
	if err := out.Encode(map[string]string{"url": w.URL, "issuer": w.AS.Issuer}); err != nil {
		return err
	}
	for in := json.NewDecoder(orders); ; {
		var do order
		switch err := in.Decode(&do); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if do.Subject != "" {
			w.AS.Change(func(o *authtest.ServerOptions) { o.Subject = do.Subject })
		}
		if do.Advance != 0 {
			w.Advance(time.Duration(do.Advance) * time.Second)
		}
		if do.Revoke {
			w.AS.RevokeAll()
		}
		if err := out.Encode(append([]string{}, w.Violations()...)); err != nil {
			return err
		}
	}
}
