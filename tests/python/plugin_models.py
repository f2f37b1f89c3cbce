"""Small models across the operators that plugin EPs claim, each with several sets of inputs, for comparing an EP with
the CPU EP."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def _random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape, dtype=np.float32)


def _model(nodes, inputs, outputs, constants=None, opset=17):
    """`inputs` and `outputs` map names to shapes of float tensors; a string dimension is symbolic."""
    graph = helper.make_graph(
        [helper.make_node(op, ins, outs, name=f"{op}_{i}", **attributes)
         for i, (op, ins, outs, attributes) in enumerate(nodes)], "graph",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()


def _feeds(**shapes):
    return {name: _random(*shape) for name, shape in shapes.items()}


def binary():
    nodes = [("Add", ["x", "y"], ["a"], {}), ("Mul", ["a", "c"], ["b"], {}), ("Sub", ["b", "x"], ["d"], {}),
             ("Div", ["d", "c"], ["z"], {})]
    model = _model(nodes, {"x": [4, 8], "y": [4, 8]}, {"z": [4, 8]}, {"c": np.abs(_random(4, 8)) + 1})
    return model, [_feeds(x=(4, 8), y=(4, 8))]


def unary():
    nodes = [("Relu", ["x"], ["a"], {}), ("Sigmoid", ["a"], ["b"], {}), ("Tanh", ["b"], ["c"], {}),
             ("Exp", ["c"], ["d"], {}), ("Sqrt", ["d"], ["z"], {})]
    return _model(nodes, {"x": [3, 5, 7]}, {"z": [3, 5, 7]}), [_feeds(x=(3, 5, 7))]


def gemm():
    nodes = [("Gemm", ["x", "w", "b"], ["h"], {"transB": 1}), ("Relu", ["h"], ["r"], {}),
             ("MatMul", ["r", "v"], ["z"], {})]
    constants = {"w": _random(48, 32, seed=1), "b": _random(48), "v": _random(48, 16, seed=2)}
    return _model(nodes, {"x": [6, 32]}, {"z": [6, 16]}, constants), [_feeds(x=(6, 32))]


def conv():
    nodes = [("Conv", ["x", "k", "b"], ["c"], {"pads": [1, 1, 1, 1]}), ("Relu", ["c"], ["r"], {}),
             ("Conv", ["r", "d"], ["e"], {"pads": [1, 1, 1, 1], "strides": [2, 2], "group": 8}),
             ("MaxPool", ["e"], ["p"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
             ("GlobalAveragePool", ["p"], ["z"], {})]
    constants = {"k": _random(8, 3, 3, 3), "b": _random(8), "d": _random(8, 1, 3, 3)}
    return _model(nodes, {"x": [1, 3, 32, 32]}, {"z": [1, 8, 1, 1]}, constants), [_feeds(x=(1, 3, 32, 32))]


def shaping():
    nodes = [("Transpose", ["x"], ["t"], {"perm": [0, 2, 1]}), ("Reshape", ["t", "shape"], ["r"], {}),
             ("Concat", ["r", "r"], ["z"], {"axis": 1})]
    return (_model(nodes, {"x": [2, 3, 4]}, {"z": [2, 24]}, {"shape": np.array([2, 12], np.int64)}),
            [_feeds(x=(2, 3, 4))])


def attention():
    """One head with a symbolic sequence length, run at three lengths."""
    nodes = [("MatMul", ["x", "wq"], ["q"], {}), ("MatMul", ["x", "wk"], ["k"], {}), ("MatMul", ["x", "wv"], ["v"], {}),
             ("Transpose", ["k"], ["kt"], {"perm": [0, 2, 1]}), ("MatMul", ["q", "kt"], ["s"], {}),
             ("Mul", ["s", "scale"], ["m"], {}), ("Softmax", ["m"], ["p"], {"axis": -1}),
             ("MatMul", ["p", "v"], ["o"], {}), ("Add", ["o", "x"], ["y"], {}),
             ("LayerNormalization", ["y", "g", "b"], ["z"], {"axis": -1})]
    constants = {"wq": _random(32, 32, seed=1), "wk": _random(32, 32, seed=2), "wv": _random(32, 32, seed=3),
                 "scale": np.array(0.1, np.float32), "g": np.ones(32, np.float32), "b": _random(32)}
    return (_model(nodes, {"x": [1, "n", 32]}, {"z": [1, "n", 32]}, constants),
            [_feeds(x=(1, n, 32)) for n in (5, 12, 5, 1)])


def mixed():
    """Operators between that few plugin EPs claim: the graph goes to and fro."""
    nodes = [("MatMul", ["x", "w"], ["a"], {}), ("Relu", ["a"], ["b"], {}),
             ("CumSum", ["b", "axis"], ["c"], {}), ("Mul", ["c", "b"], ["d"], {}),
             ("Relu", ["d"], ["e"], {}), ("MatMul", ["e", "w"], ["z"], {})]
    return (_model(nodes, {"x": [4, 16]}, {"z": [4, 16]}, {"w": _random(16, 16), "axis": np.array(1, np.int64)}),
            [_feeds(x=(4, 16))])


def leftovers():
    """An operator that no plug-in EP has (Det), one in a type that few have (Add of doubles), one whose output has a
    shape that depends on data (NonZero), between those that all take."""
    nodes = [("Relu", ["x"], ["a"], {}), ("Det", ["a"], ["d"], {}), ("Mul", ["a", "d"], ["m"], {}),
             ("Cast", ["m"], ["wide"], {"to": TensorProto.DOUBLE}), ("Add", ["wide", "wide"], ["sum"], {}),
             ("Cast", ["sum"], ["narrow"], {"to": TensorProto.FLOAT}), ("NonZero", ["narrow"], ["where"], {}),
             ("Cast", ["where"], ["z"], {"to": TensorProto.FLOAT})]
    return _model(nodes, {"x": [4, 4]}, {"z": [2, "n"]}), [{"x": np.abs(_random(4, 4)) + np.eye(4, dtype=np.float32)}]


MODELS = {make.__name__: make for make in (binary, unary, gemm, conv, shaping, attention, mixed, leftovers)}
