package ospkg

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/keelback/keelback/internal/rootfs"
)

const (
	apkInstalled = "/lib/apk/db/installed"
	apkWorld     = "/etc/apk/world"
)

// apkDB is apk's database of installed packages.
type apkDB struct {
	file     rootfs.Entry
	text     string // ends with an empty line
	packages []apkPackage
	owners   map[string]string
}

// apkPackage is one paragraph of the database.
type apkPackage struct {
	name  string
	lines []string
}

func openAPK(root *rootfs.Root) (*apkDB, error) {
	e, err := root.Stat(apkInstalled)
	if err != nil {
		e, err = root.Stat("/usr/lib/apk/db/installed")
	}
	if err != nil {
		return nil, err
	}
	text, err := e.ReadAll()
	if err != nil {
		return nil, err
	}
	db := &apkDB{file: e, text: strings.TrimRight(string(text), "\n") + "\n\n", owners: map[string]string{}}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(db.text), "\n\n") {
		p := apkPackage{lines: strings.Split(paragraph, "\n")}
		p.name, _ = p.field("P")
		for name := range p.files() {
			db.owners[name] = p.name
		}
		db.packages = append(db.packages, p)
	}
	return db, nil
}

func (p apkPackage) field(key string) (string, bool) {
	for _, line := range p.lines {
		if v, ok := strings.CutPrefix(line, key+":"); ok {
			return v, true
		}
	}
	return "", false
}

// files calls yield with the path of each file of the package.
func (p apkPackage) files() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		dir := "/"
		for _, line := range p.lines {
			key, value, _ := strings.Cut(line, ":")
			switch key {
			case "F":
				dir = "/" + value
			case "R":
				if !yield(path.Join(dir, value)) {
					return
				}
			}
		}
	}
}

// record puts the packages that own files into the layer's copy of the base's
// database, each with just those files, and into the list of packages that are
// wanted, lest the next `apk add` removes them.
func (db *apkDB) record(layer *rootfs.Layer, base *apkDB, files map[string][]string) ([]string, error) {
	if base == nil {
		base = &apkDB{file: rootfs.NewFile(apkInstalled, 0o644, nil)}
	}
	have := map[string]bool{}
	for _, p := range base.packages {
		have[p.name] = true
	}
	var added []apkPackage
	for _, p := range db.packages {
		if owned, ok := files[p.name]; ok && !have[p.name] {
			added = append(added, p.only(owned))
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	provided := provides(slices.Concat(base.packages, added))
	text := base.text
	var names []string
	for _, p := range added {
		text += strings.Join(p.withoutUnmet(provided).lines, "\n") + "\n\n"
		names = append(names, p.name)
	}
	if err := put(layer, base.file, text); err != nil {
		return nil, err
	}
	return names, want(layer, names)
}

// want adds names to the packages that the user asked for, where the image has such
// a list.
func want(layer *rootfs.Layer, names []string) error {
	world, err := layer.Stat(apkWorld)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := world.ReadAll()
	if err != nil {
		return err
	}
	all := strings.Fields(string(text))
	all = append(all, names...)
	slices.Sort(all)
	return put(layer, world, strings.Join(slices.Compact(all), "\n")+"\n")
}

// put writes a file anew, with the owner and mode that it has.
func put(layer *rootfs.Layer, old rootfs.Entry, text string) error {
	e := rootfs.NewFile(old.Path, old.Mode&fs.ModePerm, []byte(text))
	e.UID, e.GID = old.UID, old.GID
	return layer.Add(e)
}

// only is the package with no other files than those given, and the directories
// that lead to them. What it says about itself stays as it is.
func (p apkPackage) only(files []string) apkPackage {
	out := apkPackage{name: p.name}
	dir, keep := "/", true
	for _, line := range p.lines {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "F":
			dir = "/" + value
			keep = slices.ContainsFunc(files, func(f string) bool { return leads(dir, f) })
		case "R":
			keep = slices.ContainsFunc(aliases(path.Join(dir, value)), func(f string) bool {
				return slices.Contains(files, f)
			})
		case "M", "a", "Z":
		default:
			keep = true
		}
		if keep {
			out.lines = append(out.lines, line)
		}
	}
	return out
}

// leads reports whether a directory leads to a file.
func leads(dir, file string) bool {
	return slices.ContainsFunc(aliases(file), func(f string) bool { return strings.HasPrefix(f, dir+"/") })
}

// provides are the names which packages can be depended on by.
func provides(packages []apkPackage) map[string]bool {
	out := map[string]bool{}
	for _, p := range packages {
		out[p.name] = true
		list, _ := p.field("p")
		for _, name := range strings.Fields(list) {
			out[bare(name)] = true
		}
	}
	return out
}

// withoutUnmet leaves out dependencies on packages of which nothing was copied.
// apk would refuse to add any package to a system with unmet ones.
func (p apkPackage) withoutUnmet(provided map[string]bool) apkPackage {
	out := apkPackage{name: p.name}
	for _, line := range p.lines {
		if list, ok := strings.CutPrefix(line, "D:"); ok {
			met := slices.DeleteFunc(strings.Fields(list), func(dep string) bool {
				return !strings.HasPrefix(dep, "!") && !provided[bare(dep)]
			})
			if len(met) == 0 {
				continue
			}
			line = "D:" + strings.Join(met, " ")
		}
		out.lines = append(out.lines, line)
	}
	return out
}

// bare is a dependency without its version.
func bare(dep string) string {
	if i := strings.IndexAny(dep, "<>=~@"); i >= 0 {
		return dep[:i]
	}
	return dep
}
