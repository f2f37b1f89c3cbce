"""Opens sessions by policy on made-up device lists, in one host and one process, and prints which devices the EPs got.

usage: policy_worker.py HOST < cases (JSON: library, model, cases)

A case is a list of EP libraries to register, in their order: environment variables of the life-cycle test plug-in
(tests/plugins/life_cycle), of which LIFE_CYCLE_NAMES is also what the library is registered under.
"""

import json
import os
import pathlib
import sys
import tempfile

import hosts

POLICIES = ("DEFAULT", "PREFER_CPU", "PREFER_NPU", "PREFER_GPU", "MAX_PERFORMANCE", "MAX_EFFICIENCY",
            "MIN_OVERALL_POWER")


def open_by_policy(host, model, number):
    if isinstance(host, hosts.Backplane):
        hosts.native.Session(host.library, model, policy=number).close()
        return
    options = host.ort.SessionOptions()
    options.set_provider_selection_policy(getattr(host.ort.OrtExecutionProviderDevicePolicy, POLICIES[number]))
    host.ort.InferenceSession(model, options)


def choices(host, settings, libraries, trace):
    for library in libraries:
        os.environ.update(library)
        host.register(library["LIFE_CYCLE_NAMES"], settings["library"])
    chosen = []
    for number in range(len(POLICIES)):
        trace.unlink(missing_ok=True)
        open_by_policy(host, settings["model"], number)
        lines = trace.read_text().splitlines() if trace.exists() else []
        chosen.append([line.removeprefix("CreateEp ") for line in lines if line.startswith("CreateEp ")])
    for library in libraries:
        host.unregister(library["LIFE_CYCLE_NAMES"])
    return chosen


def main():
    settings = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder) / "trace"
        os.environ["LIFE_CYCLE_TRACE"] = str(trace)
        host = hosts.open_host(sys.argv[1])
        json.dump([choices(host, settings, case, trace) for case in settings["cases"]], sys.stdout)


if __name__ == "__main__":
    main()
