package profile

func splitWords(line string) ([]string, error) { return splitArgv(line) }

func quoteWord(word string) string { return quoteArgv(word) }
