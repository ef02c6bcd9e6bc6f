package export

import (
	"bytes"
	"net"
	"net/url"
	"strings"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// hostName keeps an id from being read as a port or a path.
func hostName(conn string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, conn)
}

func ms(us int64) float64 { return float64(us) / 1000 }

// timings are those of the wire in HAR's terms: "-1 if the timing does not apply to the current request"; ssl "is also
// included in the connect field".
func timings(t wire.Timing) harTimings {
	or := func(us int64) float64 {
		if us == 0 {
			return -1
		}
		return ms(us)
	}
	h := harTimings{Blocked: -1, DNS: or(t.DNS), Connect: or(t.Connect + t.TLS), SSL: or(t.TLS), Wait: ms(t.Wait), Receive: ms(t.Transfer)}
	h.Send = ms(max(0, t.Total-t.DNS-t.Connect-t.TLS-t.Wait-t.Transfer))
	return h
}

// total is "the sum of all timings available in the timings object (i.e. not including -1 values)"; ssl is in connect.
func total(t harTimings) float64 {
	us := int64(0)
	for _, v := range []float64{t.Blocked, t.DNS, t.Connect, t.Send, t.Wait, t.Receive} {
		if v > 0 {
			us += int64(v*1000 + 0.5)
		}
	}
	return ms(us)
}

func pairs(hs []wire.Header) []harPair {
	out := make([]harPair, 0, len(hs))
	for _, h := range hs {
		out = append(out, harPair(h))
	}
	return out
}

func field(hs []wire.Header, name string) string {
	for _, h := range hs {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

func cookiesOf(hs []wire.Header, name string) []harCookie {
	out := []harCookie{}
	for _, h := range hs {
		if !strings.EqualFold(h.Name, name) {
			continue
		}
		list := strings.Split(h.Value, ";")
		if name == "set-cookie" {
			list = list[:1] // the rest are its attributes
		}
		for _, c := range list {
			k, v, _ := strings.Cut(strings.TrimSpace(c), "=")
			out = append(out, harCookie{k, v})
		}
	}
	return out
}

// queryOf reads the query as it stands: masked values hold characters that a URL may not.
func queryOf(raw string) []harPair {
	out := []harPair{}
	raw, _, _ = strings.Cut(raw, "#‹")
	_, query, ok := strings.Cut(raw, "?")
	if !ok || query == "" {
		return out
	}
	for pair := range strings.SplitSeq(query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		out = append(out, harPair{unescaped(k), unescaped(v)})
	}
	return out
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func hostOf(addr string) string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	return host
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// textOf is a body for a HAR, and its encoding.
func textOf(b []byte) (text, encoding string) {
	if validText(b) {
		return string(b), ""
	}
	return base64Of(string(b)), "base64"
}

func validText(b []byte) bool { return bytes.Equal(b, bytes.ToValidUTF8(b, nil)) }
