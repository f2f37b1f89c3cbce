"""EP selection policies on many device lists, beside ONNX Runtime: the same choice in the same order."""

import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

import hosts

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = pathlib.Path(os.environ.get("BACKPLANE_BUILD_DIR", ROOT / "build" / "release")) / "lib/liblife_cycle_plugin.so"
MODEL = ROOT / "tests" / "capi" / "models" / "add.onnx"
VENDORS = ("Test Vendor", "NVIDIA", "Intel", "")
VENDOR_IDS = ("0", "0x10de", "0x8086")


def make_device(rng):
    """A virtual device as the plug-in reads it; "cpu" is the machine's."""
    kind = rng.choice(("cpu", "GPU", "GPU", "NPU", "NPU"))
    if kind == "cpu":
        return "cpu"
    device = f"{kind}:{rng.choice(VENDOR_IDS)}:{rng.randrange(1, 4)}"
    if vendor := rng.choice(VENDORS):
        device += f":vendor={vendor}"
    discrete = rng.choice((None, "0", "1", "1", "yes"))
    return device if discrete is None else f"{device}:Discrete={discrete}"


def count(case):
    """How many EP devices it makes."""
    return sum(len(library["LIFE_CYCLE_DEVICES"].split(",")) * int(library["LIFE_CYCLE_REPEAT"]) for library in case)


def make_case(rng):
    """One to four libraries with one to four devices each, several of a kind or the same one again."""
    names = rng.sample(("Zed", "Abc", "abc", "Mid", "X1", "X10", "X2"), rng.randrange(1, 5))
    return [{"LIFE_CYCLE_NAMES": name,
             "LIFE_CYCLE_DEVICES": ",".join(make_device(rng) for _ in range(rng.randrange(1, 5))),
             "LIFE_CYCLE_REPEAT": str(rng.choice((1, 1, 1, 2))),
             "LIFE_CYCLE_VENDOR": rng.choice(VENDORS) or "Nobody",
             "LIFE_CYCLE_VENDOR_ID": rng.choice(VENDOR_IDS)} for name in names]


def choose(host, cases):
    settings = {"library": str(PLUGIN), "model": str(MODEL), "cases": cases}
    worker = subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name("policy_worker.py")), host],
                            input=json.dumps(settings), capture_output=True, text=True, timeout=300)
    assert worker.returncode == 0, worker.stderr[-4000:]
    return json.loads(worker.stdout)


@pytest.fixture(scope="module")
def cases():
    # With more than 16 devices, the CPU EP's one of them, ONNX Runtime leaves open which of two equals comes first.
    made = [make_case(random.Random(seed)) for seed in range(200)]
    return [case for case in made if count(case) < 16]


@pytest.fixture(scope="module")
def choices(cases):
    return {host: choose(host, cases) for host in hosts.HOSTS}


def test_policies_choose_as_onnx_runtime_does(cases, choices):
    for case, ours, theirs in zip(cases, *(choices[host] for host in hosts.HOSTS)):
        assert ours == theirs, json.dumps(case, indent=1)


def test_the_device_lists_tell_policies_apart(choices):
    """Else the comparison would prove little."""
    different = [case for case in choices["backplane"] if len({tuple(choice) for choice in case}) > 2]
    assert len(different) > len(choices["backplane"]) // 4
