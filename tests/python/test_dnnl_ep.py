"""The DNNL EP (plugins/dnnl) in both hosts: the same answers as the host's CPU EP, and what is taken.

Floats may differ by 1e-4 of the largest value of an output, sums being added in another order.
"""

import concurrent.futures
import ctypes
import gc
import os
import pathlib
import platform
import subprocess
import sys

import hosts
import make_models
import native
import numpy as np
import onnx
import pytest
from onnx import helper

import dnnl_cases
from dnnl_cases import Model, floats

LIBRARY = pathlib.Path(os.environ["BACKPLANE_BUILD_DIR"]) / "lib" / "libbackplane_ep_dnnl.so"
MODELS = pathlib.Path(os.environ.get("BACKPLANE_MODELS_DIR", pathlib.Path(__file__).parents[2] / ".models"))
LIGHT = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
EP = "DnnlExecutionProvider"

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="oneDNN's packages are for x86-64 only")


@pytest.fixture(params=hosts.HOSTS, scope="module")
def host(request):
    host = hosts.open_host(request.param)
    host.register("dnnl", LIBRARY)
    yield host
    gc.collect()
    host.unregister("dnnl")


def devices(host):
    return [d for d in host.devices() if d.ep == EP]


def dnnl_session(host, model, options=None, **named):
    return host.session(model, devices(host), {"num_threads": "1", **(options or {})}, **named)


def taken(session):
    """The operators of the nodes that the EP took."""
    return sorted(op for ep, _, op in session.assignment() if ep == EP)


def same(actual, expected, tolerance=1e-4):
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
        scale = max(float(np.max(np.abs(theirs), initial=0)), 1e-3)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * scale)


def check(host, model, feeds, options=None, tolerance=1e-4, all_taken=True, level=0):
    """Runs twice on the EP and compares with the CPU EP; returns the operators taken."""
    with host.session(model, level=level) as reference:
        expected = reference.run(feeds)
    with dnnl_session(host, model, options, level=level) as session:
        for _ in range(2):
            same(session.run(feeds), expected, tolerance)
        ops = taken(session)
        if all_taken:
            assert [entry for entry in session.assignment() if entry[0] != EP] == []
    return ops


# -- operators -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fusion", ["1", "0"])
@pytest.mark.parametrize("name", dnnl_cases.FIXED)
def test_operator(host, name, fusion):
    model, output = dnnl_cases.FIXED[name](np.random.default_rng(7))
    # Groups that only move elements are left to the CPU EP: behind an Abs they are part of one that computes.
    y = model.add("Abs", output)
    check(host, model.bytes(y), model.feeds, {"fusion": fusion})


@pytest.mark.parametrize("family", dnnl_cases.RANDOM)
def test_random(host, family):
    for seed in range(40):
        model, output = dnnl_cases.RANDOM[family](np.random.default_rng([seed, 1]))
        try:
            check(host, model.bytes(output), model.feeds,
                  {"fusion": str(int(seed % 4 != 0)), "num_threads": str(1 + seed % 2)})
        except (AssertionError, hosts.HostError) as error:
            raise AssertionError(f"{family} with seed {seed}: {error}") from error


# In units of each result: where 8-bit values are made of sums of floats, an element may fall to the neighbour.
QUANTA = {"QLinearConv": 1.001, "QLinearMatMul": 1.001, "MatMulInteger": 1e-3, "ConvInteger": 0, "QuantizeLinear": 0,
          "QDQ": 0.31, "QDQ MatMul": 0.0501, "QDQ MatMul, other axis": 0.0501, "QDQ Conv, other axis": 0.201}


@pytest.mark.skipif(not any(word in pathlib.Path("/proc/cpuinfo").read_text() for word in ("avx512_vnni", "avx_vnni")),
                    reason="8-bit products are left to the CPU EP on processors without VNNI")
@pytest.mark.parametrize("family", dnnl_cases.QUANTIZED)
def test_quantized(host, family):
    for seed in range(12):
        model, output = dnnl_cases.QUANTIZED[family](np.random.default_rng([seed, 2]))
        value = model.bytes(output)
        # Not all of these operators are in every CPU EP.
        with hosts.open_host("onnxruntime").session(value, level=0) as reference:
            (expected,) = reference.run(model.feeds)
        with dnnl_session(host, value, level=0) as session:
            (actual,) = session.run(model.feeds)
            assert [entry for entry in session.assignment() if entry[0] != EP] == []
        difference = np.abs(actual - expected)
        assert np.max(difference) <= QUANTA[family] and np.mean(difference > QUANTA[family] / 2) < 0.01, seed


def test_qdq_becomes_integer_convolutions(host, tmp_path):
    model, output = dnnl_cases.QUANTIZED["QDQ"](np.random.default_rng(1))
    # The second one has a bias of floats, which no integer convolution takes; ONNX Runtime may make it integers.
    text = dump(host, model.bytes(output), tmp_path / "dump", level=0)
    steps = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and "reorder" not in line]
    assert steps.count("QLinearConv") == 1 and steps.count("Conv") == 1


@pytest.mark.parametrize("family, op", [("QDQ MatMul", "QLinearMatMul"), ("QDQ MatMul, other axis", "MatMul"),
                                        ("QDQ Conv, other axis", "Conv")])
def test_only_scales_of_output_channels_become_integer_products(host, tmp_path, family, op):
    model, output = dnnl_cases.QUANTIZED[family](np.random.default_rng(1))
    text = dump(host, model.bytes(output), tmp_path / "dump")
    assert op in {line.split()[0] for line in text.splitlines() if line.startswith("  ")}


DECLINED = {
    "operator of a type": lambda r, m: m.add("Add", m.input(np.arange(6)), m.constant(np.arange(6))),
    "MaxPool's indices": lambda r, m: m.add("MaxPool", m.input(floats(r, 1, 2, 6, 6)), kernel_shape=[2, 2],
                                            outputs=2)[1],
    "dynamic limits of Clip": lambda r, m: m.add("Clip", m.input(floats(r, 4)), m.input(np.float32(0))),
    "vector times matrix": lambda r, m: m.add("MatMul", m.input(floats(r, 4)), m.constant(floats(r, 4, 3))),
    "an unknown shape to reshape to": lambda r, m: m.add("Reshape", m.input(floats(r, 4, 3)),
                                                         m.input(np.array([3, 4]))),
    "pads that are not constant": lambda r, m: m.add("Abs", m.add("Pad", m.input(floats(r, 4, 5)),
                                                                  m.input(np.array([1, 0, 0, 1])))),
    "far beyond the product": lambda r, m: m.add("ConvTranspose", m.input(floats(r, 1, 2, 6, 6)),
                                                 m.constant(floats(r, 2, 2, 3, 3)), strides=[2, 2],
                                                 output_shape=[15, 13]),
    "beyond the pads": lambda r, m: m.add("AveragePool", m.input(floats(r, 1, 2, 8, 8)), kernel_shape=[3, 3],
                                          strides=[2, 2], pads=[1] * 4, ceil_mode=1, count_include_pad=1),
    "an exponent of the run": lambda r, m: m.add("Pow", m.input(floats(r, 4)), m.input(np.float32(2))),
}


WHY = {"operator of a type": "input 0 is not float", "MaxPool's indices": "the indices are used",
       "dynamic limits of Clip": "a parameter is not constant", "vector times matrix": "input 0 has rank 1",
       "an unknown shape to reshape to": "the shape is not constant",
       "pads that are not constant": "pads that are not constant",
       "far beyond the product": "output_shape has more than a stride of nothing",
       "beyond the pads": "a window that ceil_mode adds goes beyond the pads",
       "an exponent of the run": "a parameter is not constant"}


@pytest.mark.parametrize("why", DECLINED)
def test_declined(host, why):
    model = Model()
    output = DECLINED[why](np.random.default_rng(1), model)
    value = model.bytes(output, dtype=dnnl_cases.TensorProto.INT64 if why in ("operator of a type", "MaxPool's indices")
                        else dnnl_cases.TensorProto.FLOAT)
    with dnnl_session(host, value, level=0) as session:
        assert set(taken(session)) <= {"Abs"}
        if isinstance(host, hosts.Backplane):  # which tells why
            left = [node["refused_by"][0] for node in session.explain()["nodes"] if node["ep"] != EP]
            assert [refusal["reason"] for refusal in left] == ["declined"] and WHY[why] in left[0]["text"]


def test_why_whole_groups_are_left(host):
    if not isinstance(host, hosts.Backplane):
        pytest.skip("only Backplane explains")
    model = Model()
    value = model.bytes(model.add("Transpose", model.add("Flatten", model.input(np.ones((2, 3, 4), np.float32)))))
    for options, words in (({}, "its group of 2 only moves elements"), ({"exclude_ops": "Flatten,Transpose"},
                                                                        "exclude_ops names it")):
        with dnnl_session(host, value, options, level=0) as session:
            assert [node["refused_by"][0]["text"] for node in session.explain()["nodes"]] == [words, words]


def test_infinities(host):
    """As masks have them: oneDNN's own reductions would show the largest finite number instead."""
    for op, values in (("ReduceMax", [[-np.inf] * 4, [-np.inf, 1, -np.inf, np.inf], [np.nan, 1, 2, 3]]),
                       ("ReduceMin", [[np.inf] * 4, [np.inf, 1, -np.inf, 0], [np.nan, 1, 2, 3]])):
        for axis in (0, 1):
            model = Model()
            x = model.input(np.array(values, np.float32))
            with dnnl_session(host, model.bytes(model.add(op, x, axes=[axis], keepdims=0))) as session:
                (result,) = session.run(model.feeds)
            best = np.max if op == "ReduceMax" else np.min
            np.testing.assert_array_equal(result, best(np.array(values, np.float32), axis=axis))


def test_softplus_of_small_numbers(host):
    model = Model()
    value = model.bytes(model.add("Softplus", model.input(np.linspace(-40, 40, 5001, dtype=np.float32))))
    with host.session(value) as reference, dnnl_session(host, value) as session:
        np.testing.assert_allclose(session.run(model.feeds)[0], reference.run(model.feeds)[0], rtol=2e-6)


def test_groups_never_wait_for_each_other(host):
    # left -> NonZero-like detour -> right: the detour must not lie inside a group.
    random = np.random.default_rng(3)
    model = Model()
    x = model.input(floats(random, 2, 4, 6, 6))
    left = model.add("Conv", x, model.constant(floats(random, 4, 4, 1, 1)))
    detour = model.add("CumSum", left, model.constant(np.array(1)))
    right = model.add("Add", model.add("Relu", left), detour)
    late = model.add("Mul", right, model.add("Sigmoid", x))
    assert check(host, model.bytes(late), model.feeds, all_taken=False) == ["Add", "Conv", "Mul", "Relu", "Sigmoid"]


# -- whole models --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LIGHT.glob("*.onnx")), ids=lambda path: path.stem)
def test_light_model(host, path):
    model = onnx.load(path)
    constants = {initializer.name for initializer in model.graph.initializer}
    (image,) = [value for value in model.graph.input if value.name not in constants]
    shape = [dim.dim_value for dim in image.type.tensor_type.shape.dim]
    data = (np.arange(np.prod(shape), dtype=np.float64) / np.prod(shape)).astype(np.float32).reshape(shape)
    expected = onnx.numpy_helper.to_array(onnx.load_tensor(path.with_name(path.stem + "_output_0.pb")))
    with dnnl_session(host, path) as session:
        same(session.run({image.name: data}), [expected], 1e-3)
        others = {op for ep, _, op in session.assignment() if ep != EP}
    assert not others & {"Conv", "Gemm", "BatchNormalization", "MaxPool", "AveragePool"}


@pytest.mark.parametrize("name", ["mobilenet_v2", "minilm_32", "mlp_tiny", "unet", "vit_s", "elementwise_chain"])
def test_benchmark_model(host, name):
    (path,) = make_models.make([name], MODELS / "bench", MODELS / "light")
    random = np.random.default_rng(5)
    feeds = {}
    for value in onnx.load(path, load_external_data=False).graph.input:
        shape = [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
        is_float = value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
        feeds[value.name] = floats(random, *shape) if is_float else np.ones(shape, np.int64)
    with host.session(path) as reference:
        expected = reference.run(feeds)
    with dnnl_session(host, path) as session:
        same(session.run(feeds), expected, 1e-3)
        others = {op for ep, _, op in session.assignment() if ep != EP}
    assert not others & {"Conv", "MatMul", "Gemm", "LayerNormalization", "Softmax"}


# -- shapes, threads, options --------------------------------------------------------------------------------------


def small_network(dynamic):
    random = np.random.default_rng(11)
    model = Model()
    x = model.input(floats(random, 1, 3, 12, 12), dynamic)
    y = model.add("Relu", model.add("Conv", x, model.constant(floats(random, 16, 3, 3, 3)), pads=[1] * 4))
    y = model.add("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = model.add("Conv", y, model.constant(floats(random, 8, 16, 3, 3)))
    y = model.add("Flatten", model.add("GlobalAveragePool", y))
    return model.bytes(model.add("Softmax", model.add("Gemm", y, model.constant(floats(random, 8, 5)))))


def images(*shapes):
    return [{"x0": floats(np.random.default_rng(list(shape)), *shape)} for shape in shapes]


def test_dynamic_shapes(host):
    value = small_network(dynamic=True)
    feeds = images((1, 3, 12, 12), (2, 3, 9, 17), (1, 3, 12, 12), (5, 3, 8, 8), (3, 3, 20, 6), (2, 3, 9, 17))
    with host.session(value) as reference:
        expected = [reference.run(feed) for feed in feeds]
    # One program is kept, so that shapes come and go.
    for kept in ("1", "8"):
        with dnnl_session(host, value, {"max_cached_shapes": kept}) as session:
            assert taken(session)
            for feed, answer in zip(feeds, expected):
                same(session.run(feed), answer)
            with pytest.raises(hosts.HostError):
                session.run({"x0": np.zeros((1, 4, 12, 12), np.float32)})
            same(session.run(feeds[0]), expected[0])


def test_no_images(host):
    with dnnl_session(host, small_network(dynamic=True)) as session:
        (output,) = session.run({"x0": np.zeros((0, 3, 12, 12), np.float32)})
        assert output.shape == (0, 5)
    model = Model()
    x = model.input(np.zeros((0, 4), np.float32))
    with dnnl_session(host, model.bytes(model.add("Relu", x)), level=0) as session:
        assert taken(session) == []  # known beforehand: left to the CPU EP
        assert session.run(model.feeds)[0].shape == (0, 4)


@pytest.mark.parametrize("dynamic", [False, True])
def test_concurrent_runs(host, dynamic):
    value = small_network(dynamic)
    shapes = [(1, 3, 12, 12), (2, 3, 10, 9), (1, 3, 8, 8)] if dynamic else [(1, 3, 12, 12)]
    feeds = images(*shapes)
    with host.session(value) as reference:
        expected = [reference.run(feed) for feed in feeds]
    with dnnl_session(host, value, {"num_threads": "2", "max_cached_shapes": "2"}) as session:

        def work(start):
            for i in range(start, start + 60):
                same(session.run(feeds[i % len(feeds)]), expected[i % len(feeds)])
            return True

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(4)))


def dump(host, value, path, options=None, config=None, feeds=(), level=99):
    with dnnl_session(host, value, {**(options or {}), "dump": str(path)}, config=config, level=level) as session:
        for feed in feeds:
            session.run(feed)
    return path.read_text()


def test_post_ops_and_threads_in_the_dump(host, tmp_path):
    text = dump(host, small_network(False), tmp_path / "dump", {"num_threads": "2"})
    assert "threads=2" in text and "+Relu [" in text
    assert "+Relu" not in dump(host, small_network(False), tmp_path / "plain", {"fusion": "0"})


def test_threads_of_the_session(host, tmp_path):
    random = np.random.default_rng(1)
    model = Model()
    value = model.bytes(model.add("Relu", model.input(floats(random, 4, 4))))
    own = {"num_threads": "0"}
    assert "threads=3" in dump(host, value, tmp_path / "entry", own, {"session.intra_op_num_threads": "3"})
    # ONNX Runtime tells no EP what SetIntraOpNumThreads was given (here, 1); all processors are taken then.
    threads = 1 if isinstance(host, hosts.Backplane) else len(os.sched_getaffinity(0))
    assert f"threads={threads}\n" in dump(host, value, tmp_path / "set", own).replace(" constants=0", "")
    assert "threads=2" in dump(host, value, tmp_path / "own", {"num_threads": "2"},
                               {"session.intra_op_num_threads": "3"})


def test_as_many_threads_as_said(host):
    """Threads of oneDNN that this process did not have before; the calling thread is one of them."""
    def started(threads):
        script = (f"import sys; sys.path[:0] = {sys.path!r}; import test_dnnl_ep as t; "
                  f"t.count_threads({type(host).__name__.lower()!r}, {threads})")
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    assert [started(threads) for threads in (1, 3)] == [0, 2]


def thick_network():
    random = np.random.default_rng(4)
    model = Model()
    x = model.input(floats(random, 256, 256))
    return model.bytes(model.add("MatMul", x, model.constant(floats(random, 256, 256))))


def count_threads(name, threads):
    host = hosts.open_host(name)
    host.register("dnnl", LIBRARY)
    before = len(os.listdir("/proc/self/task"))
    with dnnl_session(host, thick_network(), {"num_threads": str(threads)}, level=0) as session:
        session.run({"x0": floats(np.random.default_rng(4), 256, 256)})
        print(len(os.listdir("/proc/self/task")) - before)


def test_weights_are_packed_once_for_all_shapes(host, tmp_path):
    text = dump(host, small_network(True), tmp_path / "dump",
                feeds=images((1, 3, 12, 12), (2, 3, 12, 12), (3, 3, 12, 12), (4, 3, 12, 12)))
    constants = [line.split("constants=")[1] for line in text.splitlines() if "constants=" in line]
    assert len(constants) == 4 and len(set(constants[1:])) == 1


@pytest.mark.parametrize("options, words", [
    ({"num_thread": "1"}, ["num_thread", "num_threads"]),
    ({"fastmath": "bf16"}, ["fastmath", "fast_math"]),
    ({"num_threads": "many"}, ["num_threads", "many", "whole number"]),
    ({"num_threads": "-1"}, ["num_threads", "-1"]),
    ({"max_cached_shapes": "0"}, ["max_cached_shapes"]),
    ({"fast_math": "fp8"}, ["fast_math", "bf16"]),
    ({"fusion": "yes"}, ["fusion"]),
    ({"min_group_size": "0"}, ["min_group_size", "at least 1"]),
    ({"exclude_ops": "Softmacks"}, ["Softmacks", "Softmax"]),
])
def test_a_wrong_option_is_refused(host, options, words):
    model = Model()
    value = model.bytes(model.add("Relu", model.input(np.ones((2, 2), np.float32))))
    with pytest.raises(hosts.HostError) as failure:
        host.session(value, devices(host), options)
    for word in words:
        assert word in str(failure.value)


def test_excluded_operators_are_left(host):
    value = small_network(False)
    with dnnl_session(host, value, {"exclude_ops": "Softmax,MaxPool"}, level=0) as session:
        ops = taken(session)
    assert "Conv" in ops and "Softmax" not in ops and "MaxPool" not in ops


def test_small_groups_are_left(host):
    value = small_network(False)
    for least, some in (("1", True), ("7", True), ("100", False)):
        with dnnl_session(host, value, {"min_group_size": least}) as session:
            assert bool(taken(session)) == some


def test_the_options_are_stated_with_their_defaults(host):
    (device,) = devices(host)
    assert device.options == {"num_threads": "0", "fast_math": "strict", "fusion": "1", "min_group_size": "1",
                              "max_cached_shapes": "8", "exclude_ops": "", "dump": ""}


def test_a_compiled_model_cannot_be_written(host, tmp_path):
    config = {"ep.context_enable": "1", "ep.context_file_path": str(tmp_path / "out.onnx")}
    with pytest.raises(hosts.HostError, match="EPContext"):
        dnnl_session(host, small_network(False), config=config)
    assert list(tmp_path.iterdir()) == []


def test_fast_math(host):
    (feed,) = images((1, 3, 12, 12))
    value = small_network(False)
    with host.session(value) as reference:
        expected = reference.run(feed)
    with dnnl_session(host, value, {"fast_math": "bf16"}) as session:
        same(session.run(feed), expected, 3e-2)


@pytest.mark.parametrize("family", ["Conv", "Gemm", "MatMul"])
def test_fast_math_of_operators(host, family):
    for seed in range(10):
        model, output = dnnl_cases.RANDOM[family](np.random.default_rng([seed, 3]))
        check(host, model.bytes(output), model.feeds, {"fast_math": "bf16"}, 5e-2)


def test_the_device(host):
    (device,) = devices(host)
    assert device.type == "CPU" and device.vendor == "Backplane"
    assert device.metadata["onednn_version"].startswith("3.")


def test_the_function_of_its_own():
    # In our host nothing need be registered: the library lies beside the runtime.
    library = native.Library(os.environ["BACKPLANE_LIBRARY"])
    options = library.make("CreateSessionOptions")
    library.check("SessionOptionsAppendExecutionProvider_Dnnl", options, None)
    value = small_network(False)
    session = library.make("CreateSessionFromArray", library.env, value, ctypes.c_size_t(len(value)), options)
    library.function("ReleaseSession", None)(session)
    library.function("ReleaseSessionOptions", None)(options)


def use_two_hosts():
    value, (feed, wrong) = small_network(False), images((1, 3, 12, 12), (1, 3, 5, 5))
    both = [hosts.open_host(name) for name in hosts.HOSTS]
    for each in both:
        each.register("dnnl", LIBRARY)
    sessions = [dnnl_session(each, value) for each in both]
    for _ in range(3):
        same(sessions[0].run(feed), sessions[1].run(feed))
        for session in sessions:
            with pytest.raises(hosts.HostError):
                session.run(wrong)
    for session in sessions:
        session.close()
    gc.collect()
    for each in both:
        each.unregister("dnnl")


def test_two_hosts_in_one_process():
    """The library is loaded once for both; each must get statuses and values of its own."""
    script = f"import sys; sys.path[:0] = {sys.path!r}; import test_dnnl_ep; test_dnnl_ep.use_two_hosts()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


# -- life cycle ----------------------------------------------------------------------------------------------------


def resident_bytes():
    fields = pathlib.Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_hundred_times(host):
    value = small_network(False)
    (feed,) = images((1, 3, 12, 12))

    def once():
        with dnnl_session(host, value) as session:
            session.run(feed)
        gc.collect()
        host.unregister("dnnl")
        host.register("dnnl", LIBRARY)

    for _ in range(20):
        once()
    files, before = len(os.listdir("/proc/self/fd")), resident_bytes()
    for _ in range(100):
        once()
    assert len(os.listdir("/proc/self/fd")) == files
    assert resident_bytes() - before < 8 << 20
