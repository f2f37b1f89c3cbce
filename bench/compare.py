#!/usr/bin/env python3
"""Measures Backplane beside ONNX Runtime and OpenVINO on the benchmark models, interleaved, and prints the ratios.

usage: compare.py --build build/release [--threads 1 2] [--rounds 5] [--seconds 1] [--write] [MODEL...]
Every measurement is a fresh process that loads one model and runs it for some seconds; the runtimes take turns, round
by round, so that a drift of the machine hits all of them; what is shown is the median over the rounds. MODEL is a name
known to make_models.py or the path of an .onnx file. --write puts the tables into bench/RESULTS.md.
"""

import argparse
import datetime
import importlib.util
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import make_models

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEYS = ("session_ms", "first_ms", "min_ms", "p50_ms", "p90_ms", "peak_bytes", "env_ms")


def stock_library() -> str:
    """The C library inside the onnxruntime package of this Python."""
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None:
        sys.exit("compare.py: this Python has no onnxruntime package; scripts/setup.sh peers installs it")
    found = sorted((pathlib.Path(spec.origin).parent / "capi").glob("libonnxruntime.so.1*"))
    if not found:
        sys.exit("compare.py: the onnxruntime package has no libonnxruntime.so")
    return str(found[0])


class Runtime:
    """One of those compared; `measure` runs it once in a process of its own."""

    def __init__(self, name: str, command):
        self.name, self.command, self.version = name, command, ""

    def measure(self, model, threads, options):
        command = [str(word) for word in self.command(model, threads, options)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
            return {"error": lines[-1][:200]}
        result = json.loads(done.stdout.strip().splitlines()[-1])
        self.version = result["version"]
        return result


def runtimes(options) -> list[Runtime]:
    bench = options.build / "bin/bench_session"
    if not bench.exists():
        sys.exit(f"compare.py: {bench} is missing; build it first (make bench does)")

    def library(path):
        return lambda model, threads, o: [bench, "--library", path, "--model", model, "--threads", threads,
                                          "--seconds", o.seconds, "--min-runs", o.min_runs]

    found = [Runtime("Backplane", library(options.build / "lib/libonnxruntime.so.1"))]
    if "onnxruntime" in options.peers:
        found.append(Runtime("ONNX Runtime", library(options.peer_library or stock_library())))
    if "openvino" in options.peers:
        script = ROOT / "bench/openvino_session.py"
        found.append(Runtime("OpenVINO", lambda model, threads, o: [sys.executable, script, model, threads, o.seconds,
                                                                     o.min_runs]))
    return found


def difference(mine, theirs) -> float | None:
    """Largest difference between two samples of an output, relative to the largest value."""
    if not mine or len(mine) != len(theirs) or None in mine or None in theirs:
        return None
    scale = max(max(map(abs, theirs)), 1e-6)
    return max(abs(a - b) for a, b in zip(mine, theirs)) / scale


def measure_model(model, threads, all_runtimes, options) -> dict:
    rounds = {runtime.name: [] for runtime in all_runtimes}
    errors = {}
    for number in range(options.rounds):
        shift = number % len(all_runtimes)
        for runtime in all_runtimes[shift:] + all_runtimes[:shift]:
            if runtime.name in errors:
                continue
            result = runtime.measure(model, threads, options)
            if "error" in result:
                errors[runtime.name] = result["error"]
                print(f"  {runtime.name} fails on {model.stem}: {result['error']}", file=sys.stderr)
            else:
                rounds[runtime.name].append(result)
    row = {"model": model.stem, "threads": threads, "errors": errors}
    for name, results in rounds.items():
        if name not in errors:
            row[name] = {key: statistics.median(r[key] for r in results) for key in KEYS}
            row[name]["sample"] = results[0]["sample"]
            row[name]["peak_bytes"] -= statistics.median(r.get("idle_bytes", 0) for r in results)
    return row


def number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.1g}"


TABLES = [  # title, key, factor from what is measured to what is shown
    ("Steady latency, ms (median of Run)", "p50_ms", 1),
    ("Session creation, ms", "session_ms", 1),
    ("First run, ms", "first_ms", 1),
    ("Peak memory, MiB", "peak_bytes", 2 ** -20),
]


def table(title, key, factor, rows, names) -> tuple[list[list[str]], str]:
    peers = names[1:]
    lines = [["model", "threads"] + names + [f"/ {peer}" for peer in peers]]
    ratios = {peer: [] for peer in peers}
    for row in rows:
        mine = row.get(names[0])
        cells = [row["model"], str(row["threads"])]
        cells += [number(row[name][key] * factor) if name in row else "fails" for name in names]
        for peer in peers:
            if mine and peer in row:
                ratios[peer].append(mine[key] / row[peer][key])
                cells.append(ratio(ratios[peer][-1]))
            else:
                cells.append("")
        lines.append(cells)
    means = [ratio(math.exp(statistics.fmean(map(math.log, r)))) if r else "" for r in ratios.values()]
    lines.append(["geometric mean", ""] + [""] * len(names) + means)
    return lines, title


def aligned(lines) -> str:
    widths = [max(len(line[c]) for line in lines) for c in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(w) if c == 0 else cell.rjust(w) for c, (cell, w) in enumerate(zip(line, widths)))
                     .rstrip() for line in lines)


def markdown(lines) -> str:
    rule = ["---"] + ["---:"] * (len(lines[0]) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule] + lines[1:])


def agreement(rows, names) -> list[str]:
    notes = []
    for row in rows:
        for peer in names[1:]:
            if names[0] not in row or peer not in row:
                continue
            far = difference(row[names[0]]["sample"], row[peer]["sample"])
            if far is None or far > 1e-3:
                notes.append(f"{row['model']} at {row['threads']} threads: outputs of {names[0]} and {peer} differ "
                             f"({'not comparable' if far is None else f'{far:.1e}'})")
    return notes or ["Outputs agree between the runtimes on every model (64 samples each, 1e-3 of the largest)."]


def processor() -> str:
    with open("/proc/cpuinfo") as facts:
        names = [line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")]
    return names[0] if names else platform.machine()


def side_figures(options) -> list[str]:
    """What is measured from the inside, by bench_micro, if it is built."""
    program = options.build / "bin/bench_micro"
    if not program.exists():
        return []
    done = subprocess.run([program, "--benchmark_filter=BM_Partition", "--benchmark_format=json"], capture_output=True,
                          text=True, timeout=600, check=True)
    return [f"- Partition of 2,000 nodes among three EPs into {run['groups']:.0f} groups: {run['cpu_time']:.1f} ms of "
            "processor time" for run in json.loads(done.stdout)["benchmarks"]]


def write_results(tables, notes, all_runtimes, options):
    versions = ", ".join(f"{runtime.name} {runtime.version}" for runtime in all_runtimes)
    text = [
        "# Benchmark results", "",
        "Written by `bench/compare.py --write`; do not edit.", "",
        f"- Machine: {processor()}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}",
        f"- Date: {datetime.date.today().isoformat()}",
        f"- Command: `bench/compare.py {' '.join(options.words)}`",
        f"- Runtimes: {versions}. OpenVINO computes in f32; its memory is counted without the Python interpreter's.",
        f"- Median of {options.rounds} interleaved rounds, each a fresh process that runs the model for "
        f"{options.seconds:g} s. Ratios are {all_runtimes[0].name} / peer: below 1 is better than the peer.", ""]
    for lines, title in tables:
        text += [f"## {title}", "", markdown(lines), ""]
    text += ["## Outputs", ""] + [f"- {note}" for note in notes]
    inside = side_figures(options)
    if inside:
        text += ["", "## Inside", ""] + inside
    (ROOT / "bench/RESULTS.md").write_text("\n".join(text) + "\n")


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="a build folder")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of runs, for each measurement")
    parser.add_argument("--min-runs", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=["onnxruntime", "openvino"], choices=["onnxruntime", "openvino"])
    parser.add_argument("--peer-library", help="a libonnxruntime to use for ONNX Runtime's")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"{', '.join(make_models.MODELS)}, or files")
    options = parser.parse_args(words)
    options.words = words
    return options


def main():
    options = parse(sys.argv[1:])
    all_runtimes = runtimes(options)
    known = [name for name in options.models if name in make_models.MODELS]
    files = [pathlib.Path(name) for name in options.models if name not in make_models.MODELS]
    missing = [str(path) for path in files if not path.exists()]
    if missing:
        sys.exit(f"compare.py: neither a model's name nor a file: {', '.join(missing)}")
    if not options.models:
        known = list(make_models.MODELS)
    models = make_models.make(known, ROOT / ".models/bench", ROOT / ".models/light") + files
    names = [runtime.name for runtime in all_runtimes]
    rows = []
    for model in models:
        for threads in options.threads:
            rows.append(measure_model(model, threads, all_runtimes, options))
            print(f"measured {model.stem} at {threads} threads", file=sys.stderr)
    tables = [table(*entry, rows, names) for entry in TABLES]
    for lines, title in tables:
        print(f"\n{title}\n{aligned(lines)}")
    notes = agreement(rows, names)
    print("\n" + "\n".join(notes))
    if options.write:
        write_results(tables, notes, all_runtimes, options)
    return 1 if any(names[0] in row["errors"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
