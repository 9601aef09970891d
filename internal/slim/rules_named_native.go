package slim

// arrowRules are the rules for pyarrow.
func arrowRules() []Rule {
	return []Rule{
		{
			Name: "pyarrow-tests", Level: Safe, Package: "pyarrow", Named: true,
			Files:  []string{"pyarrow/tests", "pyarrow/conftest.py", "pyarrow/_pyarrow_cpp_tests.*", "pyarrow/libarrow_python*.so.*.*.*"},
			Reason: "tests, and third copies of libraries: they are loaded by shorter names (libarrow_python.so.2600)",
			Saves:  "pyarrow 26.0.1: 5.2 of 171.2 MB",
			Proof:  arrowProof,
		},
		{
			Name: "pyarrow-development", Level: Max, Package: "pyarrow",
			Files:  []string{"pyarrow/include", "pyarrow/src", "pyarrow/**/*.pyx", "pyarrow/**/*.pxd", "pyarrow/**/*.pxi"},
			Reason: "headers and sources for compilers, where pyarrow.get_include() points",
			Saves:  "pyarrow 26.0.1: 7.3 of 171.2 MB",
			Proof:  arrowProof,
		},
		{
			Name: "pyarrow-flight", Level: Max, Package: "pyarrow", Named: true, Together: true,
			Files:  []string{"pyarrow/flight.py", "pyarrow/_flight.*", "pyarrow/libarrow_flight.*", "pyarrow/libarrow_python_flight.*"},
			Reason: "the network protocol Arrow Flight: for who imports pyarrow.flight",
			Saves:  "pyarrow 26.0.1: 33.0 of 171.2 MB",
			Proof:  arrowProof,
		},
		{
			Name: "pyarrow-s3", Level: Max, Package: "pyarrow",
			Files:  []string{"pyarrow/_s3fs.*", "pyarrow/libarrow_s3.*"},
			Reason: "files in Amazon S3: for who opens addresses that begin with `s3://` by pyarrow, or uses pyarrow.fs.S3FileSystem. Packages such as s3fs do not need it",
			Saves:  "pyarrow 26.0.1: 17.4 of 171.2 MB",
			Proof:  arrowProof,
		},
	}
}

const arrowProof = `
import io, os, tempfile
import pyarrow as pa, pyarrow.compute as pc, pyarrow.csv, pyarrow.dataset, pyarrow.feather, pyarrow.fs, pyarrow.json, pyarrow.parquet
table = pa.csv.read_csv(io.BytesIO(b"a,b\n1,x\n2,y\n"))
assert pc.sum(table["a"]).as_py() == 3 and table.filter(pc.field("a") > 1).num_rows == 1
with tempfile.TemporaryDirectory() as d:
    pa.parquet.write_table(table, os.path.join(d, "t.parquet"), compression="zstd")
    assert pa.dataset.dataset(d, format="parquet").to_table().equals(table)
    pa.feather.write_feather(table, os.path.join(d, "t.feather"))
    assert pa.feather.read_table(os.path.join(d, "t.feather")).equals(table)
assert pa.fs.LocalFileSystem().get_file_info("/").is_file is False
sink = pa.BufferOutputStream()
with pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
assert pa.ipc.open_stream(sink.getvalue()).read_all().equals(table)
assert table.to_pandas().a.sum() == 3
`

// modelRules are the rules for what runs trained models.
func modelRules() []Rule {
	return []Rule{
		{
			Name: "onnxruntime-library", Level: Safe, Package: "onnxruntime", Named: true, Unless: []string{"onnxruntime-genai"},
			Files:  []string{"onnxruntime/capi/libonnxruntime.so*"},
			Reason: "the whole of onnxruntime a second time, for programs in C; Python's module has it in itself, and asks for no other. onnxruntime-genai opens it",
			Saves:  "onnxruntime 1.32.0: 34.8 of 75.7 MB",
			Proof:  onnxProof,
		},
		{
			Name: "onnxruntime-tools", Level: Max, Package: "onnxruntime", Named: true, Together: true,
			Files:  []string{"onnxruntime/transformers", "onnxruntime/quantization"},
			Reason: "changes models: for who imports onnxruntime.transformers or onnxruntime.quantization. Models that are changed already run without",
			Saves:  "onnxruntime 1.32.0: 3.2 of 75.7 MB",
			Proof:  onnxProof,
		},
		{
			Name: "torch-programs", Level: Safe, Package: "torch", Named: true,
			Files:  []string{"torch/bin/protoc*", "torch/bin/test_*", "torch/test"},
			Reason: "the compiler of protocol buffers, and tests in C++: nothing in Python starts them. torch/bin/torch_shm_manager stays",
			Saves:  "torch 2.8.0 for CPUs (aarch64): 9.6 of 317.6 MB",
			Proof:  torchProof,
		},
		{
			Name: "torch-development", Level: Max, Package: "torch",
			Files:  []string{"torch/include", "torch/share/cmake", "torch/lib/*.a"},
			Reason: "headers and archives for compilers: for torch.compile and torch.utils.cpp_extension, which start one",
			Saves:  "torch 2.8.0 for CPUs (aarch64): 37.1 of 317.6 MB",
			Proof:  torchProof,
		},
	}
}

// onnxProof writes a model by hand that adds its two inputs, and runs it.
const onnxProof = `
import numpy as np, onnxruntime as ort
def field(n, value):
    if isinstance(value, int):
        return bytes([n << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([n << 3 | 2, len(value)]) + value
def tensor(name):
    shape = field(1, field(1, 2))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))
node = field(1, "a") + field(1, "b") + field(2, "c") + field(4, "Add")
graph = field(1, node) + field(2, "g") + field(11, tensor("a")) + field(11, tensor("b")) + field(12, tensor("c"))
model = field(1, 8) + field(7, graph) + field(8, field(2, 13))
session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
out, = session.run(None, {"a": np.array([1, 2], np.float32), "b": np.array([3, 4], np.float32)})
assert out.tolist() == [4, 6] and "CPUExecutionProvider" in ort.get_available_providers()
`

const torchProof = `
import torch, torch.multiprocessing, torch.testing, torch.utils.data
x = torch.ones(2, 3, requires_grad=True)
(x * 2).sum().backward()
torch.testing.assert_close(x.grad, torch.full((2, 3), 2.0))
assert torch.nn.Linear(3, 1)(x).shape == (2, 1) and torch.linalg.det(torch.eye(2)) == 1
numbers = torch.utils.data.DataLoader(torch.arange(4), batch_size=2, num_workers=1, multiprocessing_context="fork")
assert [b.tolist() for b in numbers] == [[0, 1], [2, 3]]
torch.multiprocessing.set_sharing_strategy("file_system")
assert torch.ones(1).share_memory_().is_shared()
`
