package core

import "errors"

var errNotBuilt = errors.New("not built yet")

// Core owns every part of the program.
type Core struct{}

// New makes the parts. It touches no file and no network: Start does.
func New() *Core { return &Core{} }
