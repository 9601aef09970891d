package llb

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Dump writes a definition for people: ops are numbered in the order of the graph,
// inputs named by number, and no digest of an op appears, so that a change of one
// op shows as that change alone.
func Dump(def *llb.Definition) ([]byte, error) {
	d := dumper{def: def, number: map[string]int{}}
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			return nil, fmt.Errorf("definition: %w", err)
		}
		d.op(digest.FromBytes(data).String(), &op)
	}
	return d.out.Bytes(), nil
}

type dumper struct {
	def    *llb.Definition
	number map[string]int
	out    bytes.Buffer
}

func (d *dumper) op(id string, op *pb.Op) {
	if op.Op == nil {
		fmt.Fprintf(&d.out, "result %s\n", d.input(op, 0))
		return
	}
	d.number[id] = len(d.number) + 1
	fmt.Fprintf(&d.out, "#%d ", d.number[id])
	switch o := op.Op.(type) {
	case *pb.Op_Source:
		d.source(o.Source)
	case *pb.Op_Exec:
		d.exec(op, o.Exec)
	case *pb.Op_File:
		d.file(op, o.File)
	case *pb.Op_Merge:
		d.head("merge")
		for _, in := range o.Merge.Inputs {
			d.line("input", d.input(op, in.Input))
		}
	default:
		d.head(fmt.Sprintf("%T", o))
	}
	if op.Platform != nil {
		d.line("platform", platforms.Format(ocispecs.Platform{OS: op.Platform.OS, Architecture: op.Platform.Architecture, Variant: op.Platform.Variant}))
	}
	d.metadata(id)
}

func (d *dumper) head(format string, args ...any) { fmt.Fprintf(&d.out, format+"\n", args...) }

func (d *dumper) line(key, value string) { fmt.Fprintf(&d.out, "     %-8s %s\n", key, value) }

// input is the number of an op's input, and which of that op's outputs it is.
func (d *dumper) input(op *pb.Op, i int64) string {
	if i < 0 || int(i) >= len(op.Inputs) {
		return "scratch"
	}
	in := op.Inputs[i]
	if in.Index == 0 {
		return fmt.Sprintf("#%d", d.number[in.Digest])
	}
	return fmt.Sprintf("#%d.%d", d.number[in.Digest], in.Index)
}

func (d *dumper) source(s *pb.SourceOp) {
	d.head("%s", s.Identifier)
	for _, k := range slices.Sorted(maps.Keys(s.Attrs)) {
		if k != pb.AttrLocalSessionID && k != pb.AttrLocalUniqueID {
			d.line("attr", strings.TrimPrefix(k, "local.")+"="+s.Attrs[k])
		}
	}
}

func (d *dumper) exec(op *pb.Op, e *pb.ExecOp) {
	d.head("exec")
	for _, arg := range e.Meta.Args {
		d.line("arg", fmt.Sprintf("%q", arg))
	}
	d.line("cwd", e.Meta.Cwd)
	for _, v := range e.Meta.Env {
		d.line("env", v)
	}
	d.line("network", e.Network.String())
	for _, m := range e.Mounts {
		d.line("mount", d.mount(op, m))
	}
	for _, s := range e.Secretenv {
		d.line("secret", s.ID+" as "+s.Name)
	}
}

func (d *dumper) mount(op *pb.Op, m *pb.Mount) string {
	text := m.Dest + " <- " + d.input(op, m.Input)
	if m.Selector != "" {
		text += m.Selector
	}
	switch m.MountType {
	case pb.MountType_CACHE:
		text = m.Dest + " <- cache " + m.CacheOpt.ID + " (" + strings.ToLower(m.CacheOpt.Sharing.String()) + ")"
	case pb.MountType_SECRET:
		text = m.Dest + " <- secret " + m.SecretOpt.ID
		if m.SecretOpt.Optional {
			text += " (optional)"
		}
	case pb.MountType_TMPFS:
		text = m.Dest + " <- tmpfs"
	}
	if m.Readonly {
		text += " (read-only)"
	}
	if m.Output >= 0 && m.MountType == pb.MountType_BIND {
		text += fmt.Sprintf(" -> output %d", m.Output)
	}
	return text
}

func (d *dumper) file(op *pb.Op, f *pb.FileOp) {
	d.head("file")
	for _, a := range f.Actions {
		text := fmt.Sprintf("%T", a.Action)
		if c := a.GetCopy(); c != nil {
			text = fmt.Sprintf("copy %s%s to %s%s", d.input(op, a.SecondaryInput), c.Src, d.input(op, a.Input), c.Dest)
			for _, p := range c.IncludePatterns {
				text += " include=" + p
			}
		}
		d.line("action", text)
	}
}

// metadata shows what is not part of an op's digest: name, group and place.
func (d *dumper) metadata(id string) {
	md := d.def.Metadata[digest.Digest(id)]
	if name := md.Description["llb.customname"]; name != "" {
		d.line("name", name)
	}
	if md.ProgressGroup != nil {
		d.line("group", md.ProgressGroup.Name)
	}
	if md.IgnoreCache {
		d.line("cache", "ignored")
	}
	if d.def.Source == nil {
		return
	}
	for _, l := range d.def.Source.Locations[id].GetLocations() {
		info := d.def.Source.Infos[l.SourceIndex]
		for _, r := range l.Ranges {
			d.line("at", fmt.Sprintf("%s:%d:%d", info.Filename, r.Start.Line, r.Start.Character+1))
		}
	}
}
