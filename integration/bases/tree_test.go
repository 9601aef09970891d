package main

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"
)

func TestTreeIsTheSameArchiveInWhateverOrderItWasMade(t *testing.T) {
	t.Parallel()
	a, b := tree{}, tree{}
	a.file("etc/passwd", "root", 0o644)
	a.symlink("bin", "usr/bin")
	a.parents()
	b.symlink("bin", "usr/bin")
	b.dir("etc", 0o755)
	b.file("etc/passwd", "root", 0o644)
	first, err := a.tar()
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.tar()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("archives differ")
	}
}

func TestTreeReplacesWhatIsNoDirectory(t *testing.T) {
	t.Parallel()
	fs := tree{}
	fs.file("lib/libc.so", "c", 0o755)
	fs.dir("lib", 0o755)
	if _, ok := fs["lib/libc.so"]; !ok {
		t.Error("a directory over a directory removed what is in it")
	}
	fs.symlink("lib", "usr/lib")
	if _, ok := fs["lib/libc.so"]; ok {
		t.Error("a link over a directory left what was in it")
	}
}

func TestTreeOfAnArchiveIsThatArchive(t *testing.T) {
	t.Parallel()
	fs := tree{}
	fs.file("usr/bin/perl", "perl", 0o755)
	fs.add("usr/bin/perl5", entry{kind: tar.TypeLink, mode: 0o755, time: epoch, link: "usr/bin/perl"})
	fs.add("var/mail", entry{kind: tar.TypeDir, mode: 0o2775, gid: 8, time: epoch})
	want, err := fs.tar()
	if err != nil {
		t.Fatal(err)
	}
	again := tree{}
	if err := again.addTar(bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	got, err := again.tar()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("archive changed on its way through a tree")
	}
}

func TestTreeRejectsAHardLinkToALaterPath(t *testing.T) {
	t.Parallel()
	fs := tree{"a": {kind: tar.TypeLink, link: "b"}, "b": {kind: tar.TypeReg}}
	if _, err := fs.tar(); err == nil || !strings.Contains(err.Error(), "hard link to the later b") {
		t.Errorf("got %v", err)
	}
}
