"""Real models, written by others: the right answers, through the C API.

The light models come with their data in the onnx package; Magika and Silero VAD are compared with what ONNX Runtime
computes here and now.
"""

import os
import pathlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from native import Library, NativeError, Session

MODELS = pathlib.Path(os.environ.get("BACKPLANE_MODELS_DIR", pathlib.Path(__file__).parents[2] / ".models"))
LIGHT = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("path", sorted(LIGHT.glob("*.onnx")), ids=lambda path: path.stem)
def test_light_model_gives_its_recorded_output(library, path, threads):
    model = onnx.load(path)
    constants = {initializer.name for initializer in model.graph.initializer}
    (image,) = [value for value in model.graph.input if value.name not in constants]
    shape = [dim.dim_value for dim in image.type.tensor_type.shape.dim]
    # The suite's own input for these models: a ramp from 0 to 1.
    data = (np.arange(np.prod(shape), dtype=np.float64) / np.prod(shape)).astype(np.float32).reshape(shape)
    expected = numpy_helper.to_array(onnx.load_tensor(path.with_name(path.stem + "_output_0.pb")))
    with Session(library, path, threads=threads) as session:
        for _ in range(3):  # traced, then planned, then reused
            (output,) = session.run({image.name: data})
            np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("level", [0, 1, 2, 99])
def test_every_optimisation_level_agrees(library, level):
    path = LIGHT / "light_densenet121.onnx"
    expected = numpy_helper.to_array(onnx.load_tensor(path.with_name("light_densenet121_output_0.pb")))
    data = (np.arange(3 * 224 * 224, dtype=np.float64) / (3 * 224 * 224)).astype(np.float32).reshape(1, 3, 224, 224)
    with Session(library, path, level=level) as session:
        (output,) = session.run({session.inputs[0]: data})
        np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-6)


def same_as_peer(library, path, feeds, tolerance):
    peer = pytest.importorskip("onnxruntime")
    options = peer.SessionOptions()
    options.log_severity_level = 3
    reference = peer.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    with Session(library, path) as session:
        assert session.inputs == [value.name for value in reference.get_inputs()]
        for feed in feeds:
            expected = reference.run(None, feed)
            for _ in range(2):
                for ours, theirs in zip(session.run(feed), expected, strict=True):
                    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def test_magika(library):
    random = np.random.default_rng(1)
    feeds = [{"bytes": random.integers(0, 257, (rows, 2048)).astype(np.int32)} for rows in (1, 4, 1)]
    same_as_peer(library, MODELS / "magika" / "model.onnx", feeds, 1e-5)


SILERO = {
    "silero_vad": [(576, 16000), (288, 8000)],
    "silero_vad_op18_ifless": [(576, 16000), (288, 8000)],
    "silero_vad_half": [(576, None)],
    "silero_vad_16k_op15": [(576, 16000)],
}


@pytest.mark.parametrize("name", SILERO)
def test_silero(library, name):
    random = np.random.default_rng(2)
    feeds = []
    for samples, rate in SILERO[name]:
        feed = {"input": 0.1 * random.standard_normal((1, samples)).astype(np.float32),
                "state": 0.1 * random.standard_normal((2, 1, 128)).astype(np.float32)}
        if rate is not None:
            feed["sr"] = np.array(rate, np.int64)
        feeds.append(feed)
    same_as_peer(library, MODELS / "silero" / f"{name}.onnx", feeds, 1e-4)


def test_silero_sequence(library):
    random = np.random.default_rng(3)
    feeds = [{"input": 0.1 * random.standard_normal((length, 576)).astype(np.float32),
              "h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)} for length in (5, 1, 9)]
    same_as_peer(library, MODELS / "silero" / "silero_vad_16k_sequence.onnx", feeds, 1e-4)


def test_a_failed_load_leaves_the_library_usable(library, tmp_path):
    path = LIGHT / "light_squeezenet.onnx"
    data = path.read_bytes()
    for name, content in {"empty": b"", "cut": data[: len(data) // 2], "noise": bytes(range(256)) * 8,
                          "text": b"not a model, but words\n" * 10}.items():
        bad = tmp_path / f"{name}.onnx"
        bad.write_bytes(content)
        with pytest.raises(NativeError) as failure:
            Session(library, bad)
        assert failure.value.code != 0 and failure.value.message
    with pytest.raises(NativeError) as failure:
        Session(library, tmp_path / "absent.onnx")
    assert failure.value.code == 3
    with Session(library, path) as session:
        assert session.outputs == ["softmaxout_1"]
