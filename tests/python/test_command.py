"""The `backplane` command: its output, its JSON, its exit codes, and what it says when something is wrong."""

import importlib.util
import json
import os
import pathlib
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BACKPLANE_BUILD_DIR", ROOT / "build/release"))
COMMAND = BUILD / "bin/backplane"

NUMPY_TYPES = [np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32,
               np.uint64, np.bool_]


def run(*words, code=0, env=None):
    done = subprocess.run([COMMAND, *map(str, words)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, **(env or {})})
    assert done.returncode == code, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def run_json(*words, code=0):
    return json.loads(run(*words, "--json", code=code).stdout)


def save(path, nodes, inputs, outputs, initializers=(), **attributes):
    graph = helper.make_graph(nodes, "test", inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, **attributes)
    onnx.save(model, path)
    return path


def value(name, dtype, shape):
    return helper.make_tensor_value_info(name, dtype, shape)


@pytest.fixture
def identity(tmp_path):
    """Makes a model that returns its input, of a given type."""
    def make(numpy_type, shape=("n", 3)):
        dtype = helper.np_dtype_to_tensor_dtype(np.dtype(numpy_type))
        return save(tmp_path / "identity.onnx", [helper.make_node("Identity", ["x"], ["y"])],
                    [value("x", dtype, shape)], [value("y", dtype, shape)])
    return make


@pytest.fixture
def add(tmp_path):
    """z = x + y over [batch,8] plus a weight."""
    weight = numpy_helper.from_array(np.arange(8, dtype=np.float32), "w")
    return save(tmp_path / "add.onnx",
                [helper.make_node("Add", ["x", "y"], ["s"]), helper.make_node("Add", ["s", "w"], ["z"])],
                [value("x", TensorProto.FLOAT, ["batch", 8]), value("y", TensorProto.FLOAT, ["batch", 8])],
                [value("z", TensorProto.FLOAT, ["batch", 8])], [weight], producer_name="tests")


# -- the command line -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["info", "--help"], ["bench", "--help"],
                                   ["devices", "--help"]])
def test_help_is_no_error(words):
    assert "backplane" in run(*words).stdout


def test_help_has_examples():
    assert "backplane run model.onnx --dim batch=8" in run("--help").stdout


@pytest.mark.parametrize("command", ["run", "info", "bench", "explain", "devices"])
def test_a_commands_help_has_its_own_examples(command):
    (_, examples) = run(command, "--help").stdout.split("Examples:\n")
    lines = [line.strip() for line in examples.splitlines() if line.startswith("  ")]
    assert lines and all(line.startswith(f"backplane {command}") for line in lines)
    assert "Exit codes:" in examples


def test_version():
    assert "Backplane" in run("--version").stdout


def test_an_unknown_command_names_the_known_ones():
    done = run("fly", code=2)
    assert "'fly'" in done.stderr and "run, info, bench, explain, devices" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words", [[], ["fly"], ["run"], ["info", "a", "b"], ["run", "m.onnx", "--repeat", "0"],
                                   ["run", "m.onnx", "--threads", "many"], ["devices", "--nonsense"]])
def test_a_wrong_command_line_is_exit_code_2(words):
    run(*words, code=2)


@pytest.mark.parametrize("command", ["run", "info", "bench"])
def test_a_missing_model_is_exit_code_1(command, tmp_path):
    path = tmp_path / "nowhere.onnx"
    done = run(command, path, code=1)
    assert str(path) in done.stderr and "NO_SUCHFILE" in done.stderr and done.stdout == ""
    assert run_json(command, path, code=1)["error"]["code"] == "NO_SUCHFILE"


def test_garbage_is_exit_code_1(tmp_path):
    path = tmp_path / "garbage.onnx"
    path.write_bytes(b"\xff" * 1000)
    assert "INVALID_PROTOBUF" in run("info", path, code=1).stderr


def test_no_colour_where_there_is_no_terminal(add):
    assert "\x1b" not in run("run", add).stdout + run("info", add).stdout


def test_output_that_cannot_be_written_is_exit_code_1(add):
    with open("/dev/full", "w") as full:
        done = subprocess.run([COMMAND, "run", add], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 1 and "cannot be written" in done.stderr


# -- info -----------------------------------------------------------------------------------------------------------

def test_info(add):
    info = run_json("info", add)
    assert info["opsets"] == {"ai.onnx": 17} and info["producer"] == "tests" and info["ir_version"] == 8
    assert info["operators"] == [{"domain": "", "type": "Add", "count": 2}]
    assert (info["weights"], info["parameters"], info["weight_bytes"]) == (1, 8, 32)
    assert info["inputs"][0] == {"name": "x", "type": "float", "shape": ["batch", 8]}
    text = run("info", add).stdout
    assert "[batch,8]" in text and "ai.onnx 17" in text


def test_info_counts_nodes_of_subgraphs(tmp_path):
    def branch(kind):
        return helper.make_graph([helper.make_node(kind, ["x"], [kind])], kind, [],
                                 [value(kind, TensorProto.FLOAT, [2])])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch("Abs"), else_branch=branch("Neg"))
    path = save(tmp_path / "if.onnx", [node], [value("c", TensorProto.BOOL, []), value("x", TensorProto.FLOAT, [2])],
                [value("y", TensorProto.FLOAT, [2])])
    assert {entry["type"] for entry in run_json("info", path)["operators"]} == {"If", "Abs", "Neg"}


def test_info_does_not_need_the_operators(tmp_path):
    path = save(tmp_path / "unknown.onnx", [helper.make_node("NoSuchOperator", ["x"], ["y"])],
                [value("x", TensorProto.FLOAT, [2])], [value("y", TensorProto.FLOAT, [2])])
    assert run_json("info", path)["operators"][0]["type"] == "NoSuchOperator"
    run("run", path, code=1)


def test_names_cannot_steer_the_terminal(tmp_path):
    name = "x\x1b[31m\nfake"
    path = save(tmp_path / "name.onnx", [helper.make_node("Identity", [name], ["y"])],
                [value(name, TensorProto.FLOAT, [2])], [value("y", TensorProto.FLOAT, [2])])
    assert "\x1b" not in run("info", path).stdout + run("run", path).stdout
    assert run_json("info", path)["inputs"][0]["name"] == name


# -- run ------------------------------------------------------------------------------------------------------------

def test_run_generates_inputs_and_says_so(add):
    text = run("run", add).stdout
    assert "generated" in text
    result = run_json("run", add)
    assert [entry["from"] for entry in result["inputs"]] == ["generated"] * 2
    assert result["inputs"][0]["shape"] == [1, 8] and result["outputs"][0]["shape"] == [1, 8]
    assert len(result["run_ms"]) == 1 and result["load_ms"] > 0


def test_generated_inputs_depend_on_the_seed_only(add):
    first, again = (run_json("run", add, "--seed", 3)["outputs"] for _ in range(2))
    assert first == again != run_json("run", add, "--seed", 4)["outputs"]


def test_placement_counts_every_node(add):
    placement = run_json("run", add)["placement"]
    assert [entry["ep"] for entry in placement] == ["CPUExecutionProvider"]


def test_dim_sets_symbolic_dimensions(add):
    result = run_json("run", add, "--dim", "batch=4")
    assert result["inputs"][0]["shape"] == result["outputs"][0]["shape"] == [4, 8]


@pytest.mark.parametrize("dim, words", [("size=4", "batch"), ("batch", "batch=4"), ("batch=x", "batch=4"),
                                        ("batch=-1", "batch=4")])
def test_a_wrong_dim_names_what_is_right(add, dim, words):
    assert words in run("run", add, "--dim", dim, code=2).stderr


def test_repeat(add):
    assert len(run_json("run", add, "--repeat", 5)["run_ms"]) == 5


@pytest.mark.parametrize("numpy_type", NUMPY_TYPES, ids=lambda t: np.dtype(t).name)
def test_npy_in_and_out(identity, numpy_type, tmp_path):
    array = np.array([[0, 1, 1], [1, 0, 7]]).astype(numpy_type)
    np.save(tmp_path / "x.npy", array)
    result = run_json("run", identity(numpy_type), "--input", f"x={tmp_path}/x.npy", "--output-dir", tmp_path / "out")
    output = np.load(result["outputs"][0]["file"])
    assert output.dtype == array.dtype
    np.testing.assert_array_equal(output, array)
    assert result["outputs"][0]["max"] == array.max() and result["outputs"][0]["first"] == [*map(float, array.ravel())]


@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3, 4, 5, 6)], ids=str)
def test_npy_shapes(identity, shape, tmp_path):
    array = np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)
    np.save(tmp_path / "x.npy", array)
    model = identity(np.float32, [f"d{i}" for i in range(len(shape))])
    result = run_json("run", model, "--input", f"{tmp_path}/x.npy", "--output-dir", tmp_path)
    np.testing.assert_array_equal(np.load(result["outputs"][0]["file"]), array)


@pytest.mark.parametrize("array", [np.array([[1.5, -2, 3]], np.float32), np.array([[1, 2, 3]], np.int64),
                                   np.array([["a", "bc", ""]], object)], ids=["float", "int64", "string"])
def test_tensor_proto_in(identity, array, tmp_path):
    path = tmp_path / "x.pb"
    path.write_bytes(numpy_helper.from_array(array).SerializeToString())
    dtype = helper.np_dtype_to_tensor_dtype(array.dtype)
    model = save(tmp_path / "identity.onnx", [helper.make_node("Identity", ["x"], ["y"])],
                 [value("x", dtype, ["n", 3])], [value("y", dtype, ["n", 3])])
    assert run_json("run", model, "--input", f"x={path}")["outputs"][0]["first"] == array.ravel().tolist()


def test_numbers_on_the_command_line(add):
    numbers = ",".join(map(str, range(8)))
    result = run_json("run", add, "--input", "x=0.5", "--input", f"y={numbers}")
    assert [entry["from"] for entry in result["inputs"]] == ["command line"] * 2
    assert result["outputs"][0]["first"] == [0.5 + 2 * i for i in range(6)]


@pytest.mark.parametrize("entry, words", [
    ("q=1", "'x', 'y'"), ("x=1,2", "2 numbers for shape [1,8]"), ("x=apple", "neither a file nor"),
    ("1.5", "write name=file")])
def test_a_wrong_input_is_exit_code_2(add, entry, words):
    assert words in run("run", add, "--input", entry, code=2).stderr


def bad_npy(folder):
    good = folder / "good.npy"
    np.save(good, np.zeros((1, 3), np.float32))
    content = good.read_bytes()
    np.save(folder / "fortran.npy", np.asfortranarray(np.zeros((2, 3), np.float32)))
    np.save(folder / "big_endian.npy", np.zeros((1, 3), ">f4"))
    return {
        "is not a .npy file": b"hello, this is text",
        "header is cut off": content[:30],
        "bytes of elements": content[:-1],
        "shape is malformed": content.replace(b"(1, 3)", b"(1, x)"),
        "not supported": content.replace(b"<f4", b"<M8"),
        "Fortran order": (folder / "fortran.npy").read_bytes(),
        "big-endian": (folder / "big_endian.npy").read_bytes(),
        "cannot be opened": None,
    }


def test_bad_npy_files_are_named(identity, tmp_path):
    model = identity(np.float32)
    for words, content in bad_npy(tmp_path).items():
        path = tmp_path / "bad.npy"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        message = run("run", model, "--input", f"x={path}", code=1).stderr
        assert "bad.npy" in message and words in message, message


def test_an_input_of_the_wrong_shape_is_the_runtimes_error(identity, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((2, 4), np.float32))
    done = run("run", identity(np.float32), "--input", f"x={tmp_path}/x.npy", code=1)
    assert "INVALID_ARGUMENT" in done.stderr and "x" in done.stderr


FLOATS = helper.make_tensor_type_proto(TensorProto.FLOAT, ["n", 2])
SEQUENCE = helper.make_sequence_type_proto(FLOATS)
OPTIONAL = helper.make_optional_type_proto(FLOATS)


@pytest.mark.parametrize("declared, words", [(SEQUENCE, "sequence(float)"), (OPTIONAL, "optional(float)")],
                         ids=["sequence", "optional"])
def test_sequences_and_optionals_are_generated_and_given(tmp_path, declared, words):
    node = (helper.make_node("SequenceAt", ["x", "first"], ["y"]) if declared is SEQUENCE
            else helper.make_node("OptionalGetElement", ["x"], ["y"]))
    path = save(tmp_path / "model.onnx", [node], [helper.make_value_info("x", declared)],
                [value("y", TensorProto.FLOAT, ["n", 2])], [numpy_helper.from_array(np.array(0), "first")])
    result = run_json("run", path)
    assert (result["inputs"][0]["type"], result["inputs"][0]["from"]) == (words, "generated")
    assert result["outputs"][0]["shape"] == [1, 2]
    np.save(tmp_path / "x.npy", np.array([[1, 2], [3, 4]], np.float32))
    assert run_json("run", path, "--input", f"x={tmp_path}/x.npy")["outputs"][0]["first"] == [1, 2, 3, 4]


def test_the_elements_of_a_sequence_are_shown_and_written(tmp_path):
    path = save(tmp_path / "model.onnx",
                [helper.make_node("SequenceConstruct", ["x", "x"], ["s"]), helper.make_node("Identity", ["x"], ["y"])],
                [value("x", TensorProto.FLOAT, ["n", 2])],
                [helper.make_value_info("s", SEQUENCE), value("y", TensorProto.FLOAT, ["n", 2])])
    (sequence, plain) = run_json("run", path, "--output-dir", tmp_path)["outputs"]
    assert sequence["type"] == "sequence" and [each["name"] for each in sequence["elements"]] == ["s[0]", "s[1]"]
    for each in sequence["elements"]:
        assert each["first"] == plain["first"]
        np.testing.assert_array_equal(np.load(each["file"]), np.load(plain["file"]))
    text = run("run", path).stdout
    assert "sequence of 2" in text and "s[1]" in text


def test_strings_are_shown_but_not_written(tmp_path):
    path = save(tmp_path / "identity.onnx", [helper.make_node("Identity", ["x"], ["y"])],
                [value("x", TensorProto.STRING, [2])], [value("y", TensorProto.STRING, [2])])
    assert "y holds strings and was not written" in run("run", path, "--output-dir", tmp_path / "out").stdout


def test_scores_are_ranked(identity, tmp_path):
    scores = np.array([[0.1, 9, 0.3, 8, 0, 7, 6, 5]], np.float32)
    np.save(tmp_path / "x.npy", scores)
    model = identity(np.float32, [1, 8])
    output = run_json("run", model, "--input", f"x={tmp_path}/x.npy")["outputs"][0]
    assert [entry["index"] for entry in output["top"]] == [1, 3, 5, 6, 7]
    assert "[1] 9  [3] 8" in run("run", model, "--input", f"x={tmp_path}/x.npy").stdout


def test_what_is_not_a_number_is_counted(identity, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[np.nan, 1, 3]], np.float32))
    output = run_json("run", identity(np.float32), "--input", f"x={tmp_path}/x.npy")["outputs"][0]
    assert (output["not_numbers"], output["min"], output["max"], output["mean"]) == (1, 1, 3, 2)


# -- bench, devices, other libraries ------------------------------------------------------------------------------------

def test_bench(add):
    result = run_json("bench", add, "--repeat", 20, "--threads", 1)
    assert result["runs"] == 20 and result["threads"] == 1
    assert 0 < result["min_ms"] <= result["p50_ms"] <= result["p90_ms"] <= result["p99_ms"]
    assert result["peak_bytes"] > 0 and result["first_run_ms"] > 0
    assert "p50" in run("bench", add, "--repeat", 5).stdout


def test_devices():
    result = run_json("devices")
    assert result["cpu"]["cores"] >= 1 and result["cpu"]["memory_bytes"] > 2 ** 20
    assert "processor" in run("devices").stdout


def test_a_library_that_is_none(add, tmp_path):
    run("run", add, "--library", tmp_path / "nothing.so", code=1)
    assert "OrtGetApiBase" in run("run", add, "--library", "libm.so.6", code=1).stderr


def test_the_same_answer_from_the_stock_library(add):
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None:
        pytest.skip("the onnxruntime package is not installed (scripts/setup.sh peers)")
    library = next((pathlib.Path(spec.origin).parent / "capi").glob("libonnxruntime.so.1*"))
    stock = run_json("run", add, "--library", library)
    assert stock["library"]["path"] == str(library)
    assert stock["outputs"] == run_json("run", add)["outputs"]
