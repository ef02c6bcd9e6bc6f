package challenge

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxBody is how much of a refusal's body a [Challenge] keeps, in bytes.
const MaxBody = 64 << 10

// Input is a response as it was recorded, credentials masked.
type Input struct {
	Server    string      // the profile's name
	Resource  string      // URL of the MCP server
	Status    int         // HTTP status
	Method    string      // HTTP method of the request
	URL       string      // URL of the request, credentials masked
	Where     string      // what was refused, in words
	Exchange  uint64      // Seq of the exchange in the log
	Header    http.Header // response headers; WWW-Authenticate values in the order received
	Body      []byte      // response body, or its beginning
	BodyCut   bool        // Body is only the beginning
	TokenSent bool        // the request carried an Authorization header
}

// Read makes a Challenge of a refusal. It takes any response and never fails: what is missing or broken becomes a
// finding. Slices of the result are never nil.
func Read(in Input) Challenge {
	c := Challenge{
		Server: in.Server, Resource: in.Resource, Status: in.Status, Method: in.Method, URL: in.URL, Where: in.Where,
		Exchange: in.Exchange, Raw: append([]string{}, in.Header.Values("WWW-Authenticate")...),
		Headers: Headers(in.Header), ContentType: in.Header.Get("Content-Type"), Scopes: []string{},
	}
	c.Schemes = Parse(c.Raw)
	c.Body, c.BodyCut = cutBody(in.Body)
	c.BodyCut = c.BodyCut || in.BodyCut
	if s := c.counting(); s != nil {
		c.ResourceMetadata, _ = s.get("resource_metadata")
		c.Error, _ = s.get("error")
		c.ErrorDescription, _ = s.get("error_description")
		if scope, ok := s.get("scope"); ok {
			c.Scopes = append(c.Scopes, strings.Fields(scope)...)
		}
	}
	c.ResourceMetadataOther = otherOrigin(c.ResourceMetadata, c.Resource)
	c.Findings = findings(&c, in)
	c.Next = next(&c, in)
	return c
}

// Headers lists h by name, the values of a name in their order. It is never nil.
func Headers(h http.Header) []Header {
	out := []Header{}
	for name, values := range h {
		for _, v := range values {
			out = append(out, Header{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func cutBody(b []byte) (string, bool) {
	cut := len(b) > MaxBody
	if cut {
		b = b[:MaxBody]
		for n := 1; n < utf8.UTFMax && n < len(b); n++ { // do not cut a character in two
			if last := b[len(b)-n]; utf8.RuneStart(last) {
				if !utf8.FullRune(b[len(b)-n:]) {
					b = b[:len(b)-n]
				}
				break
			}
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), cut
}

// counting is the challenge that counts for signing in: the first Bearer or DPoP with resource_metadata, else the
// first Bearer or DPoP, else the first of any scheme that has resource_metadata. nil when there is none.
func (c *Challenge) counting() *Scheme {
	i := slices.IndexFunc(c.Schemes, func(s Scheme) bool { _, ok := s.get("resource_metadata"); return ok && s.isOAuth() })
	if i < 0 {
		i = slices.IndexFunc(c.Schemes, func(s Scheme) bool { return s.isOAuth() })
	}
	if i < 0 {
		i = slices.IndexFunc(c.Schemes, func(s Scheme) bool { _, ok := s.get("resource_metadata"); return ok })
	}
	if i < 0 {
		return nil
	}
	return &c.Schemes[i]
}
