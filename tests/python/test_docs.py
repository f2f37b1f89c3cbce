"""What the documents say that can be checked: code that is quoted, variables, folders, links."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_example_in_the_readme_is_the_one_that_is_built():
    code = (ROOT / "examples/hello/hello.cc").read_text()
    assert "```cpp\n" + code + "```" in (ROOT / "README.md").read_text()


def test_every_variable_that_is_read_is_documented():
    documented = (ROOT / "docs/ENVIRONMENT.md").read_text()
    sources = [path for folder in ("src", "tools", "plugins", "bench", "examples", "include")
               for path in (ROOT / folder).rglob("*") if path.suffix in {".cc", ".h"}]
    text = "\n".join(path.read_text(errors="replace") for path in sources)
    constants = dict(re.findall(r'constexpr (?:const )?char\s*\*?\s*(?:const )?(k\w+)(?:\[\])? = "(\w+)"', text))
    names = [name or constants[constant]
             for name, constant in re.findall(r'getenv\(\s*(?:"(\w+)"|(k\w+))', text)]
    assert {"NO_COLOR", "BACKPLANE_EP_PATH"} <= set(names)
    assert not [name for name in names if f"`{name}`" not in documented]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_exist(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    paths = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    missing = [target for target in paths if not (document.parent / target).exists()]
    quoted = re.findall(r"`((?:src|docs|tools|tests|bench|examples|include|scripts|plugins)/[\w./-]*)`", text)
    missing += [target for target in quoted if not (ROOT / target).exists()]
    assert not missing


def test_every_rule_between_host_and_ep_names_tests_that_exist():
    text = (ROOT / "docs/EP_RULES.md").read_text()
    rules = re.split(r"\n- \*\*", text)[1:]
    numbers = [int(re.match(r"[HP](\d+)\*\*", rule)[1]) for rule in rules]
    assert numbers == list(range(1, len(rules) + 1))
    sources = [path.read_text() for path in (ROOT / "tests").rglob("*") if path.suffix in {".cc", ".py"}]
    tests = set(re.findall(r"TEST(?:_F|_P)?\(\w+,\s*(\w+)\)", "\n".join(sources)))
    tests |= set(re.findall(r"def (test_\w+)", "\n".join(sources)))
    faults = set(re.findall(r'\{"([^"]*)", Step::', (ROOT / "tests/capi/misbehaving_ep_test.cc").read_text()))
    for rule in rules:
        named = re.findall(r"`([^`]+)`", re.split(r"Tests?:", rule)[-1].split("\n\n")[0])
        assert "Tests:" in rule and named, rule
        missing = [name for name in named
                   if (name[7:] not in faults if name.startswith("Faults:") else name not in tests)]
        assert not missing, (rule[:5], missing)


def test_every_configuration_entry_is_documented_as_what_it_is():
    """Keys of the public headers: those that src/ reads are said to take effect, the others not; and all of our own."""
    text = (ROOT / "docs/CONFIGURATION.md").read_text()
    effective, rest = text.split("## Entries that EPs read")
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*") if path.suffix in {".cc", ".h"})
    keys = {}
    for header in (ROOT / "include/onnxruntime").glob("*_config_keys.h"):
        keys.update(re.findall(r'(kOrt\w+)\s*=\s*"([^"]+)"', header.read_text()))
    assert len(keys) > 80
    misplaced = []
    for symbol, key in keys.items():
        is_read = re.search(rf'\b{symbol}\b|"{re.escape(key)}"', source)
        shown = re.sub(r"^session\.resource_\w+?_partitioning", "session.resource_NAME_partitioning", key)
        if f"`{shown}`" not in (effective if is_read or shown != key else rest):
            misplaced.append(key)
    assert not misplaced
    ours = set(re.findall(r'"(backplane\.[\w.]+)"', source)) - {"backplane.cpu"}
    assert ours and not [key for key in ours if f"`{key}`" not in effective]
