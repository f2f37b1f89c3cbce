#!/usr/bin/env python3
"""The include arrows between the folders of src/, checked.

A folder may include itself, the public headers, and the folders that ALLOWED lists for it; a library in LIBRARIES only
where its patterns say; and x.cc includes its own x.h first, which shows that every such header stands alone (a file
that Highway compiles once per instruction set must include Highway's machinery first and is excepted).
Called by tools/check; prints each offence as file:line and exits 1 when there is one.
"""

import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BELOW_RUNTIME = ["base", "graph", "model", "provider", "layout", "optimize", "partition", "compile", "cpu"]
ALLOWED = {
    "base": [],
    "graph": ["base"],
    "model": ["base", "graph"],
    "provider": ["base", "graph"],
    "layout": ["base", "graph"],
    "optimize": ["base", "graph", "provider"],
    "partition": ["base", "graph", "provider", "layout"],
    "compile": ["base", "graph", "provider", "partition"],
    "cpu": ["base", "graph", "provider", "layout"],
    "runtime": BELOW_RUNTIME,
    "abi": BELOW_RUNTIME + ["runtime"],
}
# Include prefix -> where it may stand.
LIBRARIES = {
    "onnx/": ["src/model/*", "src/graph/onnx_*"],
    "onnx_schema_table.inc": ["src/graph/onnx_*"],
    "google/protobuf": ["src/model/*", "src/graph/onnx_*"],
    "hwy/": ["src/cpu/*"],
    "fmt/": ["src/base/format.*", "src/base/shape_format.h"],
    "CLI/": [],
    "gtest/": [],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def offences(path: pathlib.Path):
    relative = path.relative_to(ROOT).as_posix()
    folder = path.relative_to(ROOT / "src").parts[0]
    own_header = path.with_suffix(".h")
    text = path.read_text(errors="replace")
    own_header_first = path.suffix == ".cc" and own_header.exists() and "HWY_TARGET_INCLUDE" not in text
    if folder not in ALLOWED:
        yield f"{relative}:1: src/{folder} is not a layer; add it to {pathlib.Path(__file__).name}"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match[2]
        other = target.split("/")[0]
        if "/" in target and other in ALLOWED and other != folder and other not in ALLOWED[folder]:
            yield f"{relative}:{number}: src/{folder} may not include {target}"
        for prefix, places in LIBRARIES.items():
            if target.startswith(prefix) and not any(fnmatch.fnmatch(relative, place) for place in places):
                yield f"{relative}:{number}: {prefix} may be included only in {', '.join(places) or 'tests and tools'}"
        if own_header_first:
            if target != own_header.relative_to(ROOT / "src").as_posix():
                yield f"{relative}:{number}: include {own_header.name}, the file's own header, before all others"
        own_header_first = False


def main() -> None:
    files = sorted(p for p in (ROOT / "src").rglob("*") if p.suffix in (".cc", ".h", ".inc"))
    found = [offence for path in files for offence in offences(path)]
    print("\n".join(found + [f"{len(files)} files, {len(found)} forbidden includes"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
