"""Bad input through the C API: every case has ONNX Runtime's code, and a message that names the culprit.

The code is asked of the installed onnxruntime here and now. After each case the same env opens and runs a good model.
"""

import os
import pathlib
import random

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper, numpy_helper

from native import Library, NativeError, Session


def stock_library():
    package = pytest.importorskip("onnxruntime")
    (path,) = pathlib.Path(package.__file__).parent.joinpath("capi").glob("libonnxruntime.so.*")
    return path


@pytest.fixture(scope="module")
def ours():
    return Library(os.environ["BACKPLANE_LIBRARY"])


@pytest.fixture(scope="module")
def stock():
    return Library(stock_library())


def add_model(dims=(2, 3), **changes):
    """y = x + w."""
    w = numpy_helper.from_array(np.arange(3, dtype=np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"], name="the_node")], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, dims)], [w])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for change in changes.values():
        change(model)
    return model


def changed(change):
    return lambda folder: add_model(change=change).SerializeToString()


def nodes(*made, outputs=("y",)):
    """A model of these nodes on the float input x of shape [2, 3]."""
    graph = helper.make_graph(
        list(made), "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (2, 3))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return lambda folder: model.SerializeToString()


def file(content):
    def make(folder):
        (folder / "model.onnx").write_bytes(content)
        return folder / "model.onnx"
    return make


def external(location, offset=0, length=12, prepare=lambda folder: None):
    """The weight's bytes lie at `location`, seen from the model's folder."""
    def make(folder):
        inner = folder / "models"
        inner.mkdir()
        (folder / "outside.bin").write_bytes(bytes(64))
        (inner / "weights.bin").write_bytes(bytes(12))
        prepare(folder)
        model = add_model()
        w = model.graph.initializer[0]
        external_data_helper.set_external_data(w, str(location(folder)) if callable(location) else location, offset,
                                               length)
        w.ClearField("raw_data")
        (inner / "model.onnx").write_bytes(model.SerializeToString())
        return inner / "model.onnx"
    return make


def cut(model):
    model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:8]


def set_dims(*dims):
    def change(model):
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(dims)
    return change


RANDOM = random.Random(7)
node = helper.make_node
# name: (makes the model's path or bytes in a folder, words of our message)
MODELS = {
    "missing file": (lambda folder: folder / "nowhere.onnx", "nowhere.onnx"),
    "missing folder": (lambda folder: folder / "none" / "model.onnx", "model.onnx"),
    "a folder": (lambda folder: folder, "Load model from"),
    "empty path": (lambda folder: "", ""),
    "empty file": (file(b""), "model.onnx"),
    "text": (file(b"This is no model.\n" * 20), "model.onnx"),
    "random bytes": (file(RANDOM.randbytes(5000)), "model.onnx"),
    "truncated file": (lambda folder: file(add_model().SerializeToString()[:-20])(folder), "model.onnx"),
    "empty bytes": (lambda folder: b"", ""),
    "random as bytes": (lambda folder: RANDOM.randbytes(5000), ""),
    "cycle": (nodes(node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])),
              "acyclic"),
    "name defined twice": (nodes(node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])), "(y)"),
    "node name twice": (nodes(node("Relu", ["x"], ["a"], name="n"), node("Abs", ["a"], ["y"], name="n")), "(n)"),
    "undefined input": (nodes(node("Relu", ["nothing"], ["y"])), "nothing"),
    "undefined output": (nodes(node("Relu", ["x"], ["z"]), outputs=("nothing",)), "nothing"),
    "unknown operator": (nodes(node("Frobnicate", ["x"], ["y"])), "Frobnicate"),
    "unknown domain": (nodes(node("Relu", ["x"], ["y"], domain="my.domain")), "my.domain"),
    "no opset": (changed(lambda m: m.ClearField("opset_import")), "opset"),
    "newer opset": (changed(lambda m: setattr(m.opset_import[0], "version", 9999)), "9999"),
    "newer IR": (changed(lambda m: setattr(m, "ir_version", 99)), "99"),
    "no graph": (changed(lambda m: m.ClearField("graph")), "raph"),
    "attribute of a wrong type": (nodes(node("Softmax", ["x"], ["y"], axis="first")), "axis"),
    "unknown attribute": (nodes(node("Relu", ["x"], ["y"], slope=1.0)), "slope"),
    "missing attribute": (nodes(node("Cast", ["x"], ["y"])), "to"),
    "too many inputs": (nodes(node("Relu", ["x", "x"], ["y"], name="n")), "Relu"),
    "too few inputs": (nodes(node("Add", ["x"], ["y"], name="n")), "Add"),
    "type that the operator does not take": (nodes(node("Not", ["x"], ["y"], name="n")), "Not"),
    "shapes that do not fit": (nodes(node("Constant", [], ["c"], value_floats=[1.0] * 5),
                                     node("MatMul", ["x", "c"], ["y"], name="n")), "n"),
    "initializer shorter than its shape": (changed(cut), "w"),
    "initializer of negative dimensions": (changed(set_dims(-3)), "w"),
    "initializer of overflowing dimensions": (changed(set_dims(2**40, 2**40)), "w"),
    "initializer of unknown type": (changed(lambda m: setattr(m.graph.initializer[0], "data_type", 77)), "w"),
    "input of unknown type": (
        changed(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 77)), "x"),
    "input without type": (changed(lambda m: m.graph.input[0].ClearField("type")), "x"),
    "external data missing": (external("none.bin"), "none.bin"),
    "external data past the end": (external("weights.bin", 8), "w"),
    "external data of negative offset": (external("weights.bin", -4), "w"),
    "external data of the wrong length": (external("weights.bin", 0, 8), "w"),
    "external data above the folder": (external("../outside.bin"), "outside.bin"),
    "external data absolute": (external(lambda folder: folder / "outside.bin"), "outside.bin"),
    "external data through a link": (
        external("link.bin", prepare=lambda f: (f / "models" / "link.bin").symlink_to(f / "outside.bin")), "link.bin"),
}


def failure(library, attempt):
    """The status that the attempt ends with; None where it succeeds. The env has to work after it."""
    status = None
    try:
        attempt(library)
    except NativeError as error:
        status = error
    with Session(library, add_model().SerializeToString()) as session:
        (y,) = session.run({"x": np.ones((2, 3), np.float32)})
        np.testing.assert_array_equal(y, [[1, 2, 3], [1, 2, 3]])
    return status


def same_code(ours, stock, attempt, words):
    mine = failure(ours, attempt)
    assert mine is not None, "succeeded"
    assert words in mine.message
    theirs = failure(stock, attempt)
    assert theirs is not None, f"stock takes it; ours: {mine}"
    assert mine.code == theirs.code, f"ours: {mine}; stock: {theirs}"


@pytest.mark.parametrize("name", MODELS)
def test_model(ours, stock, tmp_path, name):
    make, words = MODELS[name]
    model = make(tmp_path)
    same_code(ours, stock, lambda library: Session(library, model).close(), words)


X = np.ones((2, 3), np.float32)
# name: (inputs, names of the outputs, words of our message); the model takes x of [2, 3] and gives y
RUNS = {
    "wrong input name": ({"z": X}, ["y"], "z"),
    "wrong input name beside the right one": ({"x": X, "z": X}, ["y"], "z"),
    "wrong output name": ({"x": X}, ["z"], "z"),
    "missing input": ({}, ["y"], "x"),
    "no outputs": ({"x": X}, [], ""),
    "wrong dtype": ({"x": X.astype(np.float64)}, ["y"], "x"),
    "string tensor": ({"x": np.array([["a"] * 3] * 2, object)}, ["y"], "x"),
    "sequence": ({"x": [X]}, ["y"], "x"),
    "lower rank": ({"x": X[0]}, ["y"], "x"),
    "higher rank": ({"x": X[None]}, ["y"], "x"),
    "wrong size": ({"x": np.ones((2, 4), np.float32)}, ["y"], "x"),
}


@pytest.mark.parametrize("name", RUNS)
def test_run(ours, stock, name):
    feeds, outputs, words = RUNS[name]

    def attempt(library):
        with Session(library, add_model().SerializeToString()) as session:
            session.run(feeds, outputs)

    same_code(ours, stock, attempt, words)


# Shapes that are wrong only once the values are known: name: (model, inputs, words)
def late(operator, attributes, others, words, x=X):
    dims = [None] * x.ndim
    inputs = [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(x.dtype), dims)]
    inputs += [helper.make_tensor_value_info(f"v{i}", helper.np_dtype_to_tensor_dtype(v.dtype), [None] * v.ndim)
               for i, v in enumerate(others)]
    graph = helper.make_graph(
        [helper.make_node(operator, [value.name for value in inputs], ["y"], name="the_node", **attributes)], "g",
        inputs, [helper.make_tensor_value_info("y", helper.np_dtype_to_tensor_dtype(x.dtype), None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    return model, {"x": x, **{f"v{i}": v for i, v in enumerate(others)}}, words


LATE = {
    "broadcast": late("Add", {}, [np.ones((2, 4), np.float32)], "the_node"),
    "MatMul": late("MatMul", {}, [np.ones((4, 2), np.float32)], "the_node"),
    "Reshape": late("Reshape", {}, [np.array([4, 2])], "the_node"),
    "Reshape to a negative size": late("Reshape", {}, [np.array([-2, 3])], "the_node"),
    "Reshape that overflows": late("Reshape", {}, [np.array([2**62, 2**62])], "the_node"),
    "Gather past the end": late("Gather", {}, [np.array([5])], "the_node"),
    "Expand that overflows": late("Expand", {}, [np.array([2**40, 2**40, 2, 3])], "the_node"),
    "Tile of a negative count": late("Tile", {}, [np.array([-1, 1])], "the_node"),
    "Concat": late("Concat", {"axis": 0}, [np.ones((2, 4), np.float32)], "the_node"),
    "Conv of other channels": late("Conv", {}, [np.ones((1, 5, 1, 1), np.float32)], "the_node",
                                   np.ones((1, 3, 4, 4), np.float32)),
    "Squeeze": late("Squeeze", {}, [np.array([0])], "the_node"),
    "Unsqueeze twice": late("Unsqueeze", {}, [np.array([0, 0])], "the_node"),
    "Split": late("Split", {"axis": 1}, [np.array([5])], "the_node"),
    "Slice of step 0": late("Slice", {}, [np.array([0]), np.array([1]), np.array([0]), np.array([0])], "the_node"),
    "Gemm": late("Gemm", {}, [np.ones((4, 2), np.float32)], "the_node"),
    "PRelu": late("PRelu", {}, [np.ones((4, 2), np.float32)], "the_node"),
    "GatherElements": late("GatherElements", {}, [np.array([[7, 0, 0]])], "the_node"),
    "GatherND": late("GatherND", {}, [np.array([[7, 0]])], "the_node"),
    "ScatterElements": late("ScatterElements", {}, [np.array([[7, 0, 0]]), np.ones((1, 3), np.float32)], "the_node"),
    "ScatterND": late("ScatterND", {}, [np.array([[7]]), np.ones((1, 3), np.float32)], "the_node"),
    "CumSum": late("CumSum", {}, [np.array(5)], "the_node"),
    "Pad": late("Pad", {}, [np.array([-5, 0, 0, 0])], "the_node"),
    "Pad of a wrong length": late("Pad", {}, [np.array([1, 0, 0])], "the_node"),
    "MaxPool": late("MaxPool", {"kernel_shape": [9, 9]}, [], "the_node", np.ones((1, 3, 4, 4), np.float32)),
    "Transpose": late("Transpose", {"perm": [2, 0, 1]}, [], "the_node"),
    "Flatten": late("Flatten", {"axis": 5}, [], "the_node"),
    "Softmax": late("Softmax", {"axis": 5}, [], "the_node"),
    "ReduceSum": late("ReduceSum", {}, [np.array([5])], "the_node"),
    "BatchNormalization": late("BatchNormalization", {}, [np.ones(4, np.float32)] * 4, "the_node"),
    "DepthToSpace": late("DepthToSpace", {"blocksize": 2}, [], "the_node", np.ones((1, 3, 4, 4), np.float32)),
}


@pytest.mark.parametrize("name", LATE)
def test_late(ours, stock, name):
    model, feeds, words = LATE[name]

    def attempt(library):
        with Session(library, model) as session:
            session.run(feeds)

    same_code(ours, stock, attempt, words)
