package unpack

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// add plans the file of a member.
func (d *dist) add(r *reader, l layout, m *member, members map[string]*member) error {
	if m.isDir || d.isReplaced(m.name) {
		return nil
	}
	if isBytecode(m.name, members) {
		d.bytecode = append(d.bytecode, m)
		return nil
	}
	p, err := l.place(d, m.name)
	if err != nil {
		return err
	}
	if p.isScript && isLauncherOf(path.Base(p.path), d.points) {
		return nil
	}
	f := &file{path: p.path, dist: d, member: m, isExec: m.isExec || p.isScript, digest: d.record[m.name].digest, size: m.size}
	if p.isScript {
		if err := f.rewrite(r); err != nil {
			return err
		}
	}
	d.files = append(d.files, f)
	return l.check(d, p.path)
}

// isReplaced reports whether an installer writes a member itself. Signatures of RECORD
// are not true of the one that is written. What is left out has to be in RECORD too,
// but is not read.
func (d *dist) isReplaced(name string) bool {
	below, ok := strings.CutPrefix(name, d.info+"/")
	return ok && slices.Contains([]string{"RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json"}, below)
}

// isBytecode reports whether a member is bytecode beside its source, which is made for
// another machine, time or path.
func isBytecode(name string, members map[string]*member) bool {
	if dir := path.Dir(name); dir == "__pycache__" || strings.HasSuffix(dir, "/__pycache__") {
		return true
	}
	source, ok := strings.CutSuffix(name, "c")
	return ok && strings.HasSuffix(source, ".py") && members[source] != nil
}

// rewrite gives a script the interpreter of the environment, where its first line
// asks for that.
func (f *file) rewrite(r *reader) error {
	const placeholder = "#!python"
	start := make([]byte, 0, len(placeholder))
	if f.member.size < int64(len(placeholder)) {
		return nil
	}
	// Great programs come as scripts too: only the start of them is read here.
	err := r.copy(f.dist.archive, f.member, "", func(b []byte) error {
		start = append(start, b[:min(len(placeholder), len(b))]...)
		return errStop
	})
	if !errors.Is(err, errStop) {
		return err
	}
	if string(start) != placeholder {
		return nil
	}
	text, err := r.read(f.dist.archive, f.member, f.digest, maxScript)
	if err != nil {
		return err
	}
	rest := text[len(placeholder):]
	if len(rest) > 0 && rest[0] == 'w' {
		rest = rest[1:]
	}
	f.setData(slices.Concat([]byte(shebang), rest))
	return nil
}

func (f *file) setData(data []byte) {
	f.member, f.data, f.digest, f.size = nil, data, sumOf(data), int64(len(data))
}

// addOwn plans what the installer adds: programs for entry points, who installed the
// package and why, and RECORD, which is filled in when all else is written.
func (d *dist) addOwn(l layout) {
	own := func(name string, data []byte, isExec bool) *file {
		f := &file{path: name, dist: d, isExec: isExec}
		f.setData(data)
		d.files = append(d.files, f)
		return f
	}
	for _, p := range d.points {
		own(path.Join("bin", p.name), p.launcher(), true)
	}
	info := path.Join(l.sitePackages, d.info)
	own(path.Join(info, "INSTALLER"), []byte("keelback\n"), false)
	own(path.Join(info, "REQUESTED"), nil, false)
	if d.DirectURL != "" {
		own(path.Join(info, "direct_url.json"), []byte(d.DirectURL), false)
	}
	own(path.Join(info, "RECORD"), nil, false).isRecord = true
}
