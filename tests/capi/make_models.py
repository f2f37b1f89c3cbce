#!/usr/bin/env python3
"""Writes the small models that the tests of the C API load (tests/capi/models/*.onnx, each below 2 KB, committed).

usage: make_models.py   (needs the onnx package; run it after changing a model here)
"""

import pathlib

import onnx
from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).resolve().parent / "models"


def tensor(name, dtype, shape):
    return helper.make_tensor_value_info(name, dtype, shape)


def save(name, graph, opset=17, ir_version=8, metadata=None, check=True, domains=None, **facts):
    opsets = [helper.make_opsetid(*entry) for entry in {"": opset, **(domains or {})}.items()]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version, **facts)
    if metadata:
        helper.set_model_props(model, metadata)
    if check:
        onnx.checker.check_model(model)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def add():
    """y = x + w; w has a default that runs may override. Has every kind of metadata."""
    w = helper.make_tensor("w", TensorProto.FLOAT, [3], [1, 2, 3])
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"], name="add")], "the graph",
        [tensor("x", TensorProto.FLOAT, ["batch", 3]), tensor("w", TensorProto.FLOAT, [3])],
        [tensor("y", TensorProto.FLOAT, ["batch", 3])], [w], doc_string="about the graph")
    save("add", graph, producer_name="the producer", producer_version="1.2", domain="the.domain", model_version=7,
         doc_string="about the model", metadata={"key": "value", "other": ""})


def partly_compiled():
    """Two nodes that a compiling EP takes, with others between them; W1 is also used by a node that it leaves."""
    weights = [helper.make_tensor("W1", TensorProto.FLOAT, [3], [1, 2, 3]),
               helper.make_tensor("W2", TensorProto.FLOAT, [3], [10, 20, 30]),
               helper.make_tensor("B", TensorProto.FLOAT, [3, 50], [float(i) for i in range(150)])]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "W1"], ["a"], name="add"), helper.make_node("Relu", ["a"], ["r"], name="relu"),
         helper.make_node("Mul", ["r", "W2"], ["m"], name="mul"), helper.make_node("Neg", ["m"], ["n"], name="neg"),
         helper.make_node("MatMul", ["n", "B"], ["y"], name="matmul"),
         helper.make_node("Sub", ["r", "W1"], ["z"], name="sub")], "partly_compiled",
        [tensor("x", TensorProto.FLOAT, [3])],
        [tensor("y", TensorProto.FLOAT, [50]), tensor("z", TensorProto.FLOAT, [3])], weights,
        doc_string="about the graph")
    save("partly_compiled", graph, producer_name="the producer", metadata={"key": "value"})


def layers():
    """Nodes that name layers, with outputs of 16 KB each and a weight of 1 KB that two of them read; a branch whose
    nodes name none."""
    big = [16, 256]
    branch = [helper.make_graph([helper.make_node(op, ["r"], [f"{op}_y"], name=f"choice/{op}")], op, [],
                                [tensor(f"{op}_y", TensorProto.FLOAT, big)]) for op in ("Abs", "Sqrt")]
    nodes = [helper.make_node("Neg", ["x"], ["n"], name="first/neg"),
             helper.make_node("Add", ["n", "W"], ["a"], name="first/add"),
             helper.make_node("Mul", ["a", "W"], ["m"], name="second/mul"),
             helper.make_node("Relu", ["m"], ["r"], name="second/relu"),
             helper.make_node("If", ["c"], ["y"], name="choice", then_branch=branch[0], else_branch=branch[1])]
    for node, layer in zip(nodes, ["encoder.0", "encoder.1", "decoder", "", "branch"]):
        if layer:
            node.metadata_props.add(key="layer_ann", value=layer)
    weight = helper.make_tensor("W", TensorProto.FLOAT, [256], [float(i % 7) for i in range(256)])
    graph = helper.make_graph(nodes, "layers", [tensor("x", TensorProto.FLOAT, big), tensor("c", TensorProto.BOOL, [])],
                              [tensor("y", TensorProto.FLOAT, big)], [weight])
    save("layers", graph)


def foreign_context():
    """What an EP that nobody has made of a model."""
    graph = helper.make_graph(
        [helper.make_node("EPContext", ["x"], ["y"], name="compiled", domain="com.microsoft", source="NobodysEp",
                          embed_mode=1, main_context=1, ep_cache_context=b"data")], "context",
        [tensor("x", TensorProto.FLOAT, [3])], [tensor("y", TensorProto.FLOAT, [3])])
    save("foreign_context", graph, check=False, domains={"com.microsoft": 1})


def two():
    """sum = a + b, difference = a - b."""
    shape = ["n"]
    graph = helper.make_graph(
        [helper.make_node("Add", ["a", "b"], ["sum"], name="adds"),
         helper.make_node("Sub", ["a", "b"], ["difference"], name="subtracts")], "two",
        [tensor("a", TensorProto.FLOAT, shape), tensor("b", TensorProto.FLOAT, shape)],
        [tensor("sum", TensorProto.FLOAT, shape), tensor("difference", TensorProto.FLOAT, shape)])
    save("two", graph)


def chain():
    """y = 2 * (relu(-(x + w)) + w) with w read on DeviceA and DeviceB, and a host operator between them; the device
    EP of the tests takes nodes by the beginnings of their names."""
    w = helper.make_tensor("w", TensorProto.FLOAT, [3], [1, -2, 3])
    two_times = helper.make_tensor("two", TensorProto.FLOAT, [1], [2])
    shape = ["n", 3]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["sum"], name="a_sum"),
         helper.make_node("Neg", ["sum"], ["negative"], name="a_negative"),
         helper.make_node("Abs", ["negative"], ["absolute"], name="absolute"),
         helper.make_node("Add", ["absolute", "negative"], ["both"], name="b_both"),
         helper.make_node("Add", ["both", "w"], ["shifted"], name="b_shifted"),
         helper.make_node("Mul", ["shifted", "two"], ["y"], name="a_scaled")], "chain",
        [tensor("x", TensorProto.FLOAT, shape)], [tensor("y", TensorProto.FLOAT, shape)], [w, two_times])
    save("chain", graph)


def on_a():
    """y = -(x + w), all of it on DeviceA."""
    w = helper.make_tensor("w", TensorProto.FLOAT, [3], [1, -2, 3])
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["sum"], name="a_sum"),
         helper.make_node("Neg", ["sum"], ["y"], name="a_negative")], "on_a",
        [tensor("x", TensorProto.FLOAT, [3])], [tensor("y", TensorProto.FLOAT, [3])], [w])
    save("on_a", graph)


def on_a_rows():
    """y = -(x + x), all of it on DeviceA, of as many rows as are given."""
    shape = ["n", 3]
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["sum"], name="a_sum"),
         helper.make_node("Neg", ["sum"], ["y"], name="a_negative")], "on_a_rows",
        [tensor("x", TensorProto.FLOAT, shape)], [tensor("y", TensorProto.FLOAT, shape)])
    save("on_a_rows", graph)


def captures():
    """A Loop whose body reads a value of DeviceA on DeviceA, DeviceB and the host; then an If that does."""
    f, shape = TensorProto.FLOAT, [3]
    step = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"], name="go_on"),
         helper.make_node("Add", ["carried", "outer"], ["here"], name="a_here"),
         helper.make_node("Mul", ["here", "outer"], ["there"], name="b_there"),
         helper.make_node("Sub", ["there", "outer"], ["next"], name="next"),
         helper.make_node("Neg", ["next"], ["scan"], name="a_scan")], "step",
        [tensor("i", TensorProto.INT64, []), tensor("go", TensorProto.BOOL, []), tensor("carried", f, shape)],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", f, shape), tensor("scan", f, shape)])
    then = helper.make_graph([helper.make_node("Add", ["last", "outer"], ["chosen"], name="b_then")], "then", [],
                             [tensor("chosen", f, shape)])
    otherwise = helper.make_graph([helper.make_node("Abs", ["outer"], ["chosen_else"], name="abs")], "else", [],
                                  [tensor("chosen_else", f, shape)])
    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["outer"], name="a_outer"),
         helper.make_node("Loop", ["count", "", "x"], ["last", "scans"], name="loop", body=step),
         helper.make_node("If", ["condition"], ["y"], name="if", then_branch=then, else_branch=otherwise)], "captures",
        [tensor("x", f, shape), tensor("count", TensorProto.INT64, []), tensor("condition", TensorProto.BOOL, [])],
        [tensor("y", f, shape), tensor("scans", f, ["count", 3])])
    save("captures", graph)


def carried():
    """y = chosen + x with chosen of x * (count + 1): a Loop that carries two values, one of them unchanged, and an If
    whose branches are all on DeviceA."""
    f, shape = TensorProto.FLOAT, [3]
    step = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"], name="go_on"),
         helper.make_node("Add", ["carried", "kept"], ["next"], name="a_next")], "step",
        [tensor("i", TensorProto.INT64, []), tensor("go", TensorProto.BOOL, []), tensor("carried", f, shape),
         tensor("kept", f, shape)],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", f, shape), tensor("kept", f, shape)])
    then = helper.make_graph([helper.make_node("Neg", ["last"], ["negative"], name="a_then")], "then", [],
                             [tensor("negative", f, shape)])
    otherwise = helper.make_graph([helper.make_node("Relu", ["last"], ["positive"], name="a_else")], "else", [],
                                  [tensor("positive", f, shape)])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "x", "x"], ["last", "kept_last"], name="loop", body=step),
         helper.make_node("If", ["condition"], ["chosen"], name="if", then_branch=then, else_branch=otherwise),
         helper.make_node("Add", ["chosen", "kept_last"], ["y"], name="a_y")], "carried",
        [tensor("x", f, shape), tensor("count", TensorProto.INT64, []), tensor("condition", TensorProto.BOOL, [])],
        [tensor("y", f, shape)])
    save("carried", graph)


def carried_together():
    """y = -last, z = -(sum + 2 last) of a Loop: what DeviceB makes last in a turn is what DeviceA reads first in the
    next, and after the last."""
    f, shape = TensorProto.FLOAT, [3]
    step = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"], name="go_on"),
         helper.make_node("Add", ["carried", "x"], ["more"], name="a_more"),
         helper.make_node("Neg", ["more"], ["next"], name="b_next"),
         helper.make_node("Add", ["sum", "next"], ["next_sum"], name="b_next_sum")], "step",
        [tensor("i", TensorProto.INT64, []), tensor("go", TensorProto.BOOL, []), tensor("carried", f, shape),
         tensor("sum", f, shape)],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", f, shape), tensor("next_sum", f, shape)])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "x", "x"], ["last", "total"], name="loop", body=step),
         helper.make_node("Neg", ["last"], ["y"], name="a_y"),
         helper.make_node("Sub", ["y", "total"], ["difference"], name="b_difference"),
         helper.make_node("Sub", ["difference", "last"], ["z"], name="a_z")], "carried_together",
        [tensor("x", f, shape), tensor("count", TensorProto.INT64, [])], [tensor("y", f, shape), tensor("z", f, shape)])
    save("carried_together", graph)


def growing():
    """y = -x in `count` rows: a value that a Loop carries grows by a row in each turn; for an EP of kernels."""
    f, i64 = TensorProto.FLOAT, TensorProto.INT64
    step = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"], name="go_on"),
         helper.make_node("Add", ["i", "one"], ["rows"], name="rows"),
         helper.make_node("Concat", ["rows", "three"], ["target"], name="target", axis=0),
         helper.make_node("Expand", ["x", "target"], ["expanded"], name="a_expanded"),
         helper.make_node("Neg", ["expanded"], ["next"], name="a_next")], "step",
        [tensor("i", i64, []), tensor("go", TensorProto.BOOL, []), tensor("carried", f, ["r", 3])],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", f, ["r2", 3])],
        [helper.make_tensor("one", i64, [1], [1]), helper.make_tensor("three", i64, [1], [3])])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "x"], ["y"], name="loop", body=step)], "growing",
        [tensor("x", f, [1, 3]), tensor("count", i64, [])], [tensor("y", f, ["count", 3])])
    save("growing", graph)


def scanned():
    """A Scan on the host whose body sums slices up on DeviceA; and an output that the host reads as well."""
    f, shape = TensorProto.FLOAT, [3]
    step = helper.make_graph(
        [helper.make_node("Add", ["sum", "slice"], ["next"], name="a_next"),
         helper.make_node("Neg", ["next"], ["part"], name="a_part")], "step",
        [tensor("sum", f, shape), tensor("slice", f, shape)], [tensor("next", f, shape), tensor("part", f, shape)])
    graph = helper.make_graph(
        [helper.make_node("Scan", ["x", "slices"], ["total", "parts"], name="scan", body=step, num_scan_inputs=1),
         helper.make_node("Neg", ["total"], ["y"], name="a_y"), helper.make_node("Abs", ["y"], ["z"], name="abs")],
        "scanned", [tensor("x", f, shape), tensor("slices", f, ["n", 3])],
        [tensor("parts", f, ["n", 3]), tensor("y", f, shape), tensor("z", f, shape)])
    save("scanned", graph)


def device_kernels():
    """y = |expanded x| + w for an EP of kernels: shapes are the host's, what computes with them too."""
    w = helper.make_tensor("w", TensorProto.FLOAT, [3], [1, -2, 3])
    twice = helper.make_tensor("twice", TensorProto.INT64, [2], [2, 1])
    graph = helper.make_graph(
        [helper.make_node("Shape", ["x"], ["shape"], name="a_shape"),
         helper.make_node("Mul", ["shape", "twice"], ["target"], name="target"),
         helper.make_node("Expand", ["x", "target"], ["expanded"], name="a_expand"),
         helper.make_node("Abs", ["expanded"], ["absolute"], name="a_abs"),
         helper.make_node("Add", ["absolute", "w"], ["y"], name="a_y")], "device_kernels",
        [tensor("x", TensorProto.FLOAT, ["n", 3])], [tensor("y", TensorProto.FLOAT, ["m", 3])], [w, twice])
    save("device_kernels", graph)


def device_flow():
    """Loop, Scan and If for an EP that has them: carried and scanned values, captures, a transposed result."""
    f, shape = TensorProto.FLOAT, [3]
    turn = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"], name="go_on"),
         helper.make_node("Add", ["carried", "x"], ["next"], name="a_next"),
         helper.make_node("Abs", ["next"], ["row"], name="a_row")], "turn",
        [tensor("i", TensorProto.INT64, []), tensor("go", TensorProto.BOOL, []), tensor("carried", f, shape)],
        [tensor("go_on", TensorProto.BOOL, []), tensor("next", f, shape), tensor("row", f, shape)])
    step = helper.make_graph(
        [helper.make_node("Add", ["sum", "slice"], ["more"], name="a_more"),
         helper.make_node("Neg", ["more"], ["part"], name="a_part")], "step",
        [tensor("sum", f, shape), tensor("slice", f, shape)], [tensor("more", f, shape), tensor("part", f, shape)])
    then = helper.make_graph([helper.make_node("Neg", ["total"], ["negative"], name="a_then")], "then", [],
                             [tensor("negative", f, shape)])
    otherwise = helper.make_graph([helper.make_node("Mul", ["total", "total"], ["square"], name="a_else")], "else", [],
                                  [tensor("square", f, shape)])
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "x"], ["last", "rows"], name="a_loop", body=turn),
         helper.make_node("Scan", ["last", "rows"], ["total", "parts"], name="a_scan", body=step, num_scan_inputs=1,
                          scan_output_axes=[1]),
         helper.make_node("If", ["condition"], ["y"], name="a_if", then_branch=then, else_branch=otherwise)],
        "device_flow",
        [tensor("x", f, shape), tensor("count", TensorProto.INT64, []), tensor("condition", TensorProto.BOOL, [])],
        [tensor("y", f, shape), tensor("rows", f, ["n", 3]), tensor("parts", f, [3, "n"])])
    save("device_flow", graph)


def batched_scans():
    """Scan of opset 8, for an EP that has it (device_scan8) and around a body on DeviceA (host_scan8)."""
    f = TensorProto.FLOAT
    for name, node in (("device_scan8", "a_scan"), ("host_scan8", "scan")):
        step = helper.make_graph(
            [helper.make_node("Add", ["sum", "slice"], ["more"], name="a_more"),
             helper.make_node("Neg", ["more"], ["part"], name="a_part")], "step",
            [tensor("sum", f, [3]), tensor("slice", f, [3])], [tensor("more", f, [3]), tensor("part", f, [3])])
        graph = helper.make_graph(
            [helper.make_node("Scan", ["lengths", "x", "slices"], ["total", "parts"], name=node, body=step,
                              num_scan_inputs=1)], name,
            [tensor("lengths", TensorProto.INT64, ["b"]), tensor("x", f, ["b", 3]), tensor("slices", f, ["b", "n", 3])],
            [tensor("total", f, ["b", 3]), tensor("parts", f, ["b", "n", 3])])
        save(name, graph, opset=8)


def unknown_shapes():
    """y = -2 * the indices of what is not zero: shapes that nobody knows before the run, on DeviceA."""
    graph = helper.make_graph(
        [helper.make_node("NonZero", ["x"], ["indices"], name="indices"),
         helper.make_node("Cast", ["indices"], ["numbers"], name="numbers", to=TensorProto.FLOAT),
         helper.make_node("Add", ["numbers", "numbers"], ["doubled"], name="a_doubled"),
         helper.make_node("Neg", ["doubled"], ["y"], name="a_y")], "unknown_shapes",
        [tensor("x", TensorProto.FLOAT, ["n"])], [tensor("y", TensorProto.FLOAT, [1, "m"])])
    save("unknown_shapes", graph)


def types():
    """One input of each kind of type, each passed on."""
    infos = [
        ("strings", helper.make_tensor_type_proto(TensorProto.STRING, [None])),
        ("scalar", helper.make_tensor_type_proto(TensorProto.INT64, [])),
        ("unranked", helper.make_tensor_type_proto(TensorProto.DOUBLE, None)),
        ("sequence", helper.make_sequence_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, None))),
        ("optional", helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [2]))),
    ]
    graph = helper.make_graph(
        [helper.make_node("Identity", [name], [name + "_out"], name=name) for name, _ in infos], "types",
        [helper.make_value_info(name, type_proto) for name, type_proto in infos],
        [helper.make_value_info(name + "_out", type_proto) for name, type_proto in infos])
    graph.input[0].type.denotation = "TEXT"
    save("types", graph, check=False)  # an input without a shape: the checker wants one, runtimes do not


def neg_relu_neg():
    """y = -relu(-x), min(x, 0): for an EP that takes Neg only."""
    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["a"], name="first"), helper.make_node("Relu", ["a"], ["b"], name="relu"),
         helper.make_node("Neg", ["b"], ["y"], name="second")], "neg_relu_neg",
        [tensor("x", TensorProto.FLOAT, [4])], [tensor("y", TensorProto.FLOAT, [4])])
    save("neg_relu_neg", graph)


if __name__ == "__main__":
    for make in (add, two, types, neg_relu_neg, chain, on_a, on_a_rows, captures, carried, carried_together, growing,
                 scanned, device_kernels, device_flow,
                 batched_scans, unknown_shapes, partly_compiled, foreign_context, layers):
        make()
    for path in sorted(FOLDER.glob("*.onnx")):
        print(path.name, path.stat().st_size)
