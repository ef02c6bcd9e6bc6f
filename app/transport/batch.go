package transport

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// isBatch tells a Windows batch file, which is what npx, npm, yarn and uvx shims are. Windows runs it by cmd.exe, which
// reads a command line by rules of its own.
func isBatch(program string) bool {
	ext := strings.ToLower(filepath.Ext(program))
	return ext == ".cmd" || ext == ".bat"
}

// batchLine is the command line for cmd.exe that gives a batch file exactly these arguments. What os/exec would write
// is for programs that read it by CommandLineToArgvW; cmd.exe would take & | < > ^ and %NAME% in it for its own
// (CVE-2024-24576). The rules are those of Rust's std::process: /e:ON for the %…% below, /v:OFF so that ! is plain, /d
// against AutoRun commands, and a pair of quotes around the whole, which /c takes off.
func batchLine(script string, args []string) (string, error) {
	if strings.Contains(script, `"`) || strings.Count(script, "%") > 1 || strings.HasSuffix(script, `\`) {
		return "", fmt.Errorf("the name of the batch file %q cannot be quoted", script)
	}
	var line strings.Builder
	line.WriteString(`cmd.exe /e:ON /v:OFF /d /c ""` + script + `"`)
	for _, a := range args {
		if strings.ContainsAny(a, "\r\n\x00") {
			return "", errors.New("an argument holds a line break, which a batch file cannot be given")
		}
		line.WriteByte(' ')
		batchArg(&line, a)
	}
	line.WriteByte('"')
	return line.String(), nil
}

// batchPlain are the characters besides letters and digits that need no quotes.
const batchPlain = `#$*+-./:?@\_`

func batchArg(line *strings.Builder, arg string) {
	quote := arg == "" || strings.HasSuffix(arg, `\`) || strings.ContainsFunc(arg, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return r < 0x80 && !letter && !strings.ContainsRune(batchPlain, r) || r >= 0x80 && r < 0xA0
	})
	if quote {
		line.WriteByte('"')
	}
	slashes := 0
	for i := range len(arg) {
		switch arg[i] {
		case '\\':
			slashes++
			line.WriteByte('\\')
			continue
		case '"': // doubled for cmd.exe; backslashes before it are doubled for the program behind
			line.WriteString(strings.Repeat(`\`, slashes) + `""`)
		case '%': // the variable "cd" from its end on: nothing, so that no %NAME% is left to be replaced
			line.WriteString(`%%cd:~,%`)
		default:
			line.WriteByte(arg[i])
		}
		slashes = 0
	}
	if quote {
		line.WriteString(strings.Repeat(`\`, slashes) + `"`)
	}
}
