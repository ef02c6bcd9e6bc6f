package transport

import (
	"fmt"
	"regexp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// tooLongHint says what to do about a message past the limit.
const tooLongHint = "Let the server answer in parts. If it is right, raise the limit in its settings (Protocol, Limits)."

// maxMessage is the limit of one message of a target.
func maxMessage(t Target) int64 {
	if t.MaxMessage > 0 {
		return t.MaxMessage
	}
	return DefaultMaxMessage
}

// sizeText is a limit in words: whole MiB as such.
func sizeText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// idMember finds what may be the id of a message of which only a part was read.
var idMember = regexp.MustCompile(`"id"\s*:\s*("(?:[^"\\]|\\.){0,200}"|-?[0-9]{1,20})`)

// headBytes is how much of the beginning of a cut message is searched for its id.
const headBytes = 512

// tooLong fails the call that a message past the limit answers, as far as that can be told: it came on the call's own
// stream, its first or last bytes name the id of a call, or one call waits and no more. A call that is not failed
// waits on, as for any other message that is no answer.
func (l *link) tooLong(seq uint64, own *call, head, tail []byte) {
	c := own
	if c == nil {
		c = l.nameless(head[:min(len(head), headBytes)], tail)
	}
	if c == nil {
		return
	}
	f := l.rec.fault(fault.Protocol, c.step, fmt.Sprintf("The answer to %s is longer than the %s that are read.", c.step, sizeText(l.maxMessage)), tooLongHint)
	f.Entries = []uint64{seq}
	c.fail(f)
}

// nameless finds the pending call that a cut message names at its beginning or end.
func (l *link) nameless(head, tail []byte) *call {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids [][]byte
	for _, part := range [][]byte{head, tail} {
		for _, m := range idMember.FindAllSubmatch(part, -1) {
			ids = append(ids, m[1])
		}
	}
	for _, id := range ids {
		for own, c := range l.pending {
			if string(quote(own)) == string(id) {
				return c
			}
		}
	}
	if len(ids) == 0 && len(l.pending) == 1 {
		for _, c := range l.pending {
			return c
		}
	}
	return nil
}
