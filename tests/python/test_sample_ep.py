"""The sample EPs (plugins/sample) in both hosts: the same checks in Backplane and in ONNX Runtime."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

import hosts
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(os.environ["BACKPLANE_BUILD_DIR"]) / "lib"
SINGLE = FOLDER / "libbackplane_sample_single.so"
SEVERAL = FOLDER / "libbackplane_sample_several.so"
VIRTUAL = "sample.virtual"  # registered under a name of this form, the libraries make their virtual NPU and GPU
KINDS = ("CPU", "NPU", "GPU")
STYLES = {"CPU": "compile", "NPU": "kernels", "GPU": "gpu"}
OPTIONS = {"CPU": {"min_group_size": "1"}, "NPU": {"pack_weights": "1"}, "GPU": {}}
TAKES = {
    "CPU": {"Add", "Sub", "Mul", "Div", "Relu"},
    "NPU": {"MatMul", "Relu", "Reshape"},
    "GPU": {"Add", "Sub", "Mul", "Relu"},
}


@pytest.fixture(params=hosts.HOSTS)
def host(request):
    return hosts.open_host(request.param)


@pytest.fixture
def sample(host):
    """The host with the library of several factories."""
    host.register(VIRTUAL, SEVERAL)
    yield host
    host.unregister(VIRTUAL)


def device(host, kind):
    return next(d for d in host.devices() if d.ep == f"Sample_{kind}")


def random(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(np.float32)


def node(op, inputs, outputs, **attributes):
    """A node named after its first output; inputs and outputs as words of a text."""
    return helper.make_node(op, inputs.split(), outputs.split(), name=outputs.split()[0], **attributes)


def value(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs, outputs, constants=None, opset=17):
    initializers = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    graph = helper.make_graph(nodes, "sample", inputs, outputs, initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    return made.SerializeToString()


def mixed():
    """All that some EP takes, with nodes in between that none does; the batch is open."""
    return model(
        [node("Add", "x c", "a"), node("Sigmoid", "a", "s"), node("Mul", "a s", "m"), node("Relu", "m", "y"),
         node("MatMul", "y w", "z"), node("Reshape", "z shape", "r"), node("Sub", "r k", "o"),
         node("MatMul", "y v", "second")],
        [value("x", ["n", 4]), value("v", [4, 2])],
        [value("o", None), value("a", None), value("second", None)],
        {"c": random(4), "w": random(4, 6), "shape": np.array([-1, 3, 2]), "k": random(3, 1)})


def check(host, kind, data, feeds, devices=None, **named):
    """Runs on the EP and on the CPU EP; the outputs are equal. Returns the operators that the EP was given."""
    with host.session(data, **named) as session:
        expected = session.run(feeds)
    with host.session(data, devices or [device(host, kind)], **named) as session:
        for _ in range(3):
            for got, want in zip(session.run(feeds), expected, strict=True):
                assert got.shape == want.shape and got.dtype == want.dtype
                np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
        return {op for ep, _, op in session.assignment() if ep == f"Sample_{kind}"}


# -- devices ---------------------------------------------------------------------------------------------------------


def test_several_factories_have_a_device_each(sample):
    ours = [d for d in sample.devices() if d.ep.startswith("Sample_")]
    assert [(d.ep, d.type) for d in ours] == [(f"Sample_{kind}", kind) for kind in KINDS]
    for d in ours:
        assert d.vendor == "Backplane"
        assert d.metadata == {"version": "1.0.0", "library_path": str(SEVERAL), "style": STYLES[d.type]}
        assert d.options == OPTIONS[d.type]


def test_one_factory_serves_several_devices(host):
    host.register("my.virtual", SINGLE)
    ours = [d for d in host.devices() if d.ep == "my.virtual"]
    assert [(d.type, d.metadata["style"]) for d in ours] == [(kind, STYLES[kind]) for kind in KINDS]
    try:
        for d in ours:
            with host.session(mixed(), [d]) as session:
                given = {op for ep, _, op in session.assignment() if ep == "my.virtual"}
                assert given and given <= TAKES[d.type]
    finally:
        host.unregister("my.virtual")


def test_virtual_devices_only_where_they_are_allowed(host):
    host.register("sample", SINGLE)
    try:
        assert [d.type for d in host.devices() if d.ep == "sample"] == ["CPU"]
    finally:
        host.unregister("sample")


def test_a_session_of_several_devices_uses_the_first(host):
    host.register("my.virtual", SINGLE)
    try:
        ours = {d.type: d for d in host.devices() if d.ep == "my.virtual"}
        with host.session(mixed(), [ours["NPU"], ours["CPU"]]) as session:
            given = {op for ep, _, op in session.assignment() if ep == "my.virtual"}
            assert given == TAKES["NPU"]
    finally:
        host.unregister("my.virtual")


# -- running ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 99])
@pytest.mark.parametrize("kind", KINDS)
def test_outputs_are_those_of_the_cpu(sample, kind, level):
    given = check(sample, kind, mixed(), {"x": random(5, 4), "v": random(4, 2)}, level=level)
    assert given == TAKES[kind] - {"Div"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_ep_runs_what_it_was_given(sample, kind, tmp_path):
    feeds = {"x": random(5, 4), "v": random(4, 2)}
    with sample.session(mixed(), [device(sample, kind)], profile=tmp_path / "profile") as session:
        assert {op for ep, _, op in session.assignment() if ep == f"Sample_{kind}"} == TAKES[kind] - {"Div"}
        session.run(feeds)
        ran = {(ep, op) for ep, op in session.ran() if ep == f"Sample_{kind}" and not op.startswith("Memcpy")}
    if kind == "CPU":  # fused nodes, whose types the host makes up: Add; Mul and Relu; Sub
        assert len(ran) == 3
    else:
        assert {op for _, op in ran} == TAKES[kind]


SHAPES = [((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 1, 4), (3, 1)), ((3, 1), (2, 1, 4)), ((1,), (1, 1, 1)),
          ((0, 3), (1,)), ((4, 0), (1, 1)), ((), ())]


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("kind", ["CPU", "GPU"])
def test_broadcasting(sample, kind, constant):
    for left, right in SHAPES:
        for op in sorted(TAKES[kind] - {"Relu"}):
            inputs = [value("l", left)] + ([] if constant else [value("r", right)])
            constants = {"r": random(*right, seed=1)} if constant else {}
            data = model([node(op, "l r", "o")], inputs, [value("o", None)], constants)
            feeds = {"l": random(*left)} | ({} if constant else {"r": random(*right, seed=1)})
            assert check(sample, kind, data, feeds) == {op}, (op, left, right)


@pytest.mark.parametrize("kind", ["CPU", "GPU"])
def test_shapes_that_do_not_broadcast_are_an_error_with_the_eps_words(sample, kind):
    data = model([node("Add", "l r", "o")], [value("l", ["n"]), value("r", ["m"])], [value("o", None)])
    with sample.session(data, [device(sample, kind)]) as session:
        assert [ep for ep, _, _ in session.assignment()] == [f"Sample_{kind}"]
        with pytest.raises(hosts.HostError, match="dimensions 2 and 3 do not broadcast"):
            session.run({"l": random(2), "r": random(3)})
        session.run({"l": random(3), "r": random(3)})  # and the session goes on


@pytest.mark.parametrize("kind", KINDS)
def test_relu_keeps_nan_and_all_inputs(sample, kind):
    # x is wanted later: nobody may compute in its place.
    data = model([node("Relu", "x", "a"), node("Relu", "a", "b"), node("Sigmoid", "x", "o")], [value("x", ["n"])],
                 [value("b", None), value("o", None)])
    feeds = {"x": np.array([np.nan, -1, 0, 2, np.inf, -np.inf], np.float32)}
    assert check(sample, kind, data, feeds) == {"Relu"}
    assert feeds["x"][1] == -1


@pytest.mark.parametrize("left", [(4,), (3, 4), (2, 3, 4), (2, 1, 3, 4), (0, 4)])
@pytest.mark.parametrize("pack", ["0", "1"])
def test_matmul(sample, left, pack):
    data = model([node("MatMul", "l w", "a"), node("MatMul", "l r", "b"), node("MatMul", "a w2", "c")],
                 [value("l", left), value("r", (4, 5))], [value("b", None), value("c", None)],
                 {"w": random(4, 5, seed=1), "w2": random(5, 2, seed=2)})
    ours = device(sample, "NPU")
    with sample.session(data) as session:
        expected = session.run({"l": random(*left), "r": random(4, 5)})
    with sample.session(data, [ours], {"pack_weights": pack}) as session:
        for got, want in zip(session.run({"l": random(*left), "r": random(4, 5)}), expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
        assert [op for ep, _, op in session.assignment() if ep == ours.ep] == ["MatMul"] * 3


@pytest.mark.parametrize("wanted", [[-1], [4, 6], [0, -1, 2], [0, 0, -1], [24, 1]])
def test_reshape(sample, wanted):
    data = model([node("Reshape", "x shape", "a"), node("Relu", "a", "o")],
                 [value("x", [2, 3, 4]), value("shape", [len(wanted)], TensorProto.INT64)], [value("o", None)])
    assert check(sample, "NPU", data, {"x": random(2, 3, 4), "shape": np.array(wanted)}) == {"Reshape", "Relu"}


@pytest.mark.parametrize("kind", KINDS)
def test_other_types_and_old_versions_are_left_to_others(sample, kind):
    double = TensorProto.DOUBLE
    data = model([node("Add", "l r", "s"), node("Relu", "s", "o")], [value("l", [2], double), value("r", [2], double)],
                 [value("o", [2], double)])
    assert check(sample, kind, data, {"l": np.ones(2), "r": np.ones(2)}, level=0) == set()
    # Before version 7, Add broadcasts by an attribute.
    data = model([node("Add", "l r", "o", broadcast=1, axis=0)], [value("l", [2, 3]), value("r", [2])],
                 [value("o", [2, 3])], opset=6)
    if isinstance(sample, hosts.Backplane):
        assert check(sample, kind, data, {"l": random(2, 3), "r": random(2)}) == set()
    else:  # nobody else in ONNX Runtime runs these any more
        with pytest.raises(hosts.HostError, match="Add"):
            sample.session(data, [device(sample, kind)])


def test_a_group_has_no_way_out_and_back(sample, tmp_path):
    # All but Sigmoid is supported, and all is connected; but a and f come before it, and d, e and o after it.
    data = model([node("Add", "x x", "a"), node("Sigmoid", "a", "s"), node("Mul", "a s", "d"), node("Relu", "d", "e"),
                  node("Sub", "a x", "f"), node("Add", "e f", "o")], [value("x", ["n"])], [value("o", None)])
    with sample.session(data, [device(sample, "CPU")], profile=tmp_path / "profile") as session:
        assert len([1 for ep, _, _ in session.assignment() if ep == "Sample_CPU"]) == 5
        session.run({"x": random(7)})
        assert len([op for ep, op in session.ran() if ep == "Sample_CPU"]) == 2  # fused nodes
    check(sample, "CPU", data, {"x": random(7)})


@pytest.mark.parametrize("kind", KINDS)
def test_nodes_inside_control_flow(sample, kind):
    def branch(op, name):
        outer = {"Add": "x t", "Mul": "x t"}[op]
        return helper.make_graph([node(op, outer, f"{name}_a"), node("Relu", f"{name}_a", f"{name}_o")], name, [],
                                 [value(f"{name}_o", None)])
    data = model([node("Relu", "x", "t"), node("If", "c", "o", then_branch=branch("Add", "yes"),
                                               else_branch=branch("Mul", "no"))],
                 [value("x", ["n"]), value("c", [], TensorProto.BOOL)], [value("o", None)])
    for condition in (True, False):
        assert "Relu" in check(sample, kind, data, {"x": random(6), "c": np.array(condition)})


@pytest.mark.parametrize("kind", KINDS)
def test_a_node_of_constants_only(sample, kind):
    data = model([node("Add", "c d", "a"), node("Relu", "a", "b"), node("MatMul", "b w", "o")], [],
                 [value("o", None)], {"c": random(2, 3), "d": random(3), "w": random(3, 2)})
    check(sample, kind, data, {}, level=0)


@pytest.mark.parametrize("kind", KINDS)
def test_threads_share_a_session(sample, kind):
    inputs = [{"x": random(n, 4), "v": random(4, 2)} for n in range(1, 9)]
    with sample.session(mixed()) as session:
        expected = [session.run(feeds) for feeds in inputs]
    with sample.session(mixed(), [device(sample, kind)]) as session:
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            for got, want in zip(threads.map(session.run, inputs * 8), expected * 8, strict=True):
                for g, w in zip(got, want, strict=True):
                    np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-5)


def test_all_three_in_one_session(sample):
    """Each node goes to the first EP that takes it."""
    feeds = {"x": random(5, 4), "v": random(4, 2)}
    with sample.session(mixed()) as session:
        expected = session.run(feeds)
    order = [device(sample, kind) for kind in ("NPU", "GPU", "CPU")]
    with sample.session(mixed(), order) as session:
        for got, want in zip(session.run(feeds), expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
        given = {op: ep for ep, _, op in session.assignment()}
    assert given == {"MatMul": "Sample_NPU", "Relu": "Sample_NPU", "Reshape": "Sample_NPU", "Add": "Sample_GPU",
                     "Mul": "Sample_GPU", "Sub": "Sample_GPU", "Sigmoid": "CPUExecutionProvider"}


# -- again and again -------------------------------------------------------------------------------------------------


GROWTH = """
import sys
sys.path.insert(0, {folder!r})
import hosts, test_sample_ep as t

def state():
    fields = open("/proc/self/status").read()
    number = lambda key: int(fields.split(key + ":")[1].split()[0])
    mapped = sum("backplane_sample" in line for line in open("/proc/self/maps"))
    return number("VmRSS"), number("Threads"), mapped

host, feeds = hosts.open_host({host!r}), dict(x=t.random(64, 4), v=t.random(4, 2))
states = []
for i in range(120):
    host.register(t.VIRTUAL, t.SEVERAL)
    for kind in t.KINDS:
        with host.session(t.mixed(), [t.device(host, kind)]) as session:
            session.run(feeds)
    host.unregister(t.VIRTUAL)
    states.append(state())
(rss, threads, mapped), (rss_after, threads_after, mapped_after) = states[19], states[-1]
assert mapped == mapped_after == 0, "the library is still loaded"
assert threads_after == threads, (threads, threads_after)
assert rss_after - rss < 2048, (rss, rss_after)  # KiB; the libraries alone are 250 each
print("fine")
"""


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_a_hundred_times_without_growth(name):
    script = GROWTH.format(folder=str(pathlib.Path(__file__).parent), host=name)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "fine\n", done.stderr


# -- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_options_are_refused(sample, kind):
    with pytest.raises(hosts.HostError, match="nonsense"):
        sample.session(mixed(), [device(sample, kind)], {"nonsense": "1"})
    # Another way to the same options; here the EP itself objects.
    with pytest.raises(hosts.HostError, match=f"Sample_{kind} has no option 'nonsense'"):
        sample.session(mixed(), [device(sample, kind)], config={f"ep.sample_{kind.lower()}.nonsense": "1"})


@pytest.mark.parametrize("kind, key, wrong", [("CPU", "min_group_size", "0"), ("CPU", "min_group_size", "2x"),
                                              ("CPU", "min_group_size", ""), ("NPU", "pack_weights", "yes")])
def test_values_of_options_are_checked(sample, kind, key, wrong):
    with pytest.raises(hosts.HostError, match=f"option {key} must be .*not '{wrong}'"):
        sample.session(mixed(), [device(sample, kind)], {key: wrong})


def test_min_group_size(sample):
    with sample.session(mixed(), [device(sample, "CPU")], {"min_group_size": "2"}) as session:
        assert {op for ep, _, op in session.assignment() if ep == "Sample_CPU"} == {"Mul", "Relu"}
