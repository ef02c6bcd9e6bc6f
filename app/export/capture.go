package export

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"
)

// A capture file (.sightglass) is gzip (RFC 1952) over JSON Lines (UTF-8, one JSON object a line, ended by a line feed):
//
//   - the first line is the [Manifest];
//   - each line behind it is an entry, see [Line], in the order of the wire: seq rises;
//   - the last line is {"end":true,"entries":N,"sha256":"…"}: how many entries there are, and the SHA-256 of every byte
//     before this line, uncompressed, in hexadecimal.
//
// So `gunzip -c x.sightglass | jq` reads it. A file without its last line is a part of one. A reader refuses a version
// above its own and ignores members that it does not know.

// CaptureVersion is the version that is written and the highest that is read.
const CaptureVersion = 1

// Manifest is the first line of a capture file.
type Manifest struct {
	Format      string     `json:"format"`  // "sightglass capture"
	Version     int        `json:"version"` // CaptureVersion
	Created     string     `json:"created"` // RFC 3339, UTC
	Program     string     `json:"program"` // "Sightglass 1.2.3"
	Title       string     `json:"title,omitempty"`
	Comment     string     `json:"comment,omitempty"`
	Connections []ConnInfo `json:"connections"`
}

// ConnInfo is what is known of a connection whose entries are in a file.
type ConnInfo struct {
	Conn      string `json:"conn"`              // as in its entries
	Name      string `json:"name,omitempty"`    // of the saved server
	Profile   string `json:"profile,omitempty"` // its id
	Transport string `json:"transport,omitempty"`
	Era       string `json:"era,omitempty"`
	Version   string `json:"version,omitempty"` // of the protocol
	Server    string `json:"server,omitempty"`  // serverInfo, JSON text
	Launch    string `json:"launch,omitempty"`  // command line or URL, credentials as placeholders
}

const captureFormat = "sightglass capture"

// end is the last line.
type end struct {
	End     bool   `json:"end"`
	Entries int    `json:"entries"`
	SHA256  string `json:"sha256"`
}

// WriteCapture writes a capture file of a source and returns how many entries are in it. Format, version and the time
// are filled in where they are empty.
func WriteCapture(w io.Writer, s Source, m Manifest) (n int, err error) {
	m.Format, m.Version = captureFormat, CaptureVersion
	if m.Created == "" {
		m.Created = time.Now().UTC().Format(time.RFC3339)
	}
	if m.Connections == nil {
		m.Connections = []ConnInfo{}
	}
	z := gzip.NewWriter(w)
	sum := sha256.New()
	hashed := io.MultiWriter(z, sum)
	head, err := encode(m)
	if err == nil {
		_, err = hashed.Write(append(head, '\n'))
	}
	if err == nil {
		n, err = JSONLines(hashed, s)
	}
	if err == nil {
		err = writeEnd(z, n, sum)
	}
	if err != nil {
		return n, fmt.Errorf("write the capture file: %w", err)
	}
	if err := z.Close(); err != nil {
		return n, fmt.Errorf("write the capture file: %w", err)
	}
	return n, nil
}

func writeEnd(w io.Writer, n int, sum hash.Hash) error {
	b := bufio.NewWriter(w)
	last, err := encode(end{true, n, hex.EncodeToString(sum.Sum(nil))})
	if err != nil {
		return err
	}
	_, _ = b.Write(append(last, '\n')) // Flush has the error
	return b.Flush()
}
