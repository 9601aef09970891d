package main

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"strings"
)

// useFiles has files told apart, sounds converted and documents written.
func useFiles(v *visit) {
	kind := func(data, want string) {
		v.ask(http.MethodPost, "/kind", "application/octet-stream", strings.NewReader(data), want)
	}
	kind(string(drawing()), "image/png")
	kind("%PDF-1.4\n", "application/pdf")
	kind(string(sound()), "audio/x-wav")
	for _, format := range []string{"FLAC", "OGG", "MP3", "AIFF"} {
		v.ask(http.MethodPost, "/sound?format="+format, "audio/x-wav", bytes.NewReader(sound()), `"format":"`+format+`"`, `"rate":8000`)
	}
	v.binary("/document", "%PDF-1.7")
	v.binary("/document?font=monospace", "%PDF-1.7")
}

// sound is half a second of a square wave, as a WAV file of one channel.
func sound() []byte {
	samples := make([]int16, 4000)
	for i := range samples {
		samples[i] = int16(8000 * (i / 20 % 2))
	}
	size := uint32(2 * len(samples))
	var out bytes.Buffer
	for _, part := range []any{
		[]byte("RIFF"), 36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1),
		uint32(8000), uint32(16000), uint16(2), uint16(16), []byte("data"), size, samples,
	} {
		binary.Write(&out, binary.LittleEndian, part) // a buffer has no errors
	}
	return out.Bytes()
}
