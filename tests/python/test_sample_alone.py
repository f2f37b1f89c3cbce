"""What docs/WRITING_AN_EP.md tells vendors to do: copy plugins/sample, build it alone, name it, add an operator."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import hosts
import numpy as np
import pytest
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "WRITING_AN_EP.md").read_text()


def replace(path, old, new):
    text = path.read_text()
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1))


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """libmy_ep.so, made as the guide says, with the guide's own words."""
    folder = tmp_path_factory.mktemp("vendor")
    commands = next(block for block in blocks("sh") if "cp -r plugins/sample my_ep" in block).splitlines()
    shutil.copytree(ROOT / "plugins" / "sample", folder / "my_ep")

    lists = folder / "my_ep" / "CMakeLists.txt"
    text = lists.read_text()
    lines = re.findall(r"`(backplane_ep_library\(my_ep.*?\))`.*?`(target_link_libraries\(my_ep.*?\))`", GUIDE, re.DOTALL)
    lists.write_text(text[: text.index("# One factory for all devices")] + "\n".join(lines[0]) + "\n")

    enum, find, case, value = next(b for b in blocks("cpp") if "kPow" in b).splitlines()
    header, source = folder / "my_ep" / "elementwise.h", folder / "my_ep" / "elementwise.cc"
    replace(header, "enum class Operator : uint8_t { kAdd, kSub, kMul, kDiv, kRelu, kLast = kRelu };", enum)
    replace(source, '  if (op_type == "Add")', f'  {find}\n  if (op_type == "Add")')
    replace(source, "    case Operator::kRelu:", f"    {case}\n    {value}\n    case Operator::kRelu:")
    replace(source, "#include <algorithm>\n", "#include <algorithm>\n#include <cmath>\n")

    cmake = ROOT / ".venv" / "bin" / "cmake"
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    for command in commands[1:]:
        words = [word.replace("$PWD", str(ROOT)) for word in command.split()]
        assert words[0] == "cmake"
        words[0] = str(cmake) if cmake.exists() else "cmake"
        extra = [*launcher, "-DCMAKE_BUILD_TYPE=Debug"] if "-S" in words else []
        subprocess.run([*words, *extra], cwd=folder, check=True, capture_output=True, timeout=600)
    return folder / "my_ep" / "build" / "libmy_ep.so"


def test_the_first_program_of_the_guide(tmp_path):
    """In ONNX Runtime, from the top of the repository; here both are links in a folder with a model."""
    shapes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Erf", ["r"], ["y"])], "g",
                              shapes[:1], shapes[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "release").symlink_to(os.environ["BACKPLANE_BUILD_DIR"])
    program, = blocks("python")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[('Sample_GPU', ['Relu']), ('CPUExecutionProvider', ['Erf'])]"


def test_exports_nothing_but_the_entry_points(library):
    table = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    assert {line.split()[-1].split("@")[0] for line in table.splitlines()} == {"CreateEpFactories", "ReleaseEpFactory"}


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_runs_the_new_operator(library, name):
    def floats(of):
        return helper.make_tensor_value_info(of, TensorProto.FLOAT, ["n"])

    nodes = [helper.make_node("Pow", ["x", "y"], ["p"]), helper.make_node("Add", ["p", "x"], ["z"])]
    model = helper.make_model(helper.make_graph(nodes, "pow", [floats("x"), floats("y")], [floats("z")]),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    host = hosts.open_host(name)
    host.register("my_ep", library)
    try:
        device = next(d for d in host.devices() if d.ep == "my_ep")
        with host.session(model, [device]) as session:
            assert {(ep, op) for ep, _, op in session.assignment()} == {("my_ep", "Pow"), ("my_ep", "Add")}
            got, = session.run({"x": np.array([2, 3], np.float32), "y": np.array([3, 2], np.float32)})
        np.testing.assert_array_equal(got, [10, 12])
    finally:
        host.unregister("my_ep")
