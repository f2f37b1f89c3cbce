"""The ONNX project's backend tests with the DNNL EP in front of the CPU EP: whatever it takes is right, and it takes
something of each operator that it has an entry for.

A case passes on the EP as it does on the CPU EP alone (test_onnx_backend.py); what the EP leaves, it says why.
"""

import fnmatch
import os
import pathlib
import platform
import re

import hosts
import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from test_onnx_backend import CASES, GAPS, plain, same

LIBRARY = pathlib.Path(os.environ["BACKPLANE_BUILD_DIR"]) / "lib" / "libbackplane_ep_dnnl.so"
ROOT = pathlib.Path(__file__).parents[2]
EP = "DnnlExecutionProvider"
# ONNX's cases of these are such as it leaves: statistics that are used, weights around other zero points, other types.
# test_dnnl_ep.py has others.
NOT_IN_CASES = {"Cast", "ConvInteger", "LayerNormalization", "MatMulInteger", "QLinearConv", "QLinearMatMul"}

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="oneDNN's packages are for x86-64 only")

taken = set()  # operators of which the EP took a node


@pytest.fixture(scope="module")
def host():
    host = hosts.open_host("backplane")
    host.register("dnnl", LIBRARY)
    yield host
    host.unregister("dnnl")


def run(host, case, model, feeds_of, expected_of):
    devices = [d for d in host.devices() if d.ep == EP]
    try:
        # As the model is written: nothing folded or fused before the EP is asked.
        session = host.session(model, devices, {"num_threads": "1"}, level=0)
    except hosts.HostError:
        assert any(fnmatch.fnmatchcase(case.name, gap[0]) for gap in GAPS), case.name
        return
    with session:
        nodes = session.explain()["nodes"]
        for node in nodes:
            if node["ep"] == EP:
                taken.add(node["type"])
            else:
                assert [refusal["reason"] for refusal in node["refused_by"]] == ["declined"]
        if not any(node["ep"] == EP for node in nodes):
            return
        for inputs, expected in case.data_sets():
            results = session.run(feeds_of(session, inputs))
            for ours, theirs in zip(results, expected_of(list(expected)), strict=True):
                same(ours, plain(theirs), case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(host, case):
    def feeds_of(session, inputs):
        return {name: plain(value) for name, value in zip(session.inputs, inputs) if value is not None}

    run(host, case, case.model(), feeds_of, lambda expected: expected)


def may_have_constants(case):
    """Random ones are in the list of gaps: what they give depends on all nodes."""
    graph = onnx.ModelProto.FromString(case.model()).graph
    return (graph.input and all(value.type.HasField("tensor_type") for value in graph.input)
            and not any(fnmatch.fnmatchcase(case.name, gap[0]) for gap in GAPS)
            and all(len(inputs) == len(graph.input) for inputs, _ in case.data_sets()))


@pytest.mark.parametrize("case", [case for case in CASES if "/" not in case.name and may_have_constants(case)],
                         ids=lambda case: case.name)
def test_case_with_constants(host, case):
    """All inputs but the first are constants, and a Neg follows: only then much of what moves elements is taken."""
    model = onnx.ModelProto.FromString(case.model())
    graph = model.graph
    ((inputs, _),) = [*case.data_sets()]
    first, *others = graph.input
    constants = [numpy_helper.from_array(np.asarray(plain(value)), declared.name)
                 for declared, value in zip(others, inputs[1:])]
    del graph.input[1:]
    graph.initializer.extend(constants)
    result = graph.output[0]
    negated = result.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    if negated:
        graph.node.append(onnx.helper.make_node("Neg", [result.name], ["negated"]))
        result.name = "negated"

    def expected_of(expected):
        return [-np.asarray(plain(expected[0])), *expected[1:]] if negated else expected

    run(host, case, model.SerializeToString(), lambda _, values: {first.name: plain(values[0])}, expected_of)


def test_every_operator_is_taken_somewhere(request):
    entries = {name for path in (ROOT / "plugins/dnnl/ops").glob("*.cc")
               for name in re.findall(r"^(?:DNNL_OPERATOR|ELTWISE|BINARY|REDUCE)\((\w+),", path.read_text(), re.M)}
    assert len(entries) > 60
    if request.session.testscollected < len(CASES) + 1000:
        pytest.skip("only where all cases ran before")
    missing = entries - set(taken)
    assert missing == NOT_IN_CASES, sorted(missing ^ NOT_IN_CASES)
