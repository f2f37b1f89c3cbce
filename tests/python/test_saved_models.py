"""What a session writes: optimised models, which this library and the installed onnxruntime run alike, and profiles."""

import ctypes
import json
import os
import pathlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from native import Library, Session

MODELS = pathlib.Path(os.environ.get("BACKPLANE_MODELS_DIR", pathlib.Path(__file__).parents[2] / ".models"))
LEVELS = [0, 1, 2, 3, 99]


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


@pytest.fixture(scope="module")
def peer():
    return pytest.importorskip("onnxruntime")


def save_optimized(library, model, path, level, config=()):
    options = library.make("CreateSessionOptions")
    try:
        library.check("SetSessionGraphOptimizationLevel", options, ctypes.c_int(level))
        library.check("SetOptimizedModelFilePath", options, str(path).encode())
        for key, value in dict(config).items():
            library.check("AddSessionConfigEntry", options, key.encode(), value.encode())
        session = library.make("CreateSession", library.env, str(model).encode(), options)
        library.function("ReleaseSession", None)(session)
    finally:
        library.function("ReleaseSessionOptions", None)(options)


FEEDS = {
    "magika/model.onnx": {"bytes": np.random.default_rng(1).integers(0, 257, (2, 2048)).astype(np.int32)},
    "silero/silero_vad.onnx": {"input": np.linspace(-0.1, 0.1, 576, dtype=np.float32)[None],
                               "state": np.zeros((2, 1, 128), np.float32), "sr": np.array(16000)},
    "light/light_shufflenet.onnx": {"gpu_0/data_0": np.linspace(0, 1, 3 * 224 * 224, dtype=np.float32)
                                    .reshape(1, 3, 224, 224)},
}


def run_peer(peer, path, feeds):
    options = peer.SessionOptions()
    options.log_severity_level = 3
    return peer.InferenceSession(path, options, providers=["CPUExecutionProvider"]).run(None, feeds)


@pytest.mark.parametrize("name", FEEDS)
def test_an_optimised_model_runs_everywhere(library, peer, tmp_path, name):
    expected = run_peer(peer, MODELS / name, FEEDS[name])
    sizes = []
    for level in LEVELS:
        path = tmp_path / f"level{level}.onnx"
        save_optimized(library, MODELS / name, path, level)
        onnx.checker.check_model(path)
        sizes.append(len(onnx.load(path).graph.node))
        with Session(library, path) as session:
            ours = session.run(FEEDS[name])
        for results in (ours, run_peer(peer, path, FEEDS[name])):
            for result, wanted in zip(results, expected, strict=True):
                np.testing.assert_allclose(result, wanted, rtol=1e-4, atol=1e-5)
    assert sizes[0] > sizes[1] == sizes[-1], "only standard operators are written, so the levels above add nothing"


def test_weights_may_go_to_a_file_beside_it(library, peer, tmp_path):
    name = "magika/model.onnx"
    path = tmp_path / "saved.onnx"
    save_optimized(library, MODELS / name, path, 1, {
        "session.optimized_model_external_initializers_file_name": "weights.bin",
        "session.optimized_model_external_initializers_min_size_in_bytes": "1024"})
    assert path.stat().st_size < 200_000 < (tmp_path / "weights.bin").stat().st_size
    for result, wanted in zip(run_peer(peer, path, FEEDS[name]), run_peer(peer, MODELS / name, FEEDS[name]),
                              strict=True):
        np.testing.assert_allclose(result, wanted, rtol=1e-5)


# -- profiles -------------------------------------------------------------------------------------------------------

def conv_net(path):
    """Something for each level to rewrite."""
    def weight(name, *shape):
        return numpy_helper.from_array(np.linspace(0.1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape), name)
    nodes = [helper.make_node("Identity", ["x"], ["a"]), helper.make_node("Conv", ["a", "w"], ["b"], name="the_conv"),
             helper.make_node("BatchNormalization", ["b", "s", "h", "m", "v"], ["c"]),
             helper.make_node("Relu", ["c"], ["d"]),
             helper.make_node("MaxPool", ["d"], ["e"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Conv", ["e", "u"], ["f"]), helper.make_node("Flatten", ["f"], ["g"]),
             helper.make_node("Gemm", ["g", "k"], ["i"]), helper.make_node("Relu", ["i"], ["y"])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 16, 16])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [weight("w", 8, 3, 3, 3), weight("u", 8, 8, 3, 3), weight("k", 200, 10),
                               *(weight(name, 8) for name in "shmv")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def profile(library, model, folder, feeds, level=99):
    with Session(library, model, level=level, profile=folder / "profile") as session:
        session.run(feeds)
        return json.loads(pathlib.Path(session.end_profiling()).read_text())


IMAGE = {"x": np.ones((1, 3, 16, 16), np.float32)}


def test_levels_switch_groups_of_rewrites(library, tmp_path):
    """0: none; 1: those on the graph; 2: kernels of several nodes; 3: layouts, and what fuses in them."""
    model = conv_net(tmp_path / "net.onnx")
    kinds = {level: [event["args"]["op_name"] for event in profile(library, model, tmp_path, IMAGE, level)
                     if event["cat"] == "Node"] for level in LEVELS}
    assert kinds[0] == ["Identity", "Conv", "BatchNormalization", "Relu", "MaxPool", "Conv", "Flatten", "Gemm", "Relu"]
    assert kinds[1] == ["Conv", "Relu", "MaxPool", "Conv", "Flatten", "Gemm", "Relu"]
    assert kinds[2] == ["Conv", "Relu", "MaxPool", "Conv", "Flatten", "Gemm"]
    assert [kind for kind in kinds[3] if kind != "Transpose"] == ["Conv", "MaxPool", "Conv", "Flatten", "Gemm"]
    assert kinds[99] == kinds[3]


def test_a_profile_has_what_tools_read(library, peer, tmp_path):
    model = conv_net(tmp_path / "net.onnx")
    ours = profile(library, model, tmp_path, IMAGE, 0)
    theirs = profile(Library(next(pathlib.Path(peer.__file__).parent.joinpath("capi").glob("libonnxruntime.so.*"))),
                     model, tmp_path, IMAGE, 0)

    def event(trace, name):
        return next(each for each in trace if each["name"] == name)

    for name in ("model_loading_uri", "session_initialization", "model_run"):
        assert event(ours, name).keys() == event(theirs, name).keys()
    (mine, stock) = (event(trace, "the_conv_kernel_time") for trace in (ours, theirs))
    assert mine.keys() == stock.keys()
    for key in ("op_name", "provider", "input_type_shape", "output_type_shape", "activation_size", "parameter_size",
                "output_size", "node_index"):
        assert mine["args"][key] == stock["args"][key], key
    run = event(ours, "model_run")
    assert run["ts"] <= mine["ts"] and mine["ts"] + mine["dur"] <= run["ts"] + run["dur"]


def test_profiles_of_one_prefix_do_not_overwrite_each_other(library, tmp_path):
    model = conv_net(tmp_path / "net.onnx")
    for _ in range(3):
        profile(library, model, tmp_path, IMAGE)
    assert len(list(tmp_path.glob("profile_*.json"))) == 3


def test_a_profile_that_nobody_ends_is_written_with_the_session(library, tmp_path):
    with Session(library, conv_net(tmp_path / "net.onnx"), profile=tmp_path / "profile") as session:
        session.run(IMAGE)
    (file,) = tmp_path.glob("profile_*.json")
    assert any(event["name"] == "model_run" for event in json.loads(file.read_text()))
