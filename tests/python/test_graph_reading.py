"""What an EP can read of a graph (OrtApi's Graph_*, Node_*, ValueInfo_*, OpAttr_*) is what ONNX Runtime lets it read.

tests/plugins/graph_dump tells it in JSON in both hosts. Both load the model without rewriting it. What has no order in
the C API is compared as sets. Where the hosts differ on purpose:
- ONNX Runtime's graphs import every operator set it knows; ours those that the model imports.
- Ours may know dimensions that ONNX Runtime does not, and names unknown ones in another way.
- Of a model of IR version 3, ONNX Runtime lists initializers that are also inputs among a graph's inputs; ours are
  initializers only. Initializers that nothing uses are gone there.
- The order in which the graphs inside of nodes are asked about.
- Among the initializers of a view, ONNX Runtime lists overridable ones, and no constants of outer graphs; ours lists
  constants, wherever they are.
- Outputs that are left out at the end of a node's list are not in ours.
"""

import json
import os
import pathlib

import hosts
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

LIBRARY = pathlib.Path(os.environ["BACKPLANE_BUILD_DIR"]) / "lib" / "libgraph_dump_plugin.so"
MODELS = pathlib.Path(os.environ["BACKPLANE_MODELS_DIR"])
EP = "graph_dump"


def dump(name, model, folder, claim=""):
    """The JSON lines of a session of `model` in the host `name`."""
    host = hosts.open_host(name)
    told = folder / f"{name}.json"
    host.register(EP, LIBRARY)
    try:
        (device,) = [device for device in host.devices() if device.ep == EP]
        with host.session(model, [device], options={"file": str(told), "claim": claim}, level=0):
            pass
        del device
    finally:
        host.unregister(EP)
    return [json.loads(line) for line in told.read_text().splitlines()]


def named(value):
    return value["name"] if value else ""


def values_of(graph):
    for key in ("inputs", "outputs", "initializers"):
        yield from graph[key]
    for node in graph["nodes"]:
        yield from filter(None, node["outputs"])


def key_of(line):
    """Finds the same line in the other host: by its nodes, whatever else."""
    return line["at"], [(node["name"], [named(value) for value in node["outputs"]]) for node in line["graph"]["nodes"]]


def graphs_of(graph):
    """`graph` and those inside of its nodes."""
    yield graph
    for node in graph["nodes"]:
        for entry in node["subgraphs"]:
            yield from graphs_of(entry["graph"])


def sort(line):
    """Orders what the C API leaves without an order. Nodes of a view may come in another order, and so its values."""
    for graph in graphs_of(line["graph"]):
        for value in values_of(graph):
            value["consumers"].sort()
        graph["initializers"].sort(key=named)
        graph["nodes"].sort(key=lambda node: (node["name"], [named(value) for value in node["outputs"]]))
        for node in graph["nodes"]:
            node["implicit inputs"].sort()
            node["attributes"].sort(key=lambda attribute: attribute["name"])
            node["subgraphs"].sort(key=lambda entry: entry["attribute"])
    if line["at"] == "view":
        line["graph"]["inputs"].sort(key=named)
        line["graph"]["outputs"].sort(key=named)


def without_what_differs(line, ir_version):
    """Leaves out of a sorted line what the two hosts tell differently on purpose."""
    for graph in graphs_of(line["graph"]):
        opsets = graph.pop("opsets")
        assert {domain: opsets[domain] for domain in line["imports"]} == line["imports"]
        outputs = {named(value) for value in graph["outputs"]}
        graph["initializers"] = [value for value in graph["initializers"]
                                 if value["consumers"] or value["name"] in outputs]
        if line["at"] == "view":
            graph["initializers"] = [value for value in graph["initializers"]
                                     if value["constant"] and not value["outer"]]
        if ir_version < 4:
            graph["inputs"] = [value for value in graph["inputs"] if not value["constant"]]
        for node in graph["nodes"]:
            while node["outputs"] and node["outputs"][-1] is None:
                node["outputs"].pop()
        for value in values_of(graph):
            if value["type"] and "tensor" in value["type"]:
                del value["type"]["tensor"]["symbols"]


def assert_same(ours, stock, path):
    if isinstance(ours, dict) and isinstance(stock, dict):
        assert list(ours) == list(stock), path
        for key in ours:
            assert_same(ours[key], stock[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(stock, list):
        assert len(ours) == len(stock), f"{path}: {ours} and {stock}"
        for i, (mine, theirs) in enumerate(zip(ours, stock)):
            if path.endswith(".dims") and theirs == -1:
                continue
            name = named(mine) if isinstance(mine, dict) and "name" in mine else i
            assert_same(mine, theirs, f"{path}[{name}]")
    else:
        assert ours == stock, path


def same(model, folder, claim=""):
    """Compares the hosts; gives our lines."""
    proto = model if isinstance(model, onnx.ModelProto) else onnx.load(model, load_external_data=False)
    source = model.SerializeToString() if isinstance(model, onnx.ModelProto) else model
    imports = {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in proto.opset_import}
    both = [dump(name, source, folder, claim) for name in hosts.HOSTS]
    for lines in both:
        for line in lines:
            assert all(graph["sorted"] for graph in graphs_of(line["graph"]))
            sort(line)
            line["imports"] = imports
        lines.sort(key=key_of)
    ours = json.loads(json.dumps(both[0]))
    assert len(both[0]) == len(both[1])
    for mine, theirs in zip(*both):
        without_what_differs(mine, proto.ir_version)
        without_what_differs(theirs, proto.ir_version)
        if mine["at"] == "Compile":  # named after a hash of the model, which is the host's own
            for line in (mine, theirs):
                for node in line["graph"]["nodes"]:
                    assert node.pop("graph") == line["graph"]["name"]
                assert line["graph"].pop("name").startswith(EP + "_")
        assert_same(mine, theirs, mine["at"])
    return ours


@pytest.mark.parametrize("name", ["magika/model.onnx", "silero/silero_vad.onnx", "silero/silero_vad_16k_op15.onnx",
                                  "silero/silero_vad_half.onnx", "light/light_resnet50.onnx",
                                  "light/light_inception_v1.onnx"])
def test_real_model(tmp_path, name):
    same(MODELS / name, tmp_path)


def test_groups(tmp_path):
    """What Compile is given: each group is a graph, whose inputs have no producer and whose consumers are inside."""
    random = np.random.default_rng(3)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["convolved"], name="conv"),
         helper.make_node("Relu", ["convolved"], ["relu"], name="relu"),
         helper.make_node("Neg", ["relu"], ["negative"], name="between"),
         helper.make_node("Add", ["negative", "relu"], ["sum"], name="add"),
         helper.make_node("Mul", ["sum", "c"], ["product"], name="mul"),
         helper.make_node("Mul", ["product", "c"], ["y"], name="mul again")], "chain",
        [value("x", TensorProto.FLOAT, ["N", 2, 5, 5])],
        [value("y", TensorProto.FLOAT, None), value("relu", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(random.random((3, 2, 3, 3), np.float32), "w"),
         numpy_helper.from_array(random.random(3, np.float32), "b"),
         numpy_helper.from_array(np.array([2], np.float32), "c")])
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)])
    lines = same(model, tmp_path, claim="Conv,Relu,Add,Mul")
    first, second = [line for line in lines if line["at"] == "Compile"][::-1]
    assert (first["inputs"], first["outputs"]) == (["x", "w", "b"], ["relu"])
    assert (second["inputs"], second["outputs"]) == (["negative", "relu", "c"], ["y"])
    for line in (first, second):
        graph = line["graph"]
        inside = {node["name"] for node in graph["nodes"]}
        assert [named(value) for value in graph["inputs"]] == line["inputs"]
        assert [named(value) for value in graph["outputs"]] == line["outputs"]
        assert all(value["producer"] is None for value in graph["inputs"])
        assert all(consumer in inside for value in values_of(graph) for consumer, _ in value["consumers"])


def every_attribute():
    """A node of a domain without schemas, with an attribute of each type that the C API knows."""
    then = helper.make_graph([helper.make_node("Identity", ["x"], ["then"], name="inner")], "then_body", [],
                             [helper.make_tensor_value_info("then", TensorProto.FLOAT, [2, "N"])])
    other = helper.make_graph([helper.make_node("Neg", ["y"], ["else"], name="other")], "else_body", [],
                              [helper.make_tensor_value_info("else", TensorProto.FLOAT, None)])
    nodes = [
        helper.make_node("Elu", ["x"], ["y"], name="float", alpha=0.25),
        helper.make_node("Constant", [], ["ints"], name="ints", value_ints=[3, 1, 2]),
        helper.make_node("Constant", [], ["floats"], name="floats", value_floats=[0.5, -1.5]),
        helper.make_node("Constant", [], ["text"], name="text", value_string="a text"),
        helper.make_node("Constant", [], ["texts"], name="texts", value_strings=["one", "", "three"]),
        helper.make_node("Constant", [], ["tensor"], name="tensor",
                         value=numpy_helper.from_array(np.arange(6, dtype=np.int16).reshape(2, 3))),
        helper.make_node("Constant", [], ["yes"], name="yes",
                         value=numpy_helper.from_array(np.array(True))),
        helper.make_node("If", ["yes"], ["z"], name="choice", then_branch=then, else_branch=other),
        helper.make_node("Clip", ["z", "", "top"], ["clipped"], name="without the lower bound"),
        helper.make_node("MaxPool", ["image"], ["pooled", ""], name="without indices", kernel_shape=[2, 2]),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "all of them",
        [value("x", TensorProto.FLOAT, [2, "N"]), value("image", TensorProto.FLOAT, [1, 1, 4, "W"]),
         value("top", TensorProto.FLOAT, [])],
        [value("clipped", TensorProto.FLOAT, None), value("pooled", TensorProto.FLOAT, None),
         value("ints", TensorProto.INT64, [3]), value("floats", TensorProto.FLOAT, [2]),
         value("text", TensorProto.STRING, []), value("texts", TensorProto.STRING, [3]),
         value("tensor", TensorProto.INT16, [2, 3])],
        [numpy_helper.from_array(np.array(6.0, np.float32), "top")])
    return helper.make_model(graph, ir_version=10, producer_name="the producer", model_version=4,
                             doc_string="what it says", opset_imports=[helper.make_opsetid("", 20)])


def test_attributes_subgraphs_and_absent_values(tmp_path):
    lines = same(every_attribute(), tmp_path)
    graph = next(line["graph"] for line in lines if line["graph"]["name"] == "all of them")
    nodes = {node["name"]: node for node in graph["nodes"]}
    assert nodes["without the lower bound:Clip"]["inputs"] == ["z", "", "top"]
    assert sorted(nodes["choice:If"]["implicit inputs"]) == ["x", "y"]
    (top,) = [value for value in graph["inputs"] if value["name"] == "top"]
    assert (top["required input"], top["optional input"], top["constant"]) == (False, True, False)
    # Each branch sees the outer graph's value as one of an outer scope.
    inner = [line["graph"] for line in lines if line["at"] == "GetCapability" and line["graph"]["name"] == "then_body"]
    assert inner and inner[0]["parent"] == "choice:If"


def test_a_loop_body(tmp_path):
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Add", ["state", "outer"], ["next"], name="step"),
         helper.make_node("Identity", ["going"], ["go"], name="go on")], "loop_body",
        [value("i", TensorProto.INT64, []), value("going", TensorProto.BOOL, []), value("state", TensorProto.FLOAT, [3])],
        [value("go", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [3]), value("next", TensorProto.FLOAT, [3])])
    body.output[2].name = "next"
    graph = helper.make_graph(
        [helper.make_node("Exp", ["x"], ["outer"], name="outside"),
         helper.make_node("Loop", ["count", "", "x"], ["last", "all"], name="the loop", body=body)], "looping",
        [value("count", TensorProto.INT64, []), value("x", TensorProto.FLOAT, [3])],
        [value("last", TensorProto.FLOAT, [3]), value("all", TensorProto.FLOAT, [None, 3])])
    same(helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)]), tmp_path)


def test_external_initializers(tmp_path):
    weights = numpy_helper.from_array(np.arange(2048, dtype=np.float32).reshape(32, 64), "w")
    small = numpy_helper.from_array(np.ones(64, np.float32), "b")
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"], name="dense")], "dense",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 32])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 64])], [weights, small])
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)])
    onnx.save(model, tmp_path / "dense.onnx", save_as_external_data=True, location="weights.bin", size_threshold=1024)
    (told, _) = same(tmp_path / "dense.onnx", tmp_path)
    by_name = {value["name"]: value for value in told["graph"]["initializers"]}
    assert by_name["w"]["external"] == {"file": "weights.bin", "offset": 0, "bytes": 8192}
    assert by_name["b"]["external"] is None
    assert told["graph"]["path"] == str(tmp_path / "dense.onnx")
