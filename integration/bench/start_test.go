package main

import "testing"

func TestProportional(t *testing.T) {
	t.Parallel()
	text := "560e00000000-7ffd00000000 ---p 00000000 00:00 0    [rollup]\nRss:   9000 kB\nPss:   2048 kB\nPss_Anon:  1000 kB\n"
	if n, err := proportional([]byte(text)); err != nil || n != 2<<20 {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := proportional([]byte("Rss: 9000 kB\n")); err == nil {
		t.Error("a text without it is no error")
	}
}
