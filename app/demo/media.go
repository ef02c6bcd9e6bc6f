package demo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
)

// lens draws the sample picture: a disc of glass, size by size pixels, as PNG.
func lens(size int) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	mid, r := float64(size)/2, float64(size)/2-4
	for y := range size {
		for x := range size {
			d := math.Hypot(float64(x)+.5-mid, float64(y)+.5-mid)
			switch {
			case d > r:
			case d > r-10:
				img.SetNRGBA(x, y, color.NRGBA{R: 60, G: 72, B: 88, A: 255})
			default:
				t := d / r
				img.SetNRGBA(x, y, color.NRGBA{R: uint8(40 + 60*t), G: uint8(150 + 60*t), B: uint8(190 - 40*t), A: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	return b.Bytes()
}

// wavHeader is the 44-byte header of n mono 16-bit samples.
func wavHeader(rate, n int) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+2*n))...)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1) // PCM
	b = le.AppendUint16(b, 1) // mono
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(2*rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	return le.AppendUint32(b, uint32(2*n))
}
