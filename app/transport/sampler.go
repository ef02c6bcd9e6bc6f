package transport

import (
	"time"
)

// NewSamplerClient makes the client of the endpoint that answers sampling questions: as [NewSignInClient], for t.URL,
// which the user chose; limit bounds one exchange. Plain HTTP goes to this machine only, unless g says otherwise.
func NewSamplerClient(t Target, o Options, g Guard, limit time.Duration) *SignInClient {
	s := NewSignInClient(t, o, g)
	s.limit, s.tap.oauth = limit, false
	return s
}
