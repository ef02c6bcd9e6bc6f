//go:build !windows

package profile

func splitWords(line string) ([]string, error) { return splitShell(line) }

func quoteWord(word string) string { return quoteShell(word) }
