package unpack_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keelback/keelback/internal/unpack"
)

// evil is the file name of the wheels that attack.
const evil = "evil-1.0-py3-none-any.whl"

// attack is a wheel that must be refused, and why.
type attack struct {
	name string
	make func(t *testing.T) archive
	want string // without the wheel's name
}

func run(t *testing.T, attacks []attack) {
	t.Helper()
	t.Parallel()
	for _, tt := range attacks {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, wheels := save(t, map[string]archive{evil: tt.make(t)})
			refused(t, unpack.Options{Wheels: wheels}, evil+": "+tt.want)
		})
	}
}

// with is a wheel with one more file.
func with(name string, mode uint32) func(*testing.T) archive {
	return func(t *testing.T) archive {
		t.Helper()
		return wheelOf(t, evil, []txtar.File{
			{Name: name + " " + strconv.FormatInt(int64(mode), 8), Data: []byte("evil = True\n")},
			{Name: "evil.py"},
		})
	}
}

func TestPathsThatLeadElsewhere(t *testing.T) {
	const file = 0o100644
	long := strings.Repeat("x", 256)
	deep := strings.Repeat("directory/", 450) + "x"
	run(t, []attack{
		{"up", with("../evil", file), "../evil: its path leads out of the environment"},
		{"up in the middle", with("evil/../../../../evil", file), "evil/../../../../evil: its path leads out of the environment"},
		{"up from the scripts", with("evil-1.0.data/scripts/../../evil", file), "evil-1.0.data/scripts/../../evil: its path leads out of the environment"},
		{"up from the data", with("evil-1.0.data/data/../../../etc/cron.d/evil", file), "evil-1.0.data/data/../../../etc/cron.d/evil: its path leads out of the environment"},
		{"absolute", with("/etc/passwd", file), "/etc/passwd: its path is absolute"},
		{"absolute data", with("evil-1.0.data/data//etc/passwd", file), "evil-1.0.data/data//etc/passwd: its path has an empty part"},
		{"backslashes", with(`..\evil`, file), `"..\\evil": its name has a \ (/ separates)`},
		{"a drive", with("C:evil", file), "C:evil: its path begins with a drive"},
		{"a NUL", with("evil.txt\x00.py", file), `"evil.txt\x00.py": its name has a control character`},
		{"a line break", with("evil\nRECORD", file), `"evil\nRECORD": its name has a control character`},
		{"an escape of terminals", with("evil\u009b2J", file), `"evil\u009b2J": its name has a control character`},
		{"a dot", with("./evil", file), "./evil: its path has an empty part"},
		{"no name", with("", file), ": its path has an empty part"},
		{"only a slash", with("/", 0o040755), "/: its path has an empty part"},
		{"a link", with("evil", 0o120777), "evil: a link (a wheel has files only)"},
		{"a device", with("evil", 0o020666), "evil: a special file (a wheel has files only)"},
		{"a pipe", with("evil", 0o010666), "evil: a special file (a wheel has files only)"},
		{"a directory without a slash", with("evil", 0o040755), "evil: a directory by its attributes, a file by its name"},
		{"a file with a slash", with("evil/", 0o100755), "evil/: a file by its attributes, a directory by its name"},
		{"a long name", with(long, file), long[:200] + "...: a part of its path has 256 bytes (255 work)"},
		{"a long path", with(deep, file), deep[:200] + "...: its path has 4501 bytes (4095 work)"},
		{"a path that is too long in the image", with(deep[len(deep)-4081:], file), deep[len(deep)-4081:][:200] + "...: its path has 4120 bytes in the image (4095 work)"},
		{"no UTF-8", func(t *testing.T) archive {
			a := with("evil\xff", file)(t)
			a.entries[0].both(func(f *fields) { f.flags = 1 << 11 })
			return a
		}, `"evil\xff": its name is not UTF-8`},
		{"another encoding", func(t *testing.T) archive {
			a := with("évil", file)(t)
			a.entries[0].both(func(f *fields) { f.flags = 0 })
			return a
		}, "évil: its name is not marked as UTF-8"},
	})
}

func TestNamesThatClash(t *testing.T) {
	const file = 0o100644
	run(t, []attack{
		{"by case", with("Evil.py", file), "evil.py: clashes with Evil.py of the same archive (some file systems take them for the same)"},
		{"by case beyond ASCII", func(t *testing.T) archive {
			return wheel(t, evil, "-- straße/É.py --\n-- straße/é.py --\n")
		}, "straße/é.py: clashes with straße/É.py of the same archive (some file systems take them for the same)"},
		{"by a sign that is a letter too", func(t *testing.T) archive {
			return wheel(t, evil, "-- k.py --\n-- \u212a.py --\n")
		}, "\u212a.py: clashes with k.py of the same archive (some file systems take them for the same)"},
		{"by composition", func(t *testing.T) archive {
			return wheel(t, evil, "-- e\u0301.py --\n-- \u00e9.py --\n")
		}, "\u00e9.py: clashes with e\u0301.py of the same archive (some file systems take them for the same)"},
		{"as a file and a directory", with("evil.py/__init__.py", file), "evil.py: clashes with evil.py of the same archive (some file systems take them for the same)"},
		{"as a directory and a file, by case", with("EVIL.PY/x/y", file), "evil.py: clashes with EVIL.PY of the same archive (some file systems take them for the same)"},
		{"twice", with("evil.py", file), "evil.py: twice in the archive"},
		{"twice, as a directory too", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\n")
			a.entries = append(a.entries, newEntry(t, "evil.py/", nil, 0o040755))
			return a
		}, "evil.py: twice in the archive"},
		{"in the environment", func(t *testing.T) archive {
			return wheel(t, evil, "-- evil.py --\nx = 1\n-- evil-1.0.data/purelib/evil.py --\nx = 2\n")
		}, "lib/python3.13/site-packages/evil.py: the wheel has two files for it"},
		{"in the environment, by case", func(t *testing.T) archive {
			return wheel(t, evil, "-- evil.py --\n-- evil-1.0.data/platlib/EVIL.py --\n")
		}, "evil.py: clashes with lib/python3.13/site-packages/EVIL.py of " + evil + " (some file systems take them for the same)"},
	})
}

// Readers of zip files that go by the directory, by the members or by the first end
// that they find must all find the same.
func TestArchivesThatReadersReadDifferently(t *testing.T) {
	plain := func(t *testing.T) archive {
		t.Helper()
		return wheel(t, evil, "-- evil.py --\nx = 1\n-- other.py --\nx = 2\n")
	}
	change := func(f func(t *testing.T, a *archive, e *entry)) func(*testing.T) archive {
		return func(t *testing.T) archive {
			t.Helper()
			a := plain(t)
			f(t, &a, a.entries[0])
			return a
		}
	}
	hidden := func(t *testing.T) []byte {
		t.Helper()
		return archive{entries: []*entry{newEntry(t, "hidden.py", []byte("evil"), 0o100644)}}.bytes()
	}
	zip64 := func(numbers ...any) []byte { return le(le(nil, uint16(1), uint16(8*len(numbers))), numbers...) }
	const none = ^uint32(0)
	run(t, []attack{
		{"bytes before the first member", change(func(t *testing.T, _ *archive, e *entry) { e.before = hidden(t) }), "evil.py: 130 bytes that belong to no member lie before it"},
		{"bytes before the archive", change(func(t *testing.T, a *archive, _ *entry) { a.before = hidden(t) }), "its directory does not lie where the end says"},
		{"bytes between members", change(func(_ *testing.T, _ *archive, e *entry) { e.after = []byte("hidden") }), "evil.py: 6 bytes that belong to no member lie behind it"},
		{"a member that the directory leaves out", change(func(_ *testing.T, _ *archive, e *entry) { e.absent = true }), "other.py: 53 bytes that belong to no member lie before it"},
		{"bytes behind the directory", change(func(_ *testing.T, a *archive, _ *entry) { a.behindDirectory = []byte("hidden") }), "its directory does not lie where the end says"},
		{"bytes behind the end", change(func(_ *testing.T, a *archive, _ *entry) { a.behind = []byte("hidden") }), "6 bytes lie behind the end of the archive"},
		{"an archive behind the end", change(func(t *testing.T, a *archive, _ *entry) { a.behind = hidden(t) }), "its directory does not lie where the end says"},
		{"an archive in the comment", change(func(t *testing.T, a *archive, _ *entry) { a.comment = hidden(t) }), "its directory does not lie where the end says"},
		{"an end in the directory", change(func(_ *testing.T, a *archive, _ *entry) {
			last := a.entries[len(a.entries)-1]
			last.central.comment = "PK\x05\x06" + string(make([]byte, 18))
		}), "a second end of the archive lies in its directory"},
		{"a directory of size 0", change(func(_ *testing.T, a *archive, _ *entry) {
			a.end = func(_, size, _ *uint32) { *size = 0 }
		}), "its directory does not lie where the end says"},
		{"fewer members at the end", change(func(_ *testing.T, a *archive, _ *entry) {
			a.end = func(count, _, _ *uint32) { *count-- }
		}), "71 bytes lie behind the last member in the directory"},
		{"more members at the end", change(func(_ *testing.T, a *archive, _ *entry) {
			a.end = func(count, _, _ *uint32) { *count++ }
		}), "its directory is damaged"},
		{"another name before the member", change(func(_ *testing.T, _ *archive, e *entry) { e.local.name = "good.py" }), "evil.py: the directory says so, the member itself says good.py"},
		{"another method before the member", change(func(_ *testing.T, _ *archive, e *entry) { e.local.method = 0 }), "evil.py: the directory and the member say different things about how it is packed"},
		{"another size before the member", change(func(_ *testing.T, _ *archive, e *entry) { e.local.size++ }), "evil.py: the directory and the member say different sizes"},
		{"another checksum before the member", change(func(_ *testing.T, _ *archive, e *entry) { e.local.crc++ }), "evil.py: the directory and the member say different sizes"},
		{"members that overlap", change(func(_ *testing.T, a *archive, e *entry) {
			a.entries[1].central.offset = string(make([]byte, 4))
		}), "evil.py: it overlaps with what follows"},
		{"an offset inside of a member", change(func(_ *testing.T, a *archive, e *entry) {
			a.entries[1].central.offset = "\x05\x00\x00\x00"
		}), "evil.py: it overlaps with what follows"},
		{"an offset beyond the archive", change(func(_ *testing.T, a *archive, e *entry) {
			a.entries[1].central.offset = "\x00\x00\x00\x70"
		}), "evil.py: 54 bytes that belong to no member lie behind it"},
		{"a second name in an extra field", change(func(_ *testing.T, _ *archive, e *entry) {
			e.central.extra = le(nil, uint16(0x7075), uint16(5), uint8(1), uint32(0))
		}), "evil.py: a second name, in an extra field"},
		{"an extra field that is cut off", change(func(_ *testing.T, _ *archive, e *entry) { e.local.extra = []byte{1, 0, 9, 0} }), "evil.py: an extra field is cut off"},
		{"stored with its size behind it", change(func(_ *testing.T, _ *archive, e *entry) {
			e.data = []byte("x = 1\n")
			e.both(func(f *fields) { f.flags, f.method, f.packed = 8, 0, 6 })
			e.after = le([]byte("PK\x07\x08"), e.local.crc, uint32(6), uint32(6))
		}), "evil.py: stored with its size behind it"},
		{"other sizes behind the member", change(func(_ *testing.T, _ *archive, e *entry) {
			e.both(func(f *fields) { f.flags = 8 })
			e.after = le([]byte("PK\x07\x08"), e.local.crc, e.local.packed, e.local.size+1)
		}), "evil.py: the sizes behind the member are not those of the directory"},
		{"no sizes behind the member", change(func(_ *testing.T, _ *archive, e *entry) {
			e.both(func(f *fields) { f.flags = 8 })
		}), "evil.py: 0 bytes that belong to no member lie behind it"},
		{"bytes behind the packed ones", change(func(_ *testing.T, _ *archive, e *entry) {
			e.data = append(e.data, "hidden"...)
			e.both(func(f *fields) { f.packed += 6 })
		}), "evil.py: 6 bytes lie behind its end"},
		{"a ZIP64 size that is not needed, and another one", change(func(_ *testing.T, _ *archive, e *entry) {
			e.central.extra = zip64(uint64(99), uint64(99))
		}), "evil.py: a ZIP64 field that does not fit to the sizes"},
		{"a ZIP64 size that is missing", change(func(_ *testing.T, _ *archive, e *entry) {
			e.both(func(f *fields) { f.size = none })
		}), "evil.py: a ZIP64 size is missing"},
		{"a ZIP64 size that differs before the member", change(func(_ *testing.T, _ *archive, e *entry) {
			e.local.extra = zip64(uint64(7), uint64(e.local.packed))
			e.local.size, e.local.packed = none, none
		}), "evil.py: the directory and the member say different sizes"},
		{"two ZIP64 fields", change(func(_ *testing.T, _ *archive, e *entry) {
			f := zip64(uint64(e.local.size), uint64(e.local.packed))
			e.central.extra = append(f, f...)
		}), "evil.py: two ZIP64 fields"},
		{"a ZIP64 end that is not needed", change(func(_ *testing.T, a *archive, _ *entry) {
			a.end64 = func(_, _, _ *uint64) {}
		}), "a ZIP64 end that does not fit to the end of the archive"},
		{"a ZIP64 end that says another number", change(func(_ *testing.T, a *archive, _ *entry) {
			a.end64 = func(count, _, _ *uint64) { *count-- }
			a.end = func(_, _, offset *uint32) { *offset = none }
		}), "a ZIP64 end that does not fit to the end of the archive"},
		{"a part of an archive", change(func(_ *testing.T, _ *archive, e *entry) { e.central.disk = 1 }), "evil.py: on another disk"},
		{"encrypted", change(func(_ *testing.T, _ *archive, e *entry) { e.both(func(f *fields) { f.flags = 1 }) }), "evil.py: encrypted (a wheel is not)"},
		{"flags of no known meaning", change(func(_ *testing.T, _ *archive, e *entry) { e.both(func(f *fields) { f.flags = 1 << 5 }) }), "evil.py: flags 0x20 are not known"},
		{"another method", change(func(_ *testing.T, _ *archive, e *entry) { e.both(func(f *fields) { f.method = 93 }) }), "evil.py: compressed by method 93 (store and deflate work)"},
		{"stored in another size", change(func(_ *testing.T, _ *archive, e *entry) {
			e.both(func(f *fields) { f.method = 0 })
		}), "evil.py: stored as 16 bytes, which are 6 when read"},
		{"another checksum", change(func(_ *testing.T, _ *archive, e *entry) { e.both(func(f *fields) { f.crc++ }) }), "evil.py: its checksum is not that of the archive"},
		{"cut off", change(func(_ *testing.T, _ *archive, e *entry) {
			e.data = e.data[:4]
			e.both(func(f *fields) { f.packed = 4 })
		}), "evil.py: cannot be inflated: unexpected EOF"},
	})
}

func TestBombs(t *testing.T) {
	const size = 80 << 20
	zeros := func(t *testing.T) *entry {
		t.Helper()
		return newEntry(t, "evil/zeros", make([]byte, size), 0o100644)
	}
	run(t, []attack{
		{"one great file", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\n")
			a.entries = append(a.entries, zeros(t))
			return a
		}, "a bomb: 102699 bytes that unpack to 83886435, more than 100 times as many"},
		{"many files that are one and the same", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\nx = 1\n")
			for i := range 100 {
				e := newEntry(t, "evil/"+strings.Repeat("x", i+1), nil, 0o100644)
				e.central.packed, e.central.size, e.central.method, e.central.crc = a.entries[0].central.packed, 6, 8, a.entries[0].central.crc
				e.central.offset = string(make([]byte, 4))
				a.entries = append(a.entries, e)
			}
			return a
		}, "evil.py: it overlaps with what follows"},
		{"more than it says", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\nx = 1\n")
			e := zeros(t)
			e.both(func(f *fields) { f.size = 1000 })
			*a.entries[0] = *e
			a.entries[0].both(func(f *fields) { f.name = "evil-1.0.dist-info/entry_points.txt" })
			return a
		}, "evil-1.0.dist-info/entry_points.txt: more than the 1000 bytes that the archive says"},
		{"more than there is in the world", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\nx = 1\n")
			for _, f := range []*fields{&a.entries[0].local, &a.entries[0].central} {
				f.size = ^uint32(0)
				f.extra = le(le(nil, uint16(1), uint16(8)), uint64(1<<60))
			}
			a.entries[0].local.packed = ^uint32(0)
			a.entries[0].local.extra = le(le(nil, uint16(1), uint16(16)), uint64(1<<60), uint64(a.entries[0].central.packed))
			return a
		}, "evil.py: the archive unpacks to more than 64 GiB"},
		{"ten million members", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\n")
			a.end64 = func(count, _, _ *uint64) { *count = 10_000_000 }
			a.end = func(count, _, _ *uint32) { *count = 0xffff }
			return a
		}, "10000000 members (100000 work)"},
		{"more members than the directory has room for", func(t *testing.T) archive {
			a := wheel(t, evil, "-- evil.py --\n")
			a.end64 = func(count, _, _ *uint64) { *count = 90_000 }
			a.end = func(count, _, _ *uint32) { *count = 0xffff }
			return a
		}, "a directory of 267 bytes for 90000 members"},
		{"a great script", func(t *testing.T) archive {
			script := append([]byte("#!python\n"), bytes.Repeat([]byte("#"), 20<<20)...)
			return wheelOf(t, evil, []txtar.File{{Name: "evil-1.0.data/scripts/evil", Data: script}})
		}, "evil-1.0.data/scripts/evil: 20971529 bytes (16777216 work)"},
	})
}
