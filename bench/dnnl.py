#!/usr/bin/env python3
"""Measures the DNNL EP: one thread, processor time of a run, as a ratio of ONNX Runtime's CPU EP.

usage: dnnl.py [--build build/release] [--rounds 5] [--seconds 0.5] [--no-bf16] [MODEL...]
Every measurement is a fresh process; the columns take turns round by round, and the least of all rounds counts. MODEL is as for
compare.py. The table is that of docs/DNNL_EP.md.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import compare
import make_models

KEY = "min_cpu_ms"


def measure(options, model, library, ep_options=None):
    """Milliseconds of processor time of the fastest run; NaN where there is none. `ep_options`: on the DNNL EP with these."""
    command = [options.build / "bin/bench_session", "--library", library, "--model", model, "--threads", "1",
               "--seconds", options.seconds]
    if ep_options is not None:
        command += ["--ep-library", options.build / "lib/libbackplane_ep_dnnl.so", "--ep", "DnnlExecutionProvider"]
        for option in ["num_threads=1", *ep_options]:
            command += ["--ep-option", option]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print(f"dnnl.py: {(done.stderr or done.stdout).strip()}", file=sys.stderr)
        return float("nan")
    return json.loads(done.stdout.strip().splitlines()[-1])[KEY]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--build", type=pathlib.Path, default=compare.ROOT / "build/release", help="a build folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--no-bf16", action="store_true", help="without the column of fast_math=bf16")
    options = parser.parse_args()
    names = options.models or list(make_models.MODELS)
    files = [pathlib.Path(name) for name in names if name.endswith(".onnx")]
    known = [name for name in names if not name.endswith(".onnx")]
    models = make_models.make(known, compare.ROOT / ".models/bench", compare.ROOT / ".models/light") + files
    ours, stock = options.build / "lib/libonnxruntime.so.1", compare.stock_library()
    columns = [("ONNX Runtime's CPU EP, ms", stock, None), ("Backplane's CPU EP", ours, None),
               ("DNNL in Backplane", ours, []), ("DNNL in ONNX Runtime", stock, [])]
    if not options.no_bf16:
        columns.append(("DNNL, `bf16`", ours, ["fast_math=bf16"]))
    lines = [["model"] + [name for name, _, _ in columns]]
    for model in models:
        best = [float("inf")] * len(columns)
        for _ in range(options.rounds):
            for i, (_, library, ep_options) in enumerate(columns):
                best[i] = min(best[i], measure(options, model, library, ep_options))
        lines.append([model.stem, f"{best[0]:.3g}"] + [f"{time / best[0]:.2f}" for time in best[1:]])
        print(f"measured {model.stem}", file=sys.stderr)
    print(compare.markdown(lines))


if __name__ == "__main__":
    main()
