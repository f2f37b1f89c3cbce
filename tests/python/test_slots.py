"""Every function of the C API's tables is called by a C++ test or by an EP library, or is stated to be missing."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEMBERS = [line.split("\t") for line in (ROOT / "tests/abi/facts/members.tsv").read_text().splitlines()[1:]]
# Called through the table's members that capi/api.h names by CAPI_RELEASE.
RELEASED = re.findall(r"CAPI_RELEASE\((\w+)\)", (ROOT / "tests/capi/api.h").read_text())


def text_of(*folders):
    return "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*"))
                     if path.suffix in {".cc", ".h"})


@pytest.mark.parametrize("table", ["OrtApi", "OrtEpApi", "OrtModelEditorApi", "OrtCompileApi", "OrtInteropApi"])
def test_every_function_is_called(table):
    called = set(re.findall(r"\w+", text_of("tests/capi", "tests/plugins", "plugins")))
    called |= {f"Release{name}" for name in RELEASED}
    missing = set(re.findall(r"MISSING\((\w+)\)", text_of("src/abi")))
    functions = {row[1] for row in MEMBERS if row[0] == table}
    assert len(functions) > 10
    assert not functions - called - missing
