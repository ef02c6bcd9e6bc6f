package wire

// Log is the live log of one run of the program: every connection's entries on one sequence, bodies bounded.
// All methods are safe for concurrent use; Append never blocks on a reader.
type Log struct{}

// Config of a Log; the zero value is the documented default.
type Config struct {
	MaxBytes int64 // stored bodies; default 256 MiB
}

// NewLog makes an empty log.
func NewLog(Config) *Log { return &Log{} }

// Append records d and returns its number. It pairs responses with requests of the same connection and id.
func (l *Log) Append(d Draft) uint64 { return 0 }

// Update changes an entry that was appended: change gets a copy of the draft as stored and returns it changed.
// Seq, Rev, Conn and Time stay. It does nothing when the entry left the log.
func (l *Log) Update(seq uint64, change func(*Draft)) {}

// Page returns up to limit entries changed after revision after, by rising Rev.
func (l *Log) Page(after uint64, limit int) Page { return Page{} }

// Entry returns one entry.
func (l *Log) Entry(seq uint64) (Entry, bool) { return Entry{}, false }

// Exchange returns the HTTP side of an entry.
func (l *Log) Exchange(seq uint64) (Exchange, bool) { return Exchange{}, false }

// Body returns up to length bytes of a part from offset, the length kept and the true length.
func (l *Log) Body(seq uint64, part Part, offset, length int64) (b []byte, kept, total int64, ok bool) {
	return nil, 0, 0, false
}

// Match returns the entries changed after revision after that hold text in a field, header or body, ignoring case.
// It looks at no more than limit entries.
func (l *Log) Match(text string, after uint64, limit int) (seqs []uint64, next uint64) { return nil, 0 }

// Subscribe calls nudge, from any goroutine and never twice at once, after entries changed. It must return at once.
func (l *Log) Subscribe(nudge func(rev uint64)) (cancel func()) { return func() {} }

// Clear forgets every entry; numbers go on.
func (l *Log) Clear() {}
