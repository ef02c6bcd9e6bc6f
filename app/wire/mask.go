package wire

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"sync/atomic"
)

// Bounds of a masker.
const (
	// MinSearched is the length from which a known value is searched for in bodies and other text. A shorter one
	// would be found in places that have nothing to do with it, and blot out what the user came to see; it is
	// masked only where its place says what it is: a credential header, a query value, a member of an OAuth body.
	MinSearched = 6
	// minLearnt is the same for what is found in credential headers, query values and OAuth bodies on the way.
	minLearnt = 8
	// minLearntName is the same for cookies and session ids, which are often plain words ("theme=default").
	minLearntName = 16
	// maxSearched is the length up to which a value is searched for: far above any token or private key.
	maxSearched = 16 << 10
	// maxSearchedName is the same for cookies and session ids, which a hostile server chooses.
	maxSearchedName = 1 << 10
	// maxLearnt bounds what is learnt on the way for one connection: a server may send new cookies for ever.
	maxLearnt = 1000
)

// Masker replaces credentials by stable placeholders before anything is recorded. The true bytes sit in memory only,
// behind Reveal. Its methods are safe for concurrent use.
//
// A placeholder is ‹kind #hex›, where hex is the start of HMAC-SHA256(key, value): 4 digits, more when two values
// share them. Values known on one connection are masked on all: a token that leaks from one server to another is
// the last thing that should be written down.
type Masker struct {
	key   []byte
	match atomic.Pointer[matcher] // nil: values changed since it was built

	mu     sync.Mutex // guards all below
	conns  map[string]*secrets
	values map[string]*secret   // by true value
	names  map[string]*[32]byte // hex of a placeholder -> the whole hash it stands for; outlives its connection
}

// secret is a value that some connection knows.
type secret struct {
	placeholder string
	conns       [3]int // connections that know it, by how it is searched for
}

// search says how a value is searched for in text.
type search uint8

const (
	inPlace search = iota // not at all
	asIs                  // as it is: values learnt on the way, which may be a hostile server's choice
	escaped               // with its characters escaped, too: values given by Add
)

// secrets are the values of one connection.
type secrets struct {
	values map[string]search
	reveal map[string]string
	learnt []string // in the order they were learnt
}

// NewMasker makes a masker whose placeholders are derived with key (32 bytes), so that equal secrets look equal.
// Without a key one is drawn, and placeholders differ from run to run.
func NewMasker(key []byte) *Masker {
	if len(key) == 0 {
		key = make([]byte, 32)
		rand.Read(key) // never fails (crypto/rand)
	}
	return &Masker{
		key:    append([]byte(nil), key...),
		conns:  map[string]*secrets{},
		values: map[string]*secret{},
		names:  map[string]*[32]byte{},
	}
}

// Add makes value a known secret of the connection: it is masked wherever it recurs. kind is the word shown in the
// placeholder: token, secret, cookie, key, code, session, password. An empty value is ignored, one shorter than
// MinSearched is masked only where its place says what it is. A value of the form "Bearer x" makes x known too.
func (m *Masker) Add(conn, kind, value string) {
	if value == "" || isPlaceholder(value) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.know(conn, kind, value, given(value))
	if scheme, rest, ok := strings.Cut(value, " "); ok && authSchemes[strings.ToLower(scheme)] {
		if rest = strings.TrimSpace(rest); rest != "" {
			m.know(conn, kind, rest, given(rest))
		}
	}
}

// given is how a value given by Add is searched for.
func given(value string) search {
	if len(value) < MinSearched || len(value) > maxSearched {
		return inPlace
	}
	return escaped
}

// learnt is how a value found by its place is searched for.
func learnt(kind, value string) search {
	least, most := minLearnt, maxSearched
	if kind == "cookie" || kind == "session" {
		least, most = minLearntName, maxSearchedName
	}
	if len(value) < least || len(value) > most {
		return inPlace
	}
	return asIs
}

// Forget wipes the known secrets and revealable bytes of a connection.
func (m *Masker) Forget(conn string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.conns[conn]
	if c == nil {
		return
	}
	delete(m.conns, conn)
	for v, how := range c.values {
		m.release(v, how)
	}
	m.match.Store(nil)
}

// Reveal returns the true value behind a placeholder, while its connection lives.
func (m *Masker) Reveal(conn, placeholder string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.conns[conn]; c != nil {
		if v, ok := c.reveal[placeholder]; ok {
			return v, true
		}
	}
	for _, c := range m.conns { // a value of another connection that recurred on this one
		if v, ok := c.reveal[placeholder]; ok {
			return v, true
		}
	}
	return "", false
}

// learn is Add for a value found by its place.
func (m *Masker) learn(conn, kind, value string) (placeholder string) {
	return m.mask(conn, kind, value, learnt(kind, value))
}

func (m *Masker) mask(conn, kind, value string, how search) (placeholder string) {
	if value == "" || isPlaceholder(value) {
		return value
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	placeholder, isNew := m.know(conn, kind, value, how)
	if c := m.conns[conn]; isNew {
		c.learnt = append(c.learnt, value)
		if len(c.learnt) > maxLearnt {
			m.unlearn(c, c.learnt[0])
			c.learnt = c.learnt[1:]
		}
	}
	return placeholder
}

func (m *Masker) unlearn(c *secrets, value string) {
	how, ok := c.values[value]
	if !ok || how == escaped { // it was given since
		return
	}
	delete(c.values, value)
	delete(c.reveal, m.values[value].placeholder)
	m.release(value, how)
	m.match.Store(nil)
}

// know files a value; isNew says that the connection did not know it. The caller holds the lock.
func (m *Masker) know(conn, kind, value string, how search) (placeholder string, isNew bool) {
	c := m.conns[conn]
	if c == nil {
		c = &secrets{values: map[string]search{}, reveal: map[string]string{}}
		m.conns[conn] = c
	}
	s := m.values[value]
	if s == nil {
		s = &secret{placeholder: m.name(kind, value)}
		m.values[value] = s
	}
	before, had := c.values[value]
	if had && before >= how {
		return s.placeholder, false
	}
	if had {
		s.conns[before]--
	} else {
		c.reveal[s.placeholder] = value
	}
	s.conns[how]++
	c.values[value] = how
	if how > before {
		m.match.Store(nil)
	}
	return s.placeholder, !had
}

func (m *Masker) release(value string, how search) {
	s := m.values[value]
	if s.conns[how]--; s.conns == [3]int{} {
		delete(m.values, value)
	}
}

// name makes the placeholder of a value. The caller holds the lock.
func (m *Masker) name(kind, value string) string {
	if kind == "" {
		kind = "secret"
	}
	h := hmac.New(sha256.New, m.key)
	h.Write([]byte(value))
	sum := [32]byte(h.Sum(nil))
	digits := hex.EncodeToString(sum[:])
	for n := 4; ; n++ {
		other := m.names[digits[:n]]
		if other == nil {
			m.names[digits[:n]] = &sum
			return "‹" + kind + " #" + digits[:n] + "›"
		}
		if *other == sum || n == len(digits) {
			return "‹" + kind + " #" + digits[:n] + "›"
		}
	}
}

// placeholderLen is the length of the placeholder at the start of b, 0 if there is none.
func placeholderLen[T []byte | string](b T) int {
	const open, end = "‹", "›"
	if len(b) < len(open) || string(b[:len(open)]) != open {
		return 0
	}
	i := len(open)
	for i < len(b) && b[i] >= 'a' && b[i] <= 'z' {
		i++
	}
	if i == len(open) || i+2 > len(b) || string(b[i:i+2]) != " #" {
		return 0
	}
	digits := i + 2
	for i = digits; i < len(b) && isHex(b[i]); {
		i++
	}
	if i-digits < 4 || i+len(end) > len(b) || string(b[i:i+len(end)]) != end {
		return 0
	}
	return i + len(end)
}

func isPlaceholder(s string) bool { return s != "" && placeholderLen(s) == len(s) }
