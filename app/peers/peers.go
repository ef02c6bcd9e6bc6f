//go:build e2e

// Package peers lends the test servers of app/internal to the end-to-end tests, which stand outside app and may not
// import them. It has nothing of its own.
package peers

import (
	"net/http"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/authtest"
	"github.com/sightglass-dev/sightglass/app/internal/capturetest"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

// Modern is a scripted server of 2026-07-28: see mcptest.
type Modern = mcptest.Modern

// NewModern is a Modern whose answers stay fresh for ttl milliseconds.
func NewModern(ttl int) *Modern { return mcptest.NewModern(ttl) }

// EveryKind is a server that asks questions of every kind in one round.
func EveryKind(w http.ResponseWriter, r *http.Request) { mcptest.EveryKind(w, r) }

// Process starts a program that prints the URL it serves: see mcptest.
func Process(t testing.TB, program string, args ...string) string {
	return mcptest.Process(t, program, args...)
}

// ServeFlood is a server that floods, over stdio: see mcptest.
func ServeFlood() { mcptest.ServeFlood() }

// ServeFloodHTTP is the same over Streamable HTTP: see mcptest.
func ServeFloodHTTP() { mcptest.ServeFloodHTTP() }

// Fill keeps n entries in the store of a data folder: see capturetest.
func Fill(t testing.TB, dir string, n int) { capturetest.Fill(t, dir, n) }

// World is a protected MCP server and its authorization server: see authtest.
type World = authtest.World

// Options bend the rules of a World.
type Options = authtest.Options

// ResourceOptions bend its MCP server.
type ResourceOptions = authtest.ResourceOptions

// ServerOptions bend its authorization server.
type ServerOptions = authtest.ServerOptions

// Lax is what a careless MCP server accepts.
type Lax = authtest.Lax

// Place says where metadata are.
type Place = authtest.Place

// Refusal is an OAuth error answer.
type Refusal = authtest.Refusal

// Fault makes an endpoint misbehave.
type Fault = authtest.Fault

// The endpoints that faults name.
const (
	PRM      = authtest.PRM
	Metadata = authtest.Metadata
)

// The places of metadata that options name.
const (
	AsOAuth = authtest.AsOAuth
	Nowhere = authtest.Nowhere
)

// The issuers of an authorization response that options name.
const (
	IssMissing = authtest.IssMissing
	IssWrong   = authtest.IssWrong
)

// HTML is a page where JSON should be.
func HTML() Fault { return authtest.HTML() }

// StartWorld starts a World, which ends with the test.
func StartWorld(t testing.TB, o Options) *World {
	t.Helper()
	return authtest.Start(t, o)
}
