"""Operators with many modes, each combination against what ONNX Runtime computes here and now.

ONNX's backend tests (test_onnx_backend.py) show each mode once; here modes, types and odd sizes meet.
"""

import itertools
import os

import numpy as np
import pytest
from onnx import helper

from native import Library, NativeError, Session


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


def model_of(operator, inputs, outputs, opset, attributes):
    """One node; inputs is {name: array}, a name of None an absent input; outputs are element types."""
    names = [name if array is not None else "" for name, array in inputs.items()]
    infos = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), [None] * array.ndim)
             for name, array in inputs.items() if array is not None]
    made = [helper.make_tensor_value_info(f"y{i}", helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), None)
            for i, dtype in enumerate(outputs)]
    graph = helper.make_graph([helper.make_node(operator, names, [value.name for value in made], **attributes)], "g",
                              infos, made)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()


def same_as_peer(library, operator, inputs, outputs=(np.float32,), opset=17, tolerance=1e-5, **attributes):
    peer = pytest.importorskip("onnxruntime")
    model = model_of(operator, inputs, outputs, opset, attributes)
    feeds = {name: array for name, array in inputs.items() if array is not None}
    options = peer.SessionOptions()
    options.log_severity_level = 4
    try:
        expected = peer.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(None, feeds)
    except Exception:  # what stock refuses we may take or refuse, but not crash on
        try:
            with Session(library, model) as session:
                session.run(feeds)
        except NativeError:
            pass
        return
    with Session(library, model, threads=2) as session:
        for ours, theirs in zip(session.run(feeds), expected, strict=True):
            assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
            if ours.dtype == object:
                assert ours.tolist() == theirs.tolist()
            else:
                np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def uniform(*shape, seed=3, dtype=np.float32):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(dtype)


COORDINATES = ["half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners", "half_pixel_symmetric",
               "tf_crop_and_resize"]
SIZES = [(2, 3, 5, 7), (2, 3, 10, 21), (2, 3, 3, 2), (2, 3, 5, 7), (2, 3, 1, 1)]


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_resize(library, mode, coordinates):
    x = uniform(2, 3, 5, 7)
    roi = np.array([0, 0, 0.1, 0.2, 1, 1, 0.8, 0.9], np.float32) if coordinates == "tf_crop_and_resize" else None
    nearest = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] if mode == "nearest" else [None]
    for sizes, rounding in itertools.product(SIZES, nearest):
        attributes = {"mode": mode, "coordinate_transformation_mode": coordinates, "extrapolation_value": 0.5}
        if rounding:
            attributes["nearest_mode"] = rounding
        same_as_peer(library, "Resize", {"x": x, "roi": roi, "scales": None, "sizes": np.array(sizes)}, opset=19,
                     **attributes)


@pytest.mark.parametrize("options", [
    {"mode": "linear", "antialias": 1}, {"mode": "cubic", "antialias": 1}, {"mode": "cubic", "exclude_outside": 1},
    {"mode": "cubic", "cubic_coeff_a": -0.5},
], ids=lambda options: "-".join(map(str, options.values())))
def test_resize_options(library, options):
    for sizes in SIZES:
        same_as_peer(library, "Resize", {"x": uniform(2, 3, 5, 7), "roi": None, "scales": None,
                                         "sizes": np.array(sizes)}, opset=19, **options)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float32])
@pytest.mark.parametrize("scales", [(1, 1, 2, 2), (1, 1, 0.5, 1.5), (1, 1, 1.3, 0.7)])
def test_resize_by_scales(library, dtype, scales):
    x = (uniform(1, 2, 9, 8) * 100).astype(dtype)
    for mode in ("nearest", "linear"):
        same_as_peer(library, "Resize", {"x": x, "roi": None, "scales": np.array(scales, np.float32)}, outputs=[dtype],
                     opset=13, mode=mode, coordinate_transformation_mode="asymmetric")


@pytest.mark.parametrize("shape, scales", [((1, 4, 6), (1, 1, 2.5)), ((1, 2, 3, 4, 5), (1, 1, 2, 0.5, 1.5))])
def test_resize_of_other_ranks(library, shape, scales):
    for mode in ("nearest", "linear"):
        same_as_peer(library, "Resize", {"x": uniform(*shape), "roi": None, "scales": np.array(scales, np.float32)},
                     opset=13, mode=mode)


@pytest.mark.parametrize("equation, shapes", [
    ("ij,jk->ik", [(3, 4), (4, 5)]), ("ij,jk", [(3, 4), (4, 5)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (6, 4, 5)]), ("ii->i", [(4, 4)]), ("ii", [(4, 4)]), ("ij->ji", [(3, 4)]),
    ("ij->", [(3, 4)]), ("i,i->", [(5,), (5,)]), ("i,j->ij", [(3,), (4,)]), ("ij,ij->ij", [(3, 4), (3, 4)]),
    ("bhid,bhjd->bhij", [(2, 3, 4, 5), (2, 3, 6, 5)]), ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
    ("a...,a...->...", [(3, 2, 4), (3, 2, 4)]), ("iij->ij", [(3, 3, 2)]), ("...", [(2, 3)]),
    ("abc,cd,de->abe", [(2, 3, 4), (4, 5), (5, 2)]), ("ij,j->i", [(1, 4), (4,)]), ("bn,anm,bm->ba", [(2, 3), (4, 3, 5), (2, 5)]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_einsum(library, equation, shapes):
    for dtype in (np.float32, np.float64, np.int32):
        inputs = {f"x{i}": (uniform(*shape, seed=i) * 8).astype(dtype) for i, shape in enumerate(shapes)}
        same_as_peer(library, "Einsum", inputs, outputs=[dtype], opset=12, equation=equation, tolerance=1e-4)


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [0, 1])
def test_grid_sample(library, mode, padding, corners):
    grid = uniform(2, 4, 6, 2) * 1.6
    grid[0, 0, :2] = [[9, -11], [-30, 25]]
    same_as_peer(library, "GridSample", {"x": uniform(2, 3, 5, 7), "grid": grid}, opset=20, mode=mode,
                 padding_mode=padding, align_corners=corners, tolerance=1e-4)
    if mode != "cubic":
        volume = uniform(1, 2, 3, 4, 5, seed=4)
        same_as_peer(library, "GridSample", {"x": volume, "grid": uniform(1, 2, 3, 4, 3) * 1.3}, opset=20, mode=mode,
                     padding_mode=padding, align_corners=corners, tolerance=1e-4)


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
def test_grid_sample_far_outside(library, mode):
    x = uniform(1, 1, 3, 4)
    grid = np.array([[[[1e30, -1e30], [-np.inf, np.inf], [np.inf, 3e9]]]], np.float32)
    model = model_of("GridSample", {"x": x, "grid": grid}, [np.float32], 20, {"mode": mode, "padding_mode": "border"})
    with Session(library, model) as session:
        (y,) = session.run({"x": x, "grid": grid})
    np.testing.assert_allclose(y[0, 0, 0], [x[0, 0, 0, 3], x[0, 0, 2, 0], x[0, 0, 2, 3]], rtol=1e-6)


@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("ratio", [0, 1, 3])
@pytest.mark.parametrize("transform", ["half_pixel", "output_half_pixel"])
def test_roi_align(library, mode, ratio, transform):
    rois = np.array([[0, 0, 3, 4], [1.5, 0.5, 9, 8], [-2, -2, 40, 40], [5, 5, 5, 5], [3, 3, 1, 1]], np.float32)
    batch = np.array([0, 1, 0, 1, 1])
    for dtype in (np.float32, np.float64):
        same_as_peer(library, "RoiAlign", {"x": uniform(2, 3, 10, 12, dtype=dtype), "rois": rois.astype(dtype),
                                           "batch": batch}, outputs=[dtype], opset=16, mode=mode,
                     sampling_ratio=ratio, output_height=3, output_width=4, spatial_scale=0.7,
                     coordinate_transformation_mode=transform)


@pytest.mark.parametrize("center", [0, 1])
@pytest.mark.parametrize("most, overlap, score", [(3, 0.5, 0.0), (100, 0.2, 0.3), (0, 0.5, 0.0), (5, 0.0, -1.0),
                                                  (5, 1.0, 0.9)])
def test_non_max_suppression(library, center, most, overlap, score):
    random = np.random.default_rng(5)
    boxes = random.uniform(0, 1, (2, 40, 4)).astype(np.float32)
    boxes[0, 1] = boxes[0, 0]
    scores = random.uniform(0, 1, (2, 3, 40)).astype(np.float32)
    scores[0, 0, :2] = 0.95
    same_as_peer(library, "NonMaxSuppression", {
        "boxes": boxes, "scores": scores, "most": np.array([most]), "overlap": np.array([overlap], np.float32),
        "score": np.array([score], np.float32)}, outputs=[np.int64], opset=11, center_point_box=center)


def texts(*values):
    return np.array(values, object)


@pytest.mark.parametrize("case", ["LOWER", "UPPER", "NONE"])
@pytest.mark.parametrize("sensitive", [0, 1])
def test_string_normalizer(library, case, sensitive):
    x = texts("Monday", "tuesday", "", "WEDNESDAY", "monday")
    for stop in ([], ["monday"], ["monday", "tuesday", "wednesday", ""]):
        same_as_peer(library, "StringNormalizer", {"x": x}, outputs=[object], opset=10, case_change_action=case,
                     is_case_sensitive=sensitive, **({"stopwords": stop} if stop else {}))


def test_string_operators(library):
    a, b = texts("a", "", "日本", "x y"), texts("b")
    same_as_peer(library, "StringConcat", {"a": a, "b": b}, outputs=[object], opset=20)
    same_as_peer(library, "StringConcat", {"a": a.reshape(2, 2), "b": texts("p", "q")}, outputs=[object], opset=20)
    same_as_peer(library, "Equal", {"a": a, "b": b}, outputs=[np.bool_], opset=19)
    for delimiter, most in (("", 0), (" ", 1), ("-", 0), ("--", 2)):
        attributes = {"delimiter": delimiter} | ({"maxsplit": most} if most else {})
        x = texts("a b  c", "-x--y-", "", "--", "one")
        same_as_peer(library, "StringSplit", {"x": x}, outputs=[object, np.int64], opset=20, **attributes)
    same_as_peer(library, "Gather", {"x": a, "i": np.array([3, -1, 0])}, outputs=[object], opset=13)
    same_as_peer(library, "Where", {"c": np.array([True, False, True, True]), "a": a, "b": b}, outputs=[object], opset=16)
    same_as_peer(library, "Concat", {"a": a, "b": b}, outputs=[object], opset=13, axis=0)
    same_as_peer(library, "Cast", {"x": texts("1", "-2.5", "3e2", "inf")}, outputs=[np.float32], opset=13, to=1)
    same_as_peer(library, "Cast", {"x": np.array([1.5, -0.25, 1e20, 3], np.float32)}, outputs=[object], opset=13, to=8)
