package core

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // its size
	_ "image/jpeg" // its size
	_ "image/png"  // its size
	"io"
	"strings"
)

const (
	maxIconSide  = 2048      // pixels: a few bytes can stand for gigabytes of them
	maxIconXML   = 256 << 10 // bytes of an SVG
	maxIconNodes = 20_000    // of its elements
)

// imageType tells what an image is by its first bytes: "Consumers … SHOULD … verify that the content matches" what is
// allowed (2025-11-25/basic/index#icons). problem says why it is not shown.
func imageType(b []byte) (mime, problem string) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return sized("image/png", b)
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return sized("image/jpeg", b)
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return sized("image/gif", b)
	case len(b) > 30 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return webp(b)
	case looksLikeXML(b):
		if problem = harmfulSVG(b); problem != "" {
			return "", problem
		}
		return "image/svg+xml", ""
	}
	return "", "Its bytes are none of PNG, JPEG, WebP, GIF and SVG."
}

func sized(mime string, b []byte) (string, string) {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return "", "The image is broken."
	}
	return within(mime, c.Width, c.Height)
}

func within(mime string, w, h int) (string, string) {
	if w < 1 || h < 1 || w > maxIconSide || h > maxIconSide {
		return "", fmt.Sprintf("The image is %d × %d pixels; no more than %d a side are shown.", w, h, maxIconSide)
	}
	return mime, ""
}

// webp reads the size of the first chunk (RFC 9649 section 2).
func webp(b []byte) (string, string) {
	u24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	switch string(b[12:16]) {
	case "VP8X":
		return within("image/webp", u24(b[24:])+1, u24(b[27:])+1)
	case "VP8L":
		v := binary.LittleEndian.Uint32(b[21:])
		return within("image/webp", int(v&0x3fff)+1, int(v>>14&0x3fff)+1)
	case "VP8 ":
		return within("image/webp", int(binary.LittleEndian.Uint16(b[26:])&0x3fff), int(binary.LittleEndian.Uint16(b[28:])&0x3fff))
	}
	return "", "The image is broken."
}

func looksLikeXML(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(b, []byte("<?xml")) || bytes.HasPrefix(b, []byte("<svg")) || bytes.HasPrefix(b, []byte("<!"))
}

// harmfulSVG says what of an SVG is not shown. An <img> runs no script of it and loads nothing for it; one that has
// such things is no icon all the same ("sanitize SVG", 2025-11-25/basic/index#icons).
func harmfulSVG(b []byte) string {
	if len(b) > maxIconXML {
		return fmt.Sprintf("The SVG is larger than the %d KiB that are shown.", maxIconXML>>10)
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Entity = map[string]string{} // none but the five of XML
	for n := 0; ; {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			return ""
		case err != nil:
			return "The SVG is broken."
		}
		switch t := token.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) || bytes.ContainsRune(t, '[') {
				return "The SVG declares entities, so it is not shown."
			}
		case xml.StartElement:
			if n++; n > maxIconNodes {
				return fmt.Sprintf("The SVG has more than %d elements.", maxIconNodes)
			}
			if n == 1 && t.Name.Local != "svg" {
				return "It is XML, but no SVG."
			}
			if why := harmfulElement(t); why != "" {
				return "The SVG holds " + why + ", so it is not shown."
			}
		}
	}
}

func harmfulElement(e xml.StartElement) string {
	switch strings.ToLower(e.Name.Local) {
	case "script", "foreignobject", "iframe", "embed", "object", "handler", "listener":
		return "a " + strings.ToLower(e.Name.Local) + " element"
	}
	for _, a := range e.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(strings.TrimSpace(a.Value))
		switch {
		case strings.HasPrefix(name, "on"):
			return "a script (" + name + ")"
		case (name == "href" || name == "src") && value != "" && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/"):
			return "a link to elsewhere"
		case strings.Contains(value, "javascript:"):
			return "a script"
		}
	}
	return ""
}
