package elf

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMissingIsInOrderOfAllThatItSays(t *testing.T) {
	t.Parallel()
	want := []Missing{
		{Library: "liba.so", File: "/x"},
		{Library: "libb.so", File: "/x", Version: "B_9", Found: "/lib/libb.so", Newest: "B_1"},
		{Library: "libb.so", File: "/x", Version: "B_10", Found: "/lib/libb.so", Newest: "B_1"},
		{Library: "libb.so", File: "/y", Version: "B_10", Found: "/lib/libb.so", Newest: "B_1"},
		{Library: "libb.so", File: "/y", Version: "B_10", Found: "/lib/libb.so", Newest: "B_2"},
		{Library: "libb.so", File: "/y", Version: "B_10", Found: "/opt/libb.so", Newest: "B_0"},
		{Library: "libb.so", File: "/y", Version: "B_10", Found: "/opt/libb.so", Newest: "B_1", Optional: true},
	}
	for range 20 {
		c := &Closure{missing: map[Missing]bool{}}
		for _, m := range want {
			c.missing[m] = true
		}
		if diff := cmp.Diff(want, c.Missing()); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	}
	for _, m := range want {
		optional := m
		optional.Optional = true
		if list := []Missing{optional, m}; !m.Optional {
			slices.SortFunc(list, compareMissing)
			if list[0] != m {
				t.Errorf("%+v: comes behind what is optional", m)
			}
		}
	}
}
