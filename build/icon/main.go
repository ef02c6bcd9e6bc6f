// Command icon renders the few shapes of build/appicon.svg: build/appicon.png, build/linux/icon.png and
// build/windows/icon.ico. It knows circles, rectangles with round corners and a clip circle, no more SVG than that file uses. Run it with `make icons`.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strconv"
)

const (
	canvas  = 1024 // the SVG's own size
	samples = 4    // in each direction of a pixel
	// onLinux is the size of the window's icon there. GTK decodes it and hands every pixel to the X server before the
	// window comes up: 1024 pixels cost 8 MB and a tenth of the start.
	onLinux = 128
)

type shape struct {
	XMLName       xml.Name
	X             float64 `xml:"x,attr"`
	Y             float64 `xml:"y,attr"`
	Width         float64 `xml:"width,attr"`
	Height        float64 `xml:"height,attr"`
	Corner        float64 `xml:"rx,attr"`
	CX            float64 `xml:"cx,attr"`
	CY            float64 `xml:"cy,attr"`
	Radius        float64 `xml:"r,attr"`
	Fill          string  `xml:"fill,attr"`
	ClipPath      string  `xml:"clip-path,attr"`
	Inner         []shape `xml:",any"`
	clippedBy     *shape
	red, grn, blu float64
}

func (s *shape) covers(x, y float64) bool {
	if s.clippedBy != nil && !s.clippedBy.covers(x, y) {
		return false
	}
	if s.XMLName.Local == "circle" {
		return math.Hypot(x-s.CX, y-s.CY) <= s.Radius
	}
	if x < s.X || y < s.Y || x > s.X+s.Width || y > s.Y+s.Height {
		return false
	}
	nearX := min(max(x, s.X+s.Corner), s.X+s.Width-s.Corner)
	nearY := min(max(y, s.Y+s.Corner), s.Y+s.Height-s.Corner)
	return math.Hypot(x-nearX, y-nearY) <= s.Corner || (nearX == x || nearY == y)
}

func read(name string) ([]shape, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var root shape
	if err := xml.Unmarshal(b, &root); err != nil {
		return nil, err
	}
	var clip *shape
	var shapes []shape
	for _, s := range root.Inner {
		if s.XMLName.Local == "clipPath" {
			clip = &s.Inner[0]
			continue
		}
		v, err := strconv.ParseUint(s.Fill[1:], 16, 32)
		if err != nil {
			return nil, fmt.Errorf("fill %s: %w", s.Fill, err)
		}
		s.red, s.grn, s.blu = float64(v>>16), float64(v>>8&0xff), float64(v&0xff)
		if s.ClipPath != "" {
			s.clippedBy = clip
		}
		shapes = append(shapes, s)
	}
	return shapes, nil
}

func render(shapes []shape, size int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	scale := float64(canvas) / float64(size)
	for y := range size {
		for x := range size {
			var red, grn, blu, covered float64
			for i := range samples * samples {
				px := (float64(x) + (float64(i%samples)+0.5)/samples) * scale
				py := (float64(y) + (float64(i/samples)+0.5)/samples) * scale
				for n := len(shapes) - 1; n >= 0; n-- {
					if s := &shapes[n]; s.covers(px, py) {
						red, grn, blu, covered = red+s.red, grn+s.grn, blu+s.blu, covered+1
						break
					}
				}
			}
			if covered > 0 {
				img.SetNRGBA(x, y, color.NRGBA{
					R: uint8(red / covered), G: uint8(grn / covered), B: uint8(blu / covered),
					A: uint8(covered / (samples * samples) * 255),
				})
			}
		}
	}
	return img
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// ico packs PNG pictures as Windows reads them since Vista.
func ico(shapes []shape, sizes []int) []byte {
	var head, body bytes.Buffer
	put := func(v ...any) {
		for _, one := range v {
			_ = binary.Write(&head, binary.LittleEndian, one) // a buffer takes everything
		}
	}
	put(uint16(0), uint16(1), uint16(len(sizes)))
	for _, size := range sizes {
		b := encode(render(shapes, size))
		put(uint8(size%256), uint8(size%256), uint8(0), uint8(0), uint16(1), uint16(32), uint32(len(b)), uint32(6+16*len(sizes)+body.Len()))
		body.Write(b)
	}
	return append(head.Bytes(), body.Bytes()...)
}

func run() error {
	shapes, err := read("build/appicon.svg")
	if err != nil {
		return err
	}
	if err := os.WriteFile("build/appicon.png", encode(render(shapes, canvas)), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile("build/linux/icon.png", encode(render(shapes, onLinux)), 0o644); err != nil {
		return err
	}
	return os.WriteFile("build/windows/icon.ico", ico(shapes, []int{16, 24, 32, 48, 64, 128, 256}), 0o644)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "icon:", err)
		os.Exit(1)
	}
}
