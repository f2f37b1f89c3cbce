"""Models over 2 GB, which protobuf cannot hold: weights stay in their files, and only what is used is read.

The weights are holes in sparse files, so that the tests need neither the disk space nor the memory.
"""

import os
import pathlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper

from native import Library, NativeError, Session

ROWS, COLUMNS = 3 << 18, 1024  # 3 GiB of floats
BYTES = ROWS * COLUMNS * 4


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


def tensor(name, dims, **location):
    weight = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=dims)
    weight.raw_data = b"1234"  # stands where the data would; set_external_data wants some
    external_data_helper.set_external_data(weight, **location)
    weight.ClearField("raw_data")
    return weight


def save(folder, weights):
    """y = rows i of w, plus b."""
    graph = helper.make_graph(
        [helper.make_node("Gather", ["w", "i"], ["rows"]), helper.make_node("Add", ["rows", "b"], ["y"])], "g",
        [helper.make_tensor_value_info("i", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", COLUMNS])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder / "model.onnx"


@pytest.fixture
def model(tmp_path):
    """Two weights in one file; the last row of the first and the second lie behind 2 GB."""
    data = tmp_path / "weights.bin"
    with data.open("wb") as file:
        file.truncate(BYTES + 4 * COLUMNS)
        file.seek(BYTES - 4 * COLUMNS)
        file.write(np.arange(COLUMNS, dtype=np.float32).tobytes())
        file.write(np.full(COLUMNS, 0.5, np.float32).tobytes())
    return save(tmp_path, [tensor("w", [ROWS, COLUMNS], location=data.name, offset=0, length=BYTES),
                           tensor("b", [COLUMNS], location=data.name, offset=BYTES, length=4 * COLUMNS)])


def resident_bytes(key):
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split(key + ":")[1].split()[0]) * 1024


@pytest.mark.parametrize("level", [0, 99])
def test_external_data(library, model, level):
    before = resident_bytes("VmRSS")
    with Session(library, model, level=level) as session:
        (y,) = session.run({"i": np.array([0, ROWS - 1])})
        grown = resident_bytes("VmRSS") - before
    np.testing.assert_array_equal(y, [np.full(COLUMNS, 0.5, np.float32),
                                      np.arange(COLUMNS, dtype=np.float32) + np.float32(0.5)])
    assert grown < 256 << 20, "the weights were read"


def test_saved_again_beside_another_file(library, model, tmp_path):
    """The optimised model of a large one: its weights go to a file of their own."""
    folder = tmp_path / "saved"
    folder.mkdir()
    with pytest.raises(NativeError, match="external data|2 GB"):
        save_optimized(library, model, folder / "whole.onnx", {})


def save_optimized(library, model, path, config):
    options = library.make("CreateSessionOptions")
    library.check("SetOptimizedModelFilePath", options, str(path).encode())
    for key, value in config.items():
        library.check("AddSessionConfigEntry", options, key.encode(), value.encode())
    try:
        library.function("ReleaseSession", None)(
            library.make("CreateSession", library.env, str(model).encode(), options))
    finally:
        library.function("ReleaseSessionOptions", None)(options)
