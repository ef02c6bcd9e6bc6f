package query

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// span is the numbers lo..hi.
type span struct{ lo, hi int64 }

func (s span) holds(v int64) bool { return v >= s.lo && v <= s.hi }

// unit is a word behind a number and what the number is to be multiplied with.
type unit struct {
	name string
	size int64
}

// unit tables. The first is what a number without one has. Sizes are decimal, as the window writes them.
var (
	plainUnits = []unit{{"", 1}}
	timeUnits  = []unit{{"ms", 1000}, {"us", 1}, {"µs", 1}, {"s", 1e6}, {"min", 60e6}, {"m", 60e6}, {"h", 3600e6}}
	byteUnits  = []unit{
		{"b", 1},
		{"kb", 1e3},
		{"k", 1e3},
		{"mb", 1e6},
		{"m", 1e6},
		{"gb", 1e9},
		{"g", 1e9},
		{"kib", 1 << 10},
		{"mib", 1 << 20},
		{"gib", 1 << 30},
	}
)

// quantity reads one number with its unit: the value in the smallest unit, and the step of its last digit, so that
// 1.5s means 1.5 up to 1.6 seconds.
func quantity(s string, units []unit) (value, step int64, err error) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || s[i] == '-' && i == 0) {
		i++
	}
	digits, name := s[:i], strings.ToLower(s[i:])
	size := int64(0)
	if name == "" {
		size = units[0].size
	}
	for _, u := range units {
		if u.name == name {
			size = u.size
		}
	}
	f, perr := strconv.ParseFloat(digits, 64)
	switch {
	case digits == "" || perr != nil || math.IsInf(f, 0):
		return 0, 0, &badValue{message: fmt.Sprintf("%q is no number", shorten(s))}
	case size == 0:
		return 0, 0, &badValue{fmt.Sprintf("%q is no unit", shorten(s[i:])), "the units are " + unitNames(units)}
	case math.Abs(f)*float64(size) >= 1<<62:
		return 0, 0, &badValue{message: fmt.Sprintf("%s is too large", shorten(s))}
	}
	step = size
	if _, after, ok := strings.Cut(digits, "."); ok {
		for range min(len(after), 18) {
			step /= 10
		}
	}
	return int64(math.Round(f * float64(size))), max(step, 1), nil
}

func unitNames(units []unit) string {
	var names []string
	for _, u := range units {
		if u.name != "" {
			names = append(names, u.name)
		}
	}
	if len(names) == 0 {
		return "none: write the number alone"
	}
	return strings.Join(names, ", ")
}

// readSpan reads a comparison (>5, >=5, <5, <=5, =5), a range (1..5, 1.., ..5), or a number.
func readSpan(s string, units []unit) (span, error) {
	all := span{math.MinInt64, math.MaxInt64}
	if from, to, ok := strings.Cut(s, ".."); ok {
		return readRange(from, to, units)
	}
	for _, c := range []string{">=", "<=", ">", "<", "="} {
		rest, ok := strings.CutPrefix(s, c)
		if !ok {
			continue
		}
		v, step, err := quantity(rest, units)
		if err != nil {
			return all, err
		}
		switch c {
		case ">=":
			all.lo = v
		case "<=":
			all.hi = v
		case ">":
			all.lo = v + 1
		case "<":
			all.hi = v - 1
		default:
			return span{v, v + step - 1}, nil
		}
		return all, nil
	}
	v, step, err := quantity(s, units)
	return span{v, v + step - 1}, err
}

func readRange(from, to string, units []unit) (span, error) {
	out := span{math.MinInt64, math.MaxInt64}
	if from == "" && to == "" {
		return out, &badValue{message: "the range has neither a beginning nor an end"}
	}
	var err error
	if from != "" {
		if out.lo, _, err = quantity(from, units); err != nil {
			return out, err
		}
	}
	if to != "" {
		if out.hi, _, err = quantity(to, units); err != nil {
			return out, err
		}
	}
	if out.lo > out.hi {
		return out, &badValue{"the range ends before it begins", fmt.Sprintf("write %s..%s", shorten(to), shorten(from))}
	}
	return out, nil
}

// readSpans reads numbers with commas between them.
func readSpans(s string, one func(string) (span, error)) ([]span, error) {
	var out []span
	for part := range strings.SplitSeq(s, ",") {
		sp, err := one(part)
		if err != nil {
			return nil, err
		}
		out = append(out, sp)
	}
	return out, nil
}

// readStatus reads an HTTP status: a number as in readSpan, or a class (4xx).
func readStatus(s string) (span, error) {
	if len(s) == 3 && strings.EqualFold(s[1:], "xx") && s[0] >= '1' && s[0] <= '5' {
		class := int64(s[0]-'0') * 100
		return span{class, class + 99}, nil
	}
	return readSpan(s, plainUnits)
}

func holdsAny(spans []span, v int64) bool {
	for _, s := range spans {
		if s.holds(v) {
			return true
		}
	}
	return false
}

// shorten cuts what the user wrote for a message.
func shorten(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
