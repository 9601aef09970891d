//go:build integration

package elf

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// wheels are packages with native code, each with a program that computes something
// with it. Most were rewritten by patchelf, some have all debugging information.
// Where the code throws exceptions, the program provokes one: to unwind the stack
// takes more of a file than to run it.
func wheels() map[string]string {
	return map[string]string{
		"numpy==2.4.6": `
import numpy as np
a = np.arange(100.0).reshape(10, 10) + np.eye(10) * 100
assert np.allclose(a @ np.linalg.inv(a), np.eye(10))
np.fft.fft(a), np.linalg.svd(a), np.random.default_rng(1).normal(size=10)`,
		"scipy==1.17.1": `
import numpy as np, scipy.integrate, scipy.linalg, scipy.optimize, scipy.signal, scipy.sparse.linalg, scipy.spatial, scipy.special, scipy.stats
assert abs(scipy.integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-9
assert scipy.sparse.linalg.spsolve(scipy.sparse.eye(10).tocsc(), np.ones(10)).sum() == 10
scipy.linalg.schur(np.eye(3)), scipy.spatial.Delaunay(np.random.rand(10, 2)), scipy.stats.norm.cdf(1)`,
		"pandas==3.1.1": `
import pandas as pd
d = pd.DataFrame({"a": [1, 1, 3], "b": pd.date_range("2020-01-01", periods=3, tz="UTC")})
assert list(d.groupby("a").b.count()) == [2, 1] and "2020-01-03" in d.to_csv()`,
		"pyarrow==26.0.1": `
import io, pyarrow as pa, pyarrow.compute, pyarrow.dataset, pyarrow.flight, pyarrow.parquet as pq
t, b = pa.table({"x": [1, 2, 3]}), io.BytesIO()
pq.write_table(t, b, compression="zstd")
assert pa.compute.sum(pq.read_table(io.BytesIO(b.getvalue()))["x"]).as_py() == 6
try: pq.read_table(io.BytesIO(b"no"))
except pa.ArrowInvalid: pass`,
		"lxml==6.1.3": `
from lxml import etree
assert etree.XML("<a><b c='1'/></a>").xpath("//b/@c") == ["1"]`,
		"grpcio==1.85.1": `
import concurrent.futures, grpc
s = grpc.server(concurrent.futures.ThreadPoolExecutor())
s.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("a.B", {"c": grpc.unary_unary_rpc_method_handler(lambda r, c: r[::-1])}),))
port = s.add_insecure_port("127.0.0.1:0")
s.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as c: assert c.unary_unary("/a.B/c")(b"abc", timeout=20) == b"cba"
s.stop(0).wait()`,
		"cryptography==50.0.2": `
from cryptography.fernet import Fernet, InvalidToken
f = Fernet(Fernet.generate_key())
assert f.decrypt(f.encrypt(b"x")) == b"x"
try: f.decrypt(b"bad")
except InvalidToken: pass`,
		"uvloop==0.23.0": `
import asyncio, uvloop
async def main():
    s = await asyncio.start_server(lambda r, w: (w.write(b"hi"), w.close()), "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())
    assert await r.read() == b"hi"
uvloop.run(main())`,
		"pydantic-core==2.50.4": `
import pydantic_core
v = pydantic_core.SchemaValidator({"type": "int"})
assert v.validate_python("3") == 3
try: v.validate_python("x")
except pydantic_core.ValidationError as e: assert "int_parsing" in str(e)`,
		"orjson==3.13.0": `
import orjson
assert orjson.loads(orjson.dumps({"a": [1.5, None]})) == {"a": [1.5, None]}`,
		"sqlalchemy==2.1.9": `
import sqlalchemy, sqlalchemy.engine._util_cy as native
assert native.__file__.endswith(".so")
assert sqlalchemy.create_engine("sqlite://").connect().execute(sqlalchemy.text("select 1")).scalar() == 1`,
		"greenlet==3.5.6": `
import greenlet
def bad(): raise KeyError
try: greenlet.greenlet(bad).switch()
except KeyError: pass
assert greenlet.greenlet(lambda x: greenlet.getcurrent().parent.switch(x + 1)).switch(1) == 2`,
		"shapely==2.2.0": `
import shapely
assert shapely.Point(0, 0).buffer(1).union(shapely.Point(1, 0).buffer(1)).area > 3
try: shapely.from_wkt("POINT(")
except shapely.errors.GEOSException: pass`,
	}
}

// platforms are those that files are looked at for, and of the first they are run.
func platforms() []string {
	return []string{"", "x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"}
}

func TestStrippedWheelsLoadAsBefore(t *testing.T) {
	for _, platform := range platforms()[1:] {
		t.Run(platform, func(t *testing.T) {
			dir := install(t, platform)
			t.Logf("%d MB less", stripAll(t, dir)>>20)
		})
	}
}

func TestStrippedWheelsCompute(t *testing.T) {
	dir := install(t, "")
	t.Logf("%d MB less", stripAll(t, dir)>>20)
	for name, program := range wheels() {
		for _, now := range []string{"", "1"} {
			cmd := exec.Command("python3", "-I", "-c", "import sys; sys.path.insert(0, sys.argv[1])"+program, dir)
			cmd.Env = append(os.Environ(), "LD_BIND_NOW="+now)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: LD_BIND_NOW=%s: %v\n%s", name, now, err, out)
			}
		}
	}
}

// install unpacks the wheels for a platform, or this one.
func install(t *testing.T, platform string) string {
	t.Helper()
	uv, err := exec.LookPath("uv")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	args := []string{"pip", "install", "--quiet", "--only-binary", ":all:", "--link-mode", "copy", "--python", "python3", "--target", dir}
	if platform != "" {
		args = append(args, "--no-deps", "--python-platform", platform)
	}
	for name := range wheels() {
		args = append(args, name)
	}
	if out, err := exec.Command(uv, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// stripAll strips all files of a directory, checks each, and returns how many bytes
// were dropped.
func stripAll(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		before, err := os.ReadFile(name)
		if err != nil || !bytes.HasPrefix(before, []byte("\x7fELF")) {
			return err
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		dropped, err := Strip(f)
		if err != nil {
			return err
		}
		after, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if dropped > 0 {
			checkSame(t, before, after)
		}
		if t.Failed() {
			t.Fatal(name)
		}
		total += dropped
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 {
		t.Error("nothing was dropped")
	}
	return total
}
