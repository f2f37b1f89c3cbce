"""The ONNX project's own backend tests, through the C API: every operator case, and the small models on disk.

What does not pass is listed in onnx_backend_gaps.tsv with how it fails and why; a listed case that passes, or that
fails in another way, fails here, so the list says what is true.
"""

import fnmatch
import os
import pathlib

import ml_dtypes
import numpy as np
import onnx
import onnx.backend.test.loader
import pytest
from onnx import numpy_helper

from native import Library, NativeError, Session

DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
GAPS = [line.split("\t") for line in pathlib.Path(__file__).with_name("onnx_backend_gaps.tsv").read_text().splitlines()
        if line and not line.startswith("#")]

# Halves are rounded at other places than in the data: two steps of the type may lie between.
HALF_ROUNDING = {np.dtype(dtype): 2 * float(ml_dtypes.finfo(dtype).eps) for dtype in (np.float16, ml_dtypes.bfloat16)}


class Case:
    """One model with its sets of inputs and outputs."""

    def __init__(self, name, model, data_sets, rtol, atol):
        self.name = name
        self.model = model
        self.data_sets = data_sets  # () -> pairs of lists
        self.rtol = rtol
        self.atol = atol


def operator_cases():
    for case in onnx.backend.test.loader.load_model_tests(kind="node"):
        yield Case(case.name, case.model.SerializeToString, lambda case=case: case.data_sets, case.rtol, case.atol)


def cases_on_disk(kind):
    for folder in sorted((DATA / kind).iterdir()):
        if (folder / "model.onnx").exists():
            yield Case(f"{kind}/{folder.name}", (folder / "model.onnx").read_bytes, lambda folder=folder: read(folder),
                       1e-3, 1e-7)


def read(folder):
    graph = onnx.load(folder / "model.onnx").graph
    for data in sorted(folder.glob("test_data_set_*")):
        yield tuple([read_value(data / f"{kind}_{i}.pb", value.type) for i, value in enumerate(values)
                     if (data / f"{kind}_{i}.pb").exists()]
                    for kind, values in (("input", graph.input), ("output", graph.output)))


def read_value(path, declared):
    content = path.read_bytes()
    if declared.WhichOneof("value") == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(content))
    return numpy_helper.to_array(onnx.TensorProto.FromString(content))


CASES = [*operator_cases(), *cases_on_disk("simple"), *cases_on_disk("pytorch-operator"),
         *cases_on_disk("pytorch-converted")]


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


def run(library, case):
    """None where the case passes; else how it fails: 'code N' of a status, or 'differs'; and the message."""
    try:
        with Session(library, case.model()) as session:
            for inputs, expected in case.data_sets():
                feeds = {name: plain(value) for name, value in zip(session.inputs, inputs) if value is not None}
                for ours, theirs in zip(session.run(feeds), expected, strict=True):
                    same(ours, plain(theirs), case)
    except NativeError as error:
        return f"code {error.code}", error.message
    except AssertionError as error:
        return "differs", str(error)
    return None


def plain(value):
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def same(ours, theirs, case):
    if theirs is None or ours is None:
        assert ours is None and theirs is None, f"{ours} instead of {theirs}"
        return
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs), f"{ours} instead of {theirs}"
        for our, their in zip(ours, theirs, strict=True):
            same(our, plain(their), case)
        return
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape, f"shape {ours.shape} instead of {theirs.shape}"
    if theirs.dtype.kind in "OUS":
        texts = [text.decode() if isinstance(text, bytes) else str(text) for text in theirs.ravel().tolist()]
        assert ours.ravel().tolist() == texts
        return
    assert ours.dtype == theirs.dtype, f"{ours.dtype} instead of {theirs.dtype}"
    rtol = max(case.rtol, HALF_ROUNDING.get(theirs.dtype, 0))
    if theirs.dtype.kind not in "biufc":  # the small types of ml_dtypes
        ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=case.atol)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(library, case):
    gaps = [gap for gap in GAPS if fnmatch.fnmatchcase(case.name, gap[0])]
    assert len(gaps) < 2, f"listed twice: {gaps}"
    failure = run(library, case)
    if gaps:
        assert failure is not None, f"passes now: take {gaps[0][0]} off the list of gaps"
        assert failure[0] == gaps[0][1], f"listed as {gaps[0][1]}, but {failure[0]}: {failure[1]}"
    else:
        assert failure is None, f"{failure[0]}: {failure[1]}"


@pytest.mark.parametrize("pattern", [gap[0] for gap in GAPS])
def test_gap_names_a_case(pattern):
    assert any(fnmatch.fnmatchcase(case.name, pattern) for case in CASES)
