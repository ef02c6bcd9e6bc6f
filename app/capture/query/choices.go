package query

import (
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// choice is one of the values of a field that has few.
type choice struct {
	name    string
	aliases []string
	says    string
	needs   Need
	holds   func(e *wire.Entry) bool
	can     func(z *Zone) Verdict                  // nil: not told by a zone
	marked  func(comment string, pinned bool) bool // instead of holds: about what the user put on it
}

func choiceNames(list []choice) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.name)
	}
	return out
}

func findChoice(list []choice, value string) *choice {
	value = strings.ToLower(value)
	for i := range list {
		if list[i].name == value || slices.Contains(list[i].aliases, value) {
			return &list[i]
		}
	}
	return nil
}

// readChoices reads values of a list, with commas between them.
func readChoices(list []choice) func(input) (leaf, error) {
	return func(in input) (leaf, error) {
		var taken []*choice
		for part := range strings.SplitSeq(in.value, ",") {
			c := findChoice(list, part)
			if c == nil {
				return nil, oneOf(part, list)
			}
			taken = append(taken, c)
		}
		return choiceLeaf(taken), nil
	}
}

func choiceLeaf(taken []*choice) leaf {
	f := &fieldLeaf{costs: 2 + 2*len(taken)}
	for _, c := range taken {
		f.needs |= c.needs
	}
	f.holds = func(e *wire.Entry) bool {
		for _, c := range taken {
			if c.holds(e) {
				return true
			}
		}
		return false
	}
	f.can = func(z *Zone) Verdict {
		v := No
		for _, c := range taken {
			if c.can == nil {
				return Unknown
			}
			v = max(v, c.can(z))
		}
		return v
	}
	if len(taken) == 1 {
		f.holds = taken[0].holds
	}
	return f
}

func message(name string, m wire.Message, says string, aliases ...string) choice {
	return choice{
		name: name, aliases: aliases, says: says, needs: NeedMessage,
		holds: func(e *wire.Entry) bool { return e.Message == m },
		can:   func(z *Zone) Verdict { return known(z.Messages, func(x wire.Message) bool { return x == m }) },
	}
}

func kinds(name, says string, list []wire.Kind, aliases ...string) choice {
	return choice{
		name: name, aliases: aliases, says: says, needs: NeedKind,
		holds: func(e *wire.Entry) bool { return slices.Contains(list, e.Kind) },
		can: func(z *Zone) Verdict {
			return known(z.Kinds, func(k wire.Kind) bool { return slices.Contains(list, k) })
		},
	}
}

// kindChoices are the kinds of entries and of messages, by the words of both the wire and the window.
var kindChoices = []choice{
	message("request", wire.MsgRequest, "A JSON-RPC request"),
	message("response", wire.MsgResponse, "A JSON-RPC response with a result"),
	message("error", wire.MsgError, "A JSON-RPC error response"),
	message("notification", wire.MsgNotification, "A JSON-RPC notification", "notice"),
	message("batch", wire.MsgBatch, "A JSON-RPC batch"),
	message("invalid", wire.MsgInvalid, "What is no JSON-RPC message"),
	kinds("message", "Any JSON-RPC message", []wire.Kind{wire.KindFrame, wire.KindApp}, "frame", "messages"),
	kinds("http", "An HTTP exchange", []wire.Kind{wire.KindHTTP}),
	kinds("sse", "A server-sent event", []wire.Kind{wire.KindSSE}, "event"),
	kinds("stderr", "A line of the server’s standard error", []wire.Kind{wire.KindStderr}),
	kinds("lifecycle", "A state change", []wire.Kind{wire.KindLifecycle}, "state"),
	kinds("auth", "A step of a sign-in", []wire.Kind{wire.KindAuth}, "sign-in", "signin"),
	kinds("app", "A message between the window and an app", []wire.Kind{wire.KindApp}),
	kinds("gap", "Where entries left the log", []wire.Kind{wire.KindGap}, "dropped"),
}

func direction(name string, d wire.Dir, says string, aliases ...string) choice {
	return choice{
		name: name, aliases: aliases, says: says, needs: NeedDir,
		holds: func(e *wire.Entry) bool { return e.Dir == d },
		can:   func(z *Zone) Verdict { return known(z.Dirs, func(x wire.Dir) bool { return x == d }) },
	}
}

var dirChoices = []choice{
	direction("in", wire.In, "From the server", "from"),
	direction("out", wire.Out, "To the server", "to"),
}

var (
	isOpen = choice{
		name: "waiting", aliases: []string{"open", "pending"}, says: "Not answered yet", needs: NeedOpen,
		holds: func(e *wire.Entry) bool { return e.Open },
		can:   func(z *Zone) Verdict { return possible(z.Open > 0) },
	}
	isFailed = choice{
		name: "error", aliases: []string{"errors", "bad"}, says: "Anything gone wrong: errors, tool errors, HTTP 400 and up, what is not valid", needs: NeedFailed,
		holds: Failed,
		can:   func(z *Zone) Verdict { return possible(z.Errors > 0) },
	}
)

// statusChoices are what the status column of the table says.
var statusChoices = []choice{
	{
		name: "ok", says: "Answered with a result, or HTTP below 400", needs: NeedFailed,
		holds: func(e *wire.Entry) bool {
			return e.Message == wire.MsgResponse && !e.ToolErr || e.Kind == wire.KindHTTP && e.Status > 0 && e.Status < 400
		},
	},
	isFailed,
	isOpen,
	{
		name: "tool-error", aliases: []string{"toolerror", "iserror"}, says: "A tool’s result with isError", needs: NeedToolErr,
		holds: func(e *wire.Entry) bool { return e.ToolErr },
		can:   func(z *Zone) Verdict { return possible(z.Errors > 0) },
	},
	{
		name: "failed", says: "An exchange without an answer", needs: NeedKind | NeedStatus | NeedOpen,
		holds: func(e *wire.Entry) bool { return e.Kind == wire.KindHTTP && e.Status == 0 && !e.Open },
		can:   func(z *Zone) Verdict { return possible(z.Errors > 0) },
	},
	{
		name: "unanswered", aliases: []string{"no-answer"}, says: "A request that was never answered", needs: NeedMessage | NeedOpen | NeedPair,
		holds: func(e *wire.Entry) bool { return e.Message == wire.MsgRequest && !e.Open && e.Pair == 0 },
		can: func(z *Zone) Verdict {
			return known(z.Messages, func(x wire.Message) bool { return x == wire.MsgRequest })
		},
	},
	message("invalid", wire.MsgInvalid, "Not a JSON-RPC message"),
}

// readStatusField reads the words of the status column, and the numbers in it: HTTP statuses and error codes.
func readStatusField(in input) (leaf, error) {
	var taken []*choice
	for part := range strings.SplitSeq(in.value, ",") {
		if c := findChoice(statusChoices, part); c != nil {
			taken = append(taken, c)
			continue
		}
		s, err := readStatus(part)
		if err != nil {
			return nil, oneOf(part, statusChoices)
		}
		taken = append(taken, &choice{
			needs: NeedStatus | NeedCode,
			holds: func(e *wire.Entry) bool {
				return e.Status != 0 && s.holds(int64(e.Status)) || e.Code != 0 && s.holds(int64(e.Code))
			},
			can: func(z *Zone) Verdict {
				in := func(v int) bool { return s.holds(int64(v)) }
				return max(known(z.Statuses, in), known(z.Codes, in))
			},
		})
	}
	return choiceLeaf(taken), nil
}

// hasChoices are what is: and has: ask.
var hasChoices = []choice{
	{name: "pinned", aliases: []string{"pin"}, says: "Pinned by you", marked: func(_ string, pinned bool) bool { return pinned }},
	{name: "comment", aliases: []string{"commented", "comments"}, says: "With a comment of yours", marked: func(comment string, _ bool) bool { return comment != "" }},
	{
		name: "finding", aliases: []string{"findings"}, says: "Something is wrong with it", needs: NeedFindings,
		holds: func(e *wire.Entry) bool { return len(e.Findings) > 0 },
		can:   func(z *Zone) Verdict { return possible(z.Findings > 0) },
	},
	isFailed,
	isOpen,
	{name: "withheld", says: "Kept from the protocol engine", needs: NeedWithheld, holds: func(e *wire.Entry) bool { return e.Withheld != "" }},
	{name: "cut", says: "Its body is longer than what is kept", needs: NeedKept, holds: func(e *wire.Entry) bool { return e.Cut }},
	{name: "dropped", says: "Its body left memory", needs: NeedKept, holds: func(e *wire.Entry) bool { return e.Dropped }},
	{name: "pair", aliases: []string{"paired", "answer"}, says: "Its other half is there", needs: NeedPair, holds: func(e *wire.Entry) bool { return e.Pair != 0 }},
	{name: "body", says: "It has bytes of its own", needs: NeedBytes | NeedReqBytes, holds: func(e *wire.Entry) bool { return e.Bytes+e.ReqBytes > 0 }},
}

func readHas(in input) (leaf, error) {
	c := findChoice(hasChoices, in.value)
	switch {
	case c == nil:
		return nil, oneOf(in.value, hasChoices)
	case c.marked != nil:
		return &markLeaf{holds: c.marked}, nil
	}
	return choiceLeaf([]*choice{c}), nil
}
