#!/usr/bin/env python3
"""Measures what a node costs that runs on an EP library: the cost of the seam.

usage: seam.py --build build/release [--nodes 200] [--rounds 5] [--write]
A chain of pairs of trivial nodes (Relu and Sin of one float) runs with N and with 2 N nodes; the difference tells what one
pair more costs, in nanoseconds. With a sample EP the Relu is its own: in compile style (one fused node for each, as Sin
stays on the CPU EP) or in kernel style. So a row less the first one is what the seam adds for a node. In Backplane and in
ONNX Runtime; the least of all rounds counts. With --write the figures go to bench/SEAM.md, with those of partition (bench_micro)
beside them.
"""

import argparse
import datetime
import json
import pathlib
import platform
import subprocess
import sys
import tempfile

from onnx import TensorProto, helper

import compare


def chain(nodes: int, path: pathlib.Path):
    names = ["x"] + [f"v{i}" for i in range(1, nodes)] + ["y"]
    made = [helper.make_node("Sin" if i % 2 else "Relu", [names[i]], [names[i + 1]], name=f"n{i}") for i in range(nodes)]
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
    graph = helper.make_graph(made, "chain", [value("x")], [value("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())


def least_ns(options, library, ep, model) -> float:
    command = [options.build / "bin/bench_session", "--library", library, "--model", model, "--seconds", "0.1"]
    if ep is not None:
        command += ["--ep-library", ep[1], "--ep", ep[0], "--registration", "sample.virtual"]
    best = float("inf")
    for _ in range(options.rounds):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            print(f"seam.py: {(done.stderr or done.stdout).strip()}", file=sys.stderr)
            return float("nan")
        best = min(best, json.loads(done.stdout.strip().splitlines()[-1])["min_ms"] * 1e6)
    return best


def write_results(lines, options):
    cpu, *rows = lines[1:]
    added = [f"- {name}: {float(row[1]) - float(cpu[1]):.0f} ns a node in Backplane (at most 100), "
             f"{float(row[2]) - float(cpu[2]):.0f} ns in ONNX Runtime" for name, row in zip(("Compiled nodes", "Kernels"), rows)]
    text = [
        "# What the seam costs", "", "Written by `bench/seam.py --write`; do not edit.", "",
        f"- Machine: {compare.processor()}, {platform.system()} {platform.release()}",
        f"- Date: {datetime.date.today().isoformat()}",
        f"- Least of {options.rounds} rounds, with {options.nodes} and {2 * options.nodes} nodes", "",
        "## A node", "", "What a node adds that an EP library runs, over the same node on the CPU EP:", "", *added, "",
        "A pair is a node of the EP's and one of the CPU EP's:", "", compare.markdown(lines), "",
        "## Partition", "", *compare.side_figures(options)]
    (compare.ROOT / "bench/SEAM.md").write_text("\n".join(text) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=compare.ROOT / "build/release", help="a build folder")
    parser.add_argument("--nodes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write bench/SEAM.md")
    options = parser.parse_args()
    options.build = options.build.resolve()
    sample = next(iter(sorted(options.build.glob("**/libbackplane_sample_several.so"))), None)
    if sample is None:
        sys.exit(f"seam.py: {options.build} has no libbackplane_sample_several.so; build it first")
    hosts = [("Backplane", options.build / "lib/libonnxruntime.so.1"), ("ONNX Runtime", compare.stock_library())]
    eps = [("the CPU EP", None), ("compile style", ("Sample_CPU", sample)), ("kernel style", ("Sample_NPU", sample))]
    lines = [["a pair more, ns"] + [name for name, _ in hosts]]
    with tempfile.TemporaryDirectory() as folder:
        short, long = pathlib.Path(folder) / "short.onnx", pathlib.Path(folder) / "long.onnx"
        chain(options.nodes, short)
        chain(2 * options.nodes, long)
        for name, ep in eps:
            costs = [(least_ns(options, library, ep, long) - least_ns(options, library, ep, short)) / options.nodes * 2
                     for _, library in hosts]
            lines.append([name] + [f"{cost:.0f}" for cost in costs])
    print(compare.aligned(lines))
    if options.write:
        write_results(lines, options)


if __name__ == "__main__":
    main()
