#!/usr/bin/env python3
"""Writes the models that tests of plug-in kernels and custom operators load (tests/capi/models/*.onnx, each below 2 KB).

usage: make_kernel_models.py   (needs the onnx package; run it after changing a model here)
"""

import pathlib

import numpy
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parent / "models"
FLOAT, DOUBLE, INT64, BOOL = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.BOOL


def info(name, shape=None, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def node(op_type, inputs, outputs, domain="", **attributes):
    return helper.make_node(op_type, inputs, outputs, name=outputs[0] + "_node", domain=domain, **attributes)


def initializer(name, values, dtype=numpy.float32):
    return numpy_helper.from_array(numpy.array(values, dtype=dtype), name)


def save(name, nodes, inputs, outputs, initializers=(), domains=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", 17)] + [helper.make_opsetid(domain, 1) for domain in domains]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def kernels():
    """Kernels of a registry in a row: in place, aliased, a default attribute, a packed weight; Neg is the host's."""
    save("kernels",
         [node("Neg", ["x"], ["n"]), node("Relu", ["n"], ["r"]), node("Flatten", ["r"], ["f"]),
          node("MatMul", ["f", "w"], ["m"]), node("Neg", ["m"], ["k"]), node("LeakyRelu", ["k"], ["y"])],
         [info("x", [2, 3, 1])], [info("y", [2, 2])], [initializer("w", [[1, 2], [3, 4], [5, 6]])])
    save("kernel_double", [node("Relu", ["x"], ["y"])], [info("x", [2], DOUBLE)], [info("y", [2], DOUBLE)])


def flow():
    """If, Loop and Scan whose bodies use values of the graph around them."""
    yes = helper.make_graph([node("Relu", ["x"], ["yes"])], "then", [], [info("yes", [2])])
    no = helper.make_graph([node("Neg", ["x"], ["no"])], "else", [], [info("no", [2])])
    save("flow_if", [node("If", ["c"], ["y"], then_branch=yes, else_branch=no)], [info("c", [], BOOL), info("x", [2])],
         [info("y", [2])])

    body = helper.make_graph(
        [node("Identity", ["cond_in"], ["cond_out"]), node("Add", ["v_in", "x"], ["v_out"]),
         node("Relu", ["v_out"], ["scan"])], "body",
        [info("i", [], INT64), info("cond_in", [], BOOL), info("v_in", [2])],
        [info("cond_out", [], BOOL), info("v_out", [2]), info("scan", [2])])
    save("flow_loop", [node("Loop", ["n", "", "v"], ["last", "all"], body=body)],
         [info("n", [], INT64), info("v", [2]), info("x", [2])], [info("last", [2]), info("all", ["n", 2])])

    step = helper.make_graph(
        [node("Add", ["s_in", "part"], ["s_out"]), node("Mul", ["s_out", "factor"], ["out"])], "step",
        [info("s_in", [2]), info("part", [2])], [info("s_out", [2]), info("out", [2])])
    save("flow_scan",
         [node("Scan", ["s", "xs"], ["last", "ys"], body=step, num_scan_inputs=1, scan_input_axes=[1],
               scan_output_axes=[1])],
         [info("s", [2]), info("xs", [2, 3]), info("factor", [1])], [info("last", [2]), info("ys", [2, 3])])


def ep_operators():
    """Operators of the EP's own domain."""
    t = initializer("t", [1.5, 2.5])
    save("inspect",
         [node("Inspect", ["x", "c"], ["y"], "test.kernels", f=1.25, i=7, s="a text", floats=[0.5, 1.5], ints=[1, 2, 3],
               strings=["one", "two"], t=t)], [info("x", [2])], [info("y", [2])], [initializer("c", [4, 5])],
         ["test.kernels"])
    save("invoke", [node("Invoke", ["x"], ["y"], "test.kernels")], [info("x", [1, 4])], [info("y", [1, 4])], (),
         ["test.kernels"])
    save("triple", [node("Triple", ["x"], ["y"], "test.kernels")], [info("x", [2])], [info("y", [2])], (),
         ["test.kernels"])


def client_operators():
    """Custom operators of clients: types and shapes come from the operators, the models state none."""
    domain = "test.custom"
    save("custom_add_one", [node("AddOne", ["x"], ["y"], "test.library")], [info("x", ["n"])], [info("y")], (),
         ["test.library"])
    save("custom_chain",
         [node("Scale", ["x"], ["s"], domain, factor=2.5), node("Relu", ["s"], ["y"])], [info("x", [3])],
         [info("y", None)], (), [domain])
    for name, dtype in (("float", FLOAT), ("int64", INT64)):
        save(f"custom_double_{name}", [node("Double", ["x"], ["y"], domain)], [info("x", [3], dtype)],
             [info("y", None, dtype)], (), [domain])
    save("custom_sum", [node("Sum", ["a", "b", "c"], ["y"], domain)], [info(n, [2]) for n in "abc"], [info("y")], (),
         [domain])
    for name, inputs in (("with", ["a", "b"]), ("without", ["a"])):
        save(f"custom_optional_{name}", [node("Maybe", inputs, ["y"], domain)], [info(n, [2]) for n in inputs],
             [info("y")], (), [domain])
    save("custom_repeat", [node("Repeat", ["x"], ["y"], domain, times=3)], [info("x", ["n", 2])],
         [info("y", None)], (), [domain])
    save("custom_same",
         [node("Relu", ["x"], ["r"]), node("Same", ["r"], ["s"], domain), node("Neg", ["s"], ["y"])],
         [info("x", [3])], [info("y", [3])], (), [domain])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in (kernels, flow, ep_operators, client_operators):
        make()
    for path in sorted(FOLDER.glob("*.onnx")):
        print(path.name, path.stat().st_size)
