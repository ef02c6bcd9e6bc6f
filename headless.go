//go:build !(production || dev || bindings)

package main

func run(_ []string) int { return 2 }
