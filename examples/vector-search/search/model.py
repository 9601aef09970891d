"""The model that turns texts into vectors: an ONNX graph of two nodes, made here.

Its input are counts of trigrams of letters, its output vectors of length one. The
weights are a random projection, which keeps angles about as they are. A trained model
would take the place of `model`, and a file beside this one the place of its bytes.
"""

import zlib

import numpy as np

FEATURES = 512
DIMENSIONS = 48

FLOAT = 1  # TensorProto.DataType


def features(texts: list[str]) -> np.ndarray:
    """Counts of the trigrams of each text, by a hash that is the same in each process."""
    counts = np.zeros((len(texts), FEATURES), np.float32)
    for row, text in zip(counts, texts):
        letters = f"  {text.lower()} ".encode()
        for i in range(len(letters) - 2):
            row[zlib.crc32(letters[i : i + 3]) % FEATURES] += 1
    return counts


def model() -> bytes:
    """A ModelProto of ONNX: MatMul with the weights, then LpNormalization."""
    weights = np.random.default_rng(1).standard_normal((FEATURES, DIMENSIONS), np.float32)
    graph = b"".join([
        _node("MatMul", ["counts", "weights"], "projected"),
        _node("LpNormalization", ["projected"], "vectors"),
        _field(2, b"embed"),
        _field(5, _numbers(1, weights.shape) + _number(2, FLOAT) + _field(8, b"weights") + _field(9, weights.tobytes())),
        _field(11, _value("counts", FEATURES)),
        _field(12, _value("vectors", DIMENSIONS)),
    ])
    opset = _field(1, b"") + _number(2, 17)
    return _number(1, 8) + _field(7, graph) + _field(8, opset)


def _node(kind: str, inputs: list[str], output: str) -> bytes:
    names = b"".join(_field(1, name.encode()) for name in inputs)
    return _field(1, names + _field(2, output.encode()) + _field(4, kind.encode()))


def _value(name: str, width: int) -> bytes:
    rows, columns = _field(1, _field(2, b"texts")), _field(1, _number(1, width))
    tensor = _number(1, FLOAT) + _field(2, rows + columns)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _numbers(number: int, values: tuple[int, ...]) -> bytes:
    return b"".join(_number(number, v) for v in values)


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
