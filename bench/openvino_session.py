#!/usr/bin/env python3
"""bench_session's counterpart for OpenVINO's Python API: one model in a fresh process, one line of JSON.

usage: openvino_session.py MODEL THREADS SECONDS MIN_RUNS
OpenVINO is told to compute in float (f32): left alone it computes in bfloat16 where the processor can. `peak_bytes`
includes the Python interpreter, whose share before OpenVINO does anything is `idle_bytes`.
"""

import json
import sys
import time

import numpy as np


def process_bytes(key: str) -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(key))


def fill(element_type: str, shape) -> np.ndarray:
    """The same numbers as bench_session's Fill."""
    if element_type != "f32":
        return np.ones(shape, {"i64": np.int64, "i32": np.int32}[element_type])
    count, state = int(np.prod(shape)), 12345
    values = np.empty(count, np.float32)
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[i] = (state >> 8) * 2.0 ** -23 - 1.0
    return values.reshape(shape)


def main():
    model_path, threads, seconds, min_runs = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    import openvino

    idle = process_bytes("VmHWM:")
    milliseconds = lambda since: (time.perf_counter() - since) * 1e3  # noqa: E731
    start = time.perf_counter()
    core = openvino.Core()
    env_ms = milliseconds(start)
    start = time.perf_counter()
    model = core.compile_model(core.read_model(model_path), "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1})
    request = model.create_infer_request()
    session_ms = milliseconds(start)
    inputs = [openvino.Tensor(fill(port.element_type.get_type_name(), [max(d, 1) for d in port.shape]))
              for port in model.inputs]
    for i, tensor in enumerate(inputs):
        request.set_input_tensor(i, tensor)

    def run() -> float:
        begin = time.perf_counter()
        request.start_async()
        request.wait()
        return milliseconds(begin)

    first_ms = run()
    output = np.asarray(request.get_output_tensor(0).data).ravel()
    count = min(64, output.size)
    sample = [float(output[i * output.size // count]) for i in range(count)]
    run()
    times, end = [], time.perf_counter() + seconds
    while len(times) < min_runs or (time.perf_counter() < end and len(times) < 65536):
        times.append(run())
    times.sort()
    percentile = lambda share: times[int(share * (len(times) - 1) + 0.5)]  # noqa: E731
    print(json.dumps({
        "version": openvino.__version__.split("-")[0], "env_ms": env_ms, "session_ms": session_ms,
        "first_ms": first_ms, "runs": len(times), "min_ms": times[0], "p50_ms": percentile(0.5),
        "p90_ms": percentile(0.9), "peak_bytes": process_bytes("VmHWM:"), "idle_bytes": idle, "sample": sample}))


if __name__ == "__main__":
    main()
