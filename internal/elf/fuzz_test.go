package elf

import (
	"bytes"
	"debug/elf"
	"testing"
)

func FuzzStrip(f *testing.F) {
	for _, machine := range []elf.Machine{elf.EM_X86_64, elf.EM_S390, elf.EM_ARM} {
		f.Add(library(machine).Bytes())
		f.Add(rewritten(machine).Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		after := contents(t, data)
		if bytes.Equal(after, data) {
			return
		}
		if len(after) > len(data) {
			t.Fatalf("%d bytes became %d", len(data), len(after))
		}
		sameSegments(t, data, after)
		if again := contents(t, after); !bytes.Equal(again, after) {
			t.Error("the second time, it did something else")
		}
	})
}
