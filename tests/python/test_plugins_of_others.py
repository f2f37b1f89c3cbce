"""Plugin EP libraries that others built for ONNX Runtime, from their PyPI wheels, in our host: nothing rebuilt, nothing
special-cased. Each runs in a process of its own (plugin_worker.py); what it did is checked here.
"""

import dataclasses
import functools
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WHEELS = pathlib.Path(os.environ.get("BACKPLANE_DEPS_DIR", ROOT / ".deps")) / "plugins"
SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json"

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the wheels are for x86-64")


@dataclasses.dataclass(frozen=True)
class Plugin:
    library: str  # below WHEELS
    ep: str
    nodes: dict  # model -> how many of its nodes the EP runs
    options: dict = dataclasses.field(default_factory=dict)
    config: dict = dataclasses.field(default_factory=dict)  # for plug-ins that take a file with options
    environment: dict = dataclasses.field(default_factory=dict)
    light: tuple = ()
    tolerance: float = 1e-5  # relative to the largest value of a tensor
    fails: dict = dataclasses.field(default_factory=dict)  # model -> what the EP says when it cannot after all
    growth: int = 2048  # KiB that ninety rounds may add
    driver_files: str = ""  # open files of this name are a driver's, which leaves them behind

    @property
    def models(self):
        return [model for model in self.nodes if model not in self.light]


PLUGINS = {
    # Its quantised and half-precision weights would need a wider tolerance.
    "ggml": Plugin("onnxruntime-ggml/onnxruntime_ggml/lib/libonnxruntime_ggml.so", "ggml",
                   {"binary": 4, "unary": 5, "gemm": 3, "conv": 3, "shaping": 3, "attention": 10, "mixed": 6,
                    "leftovers": 0, "squeezenet": 0, "shufflenet": 0},
                   # Asks for them whole but for a pooling in the middle, which would be a cycle.
                   light=("squeezenet", "shufflenet"),
                   options={"partial": "1", "weights": "f32"},
                   fails={"conv": "only 1-D convolutions"}),
    # It leaves convolutions alone in ONNX Runtime too, and has kernels for first versions of operators only.
    "nxrt": Plugin("nxrt-ep-cpu/nxrt_ep_cpu/libonnx_runtime_ep_cpu_plugin.so", "cpu_ep",
                   {"binary": 4, "unary": 5, "gemm": 3, "conv": 0, "shaping": 3, "attention": 10, "mixed": 6,
                    "leftovers": 1, "squeezenet": 0, "densenet121": 0},
                   light=("squeezenet", "densenet121")),
    # Kernel registries, memory of its own, channels-last: transposes at the borders count among its nodes.
    "webgpu": Plugin("onnxruntime-ep-webgpu/onnxruntime_ep_webgpu/libonnxruntime_providers_webgpu.so",
                     "WebGpuExecutionProvider",
                     {"binary": 4, "unary": 5, "gemm": 3, "conv": 7, "shaping": 3, "attention": 10, "mixed": 6,
                      "leftovers": 2, "squeezenet": 67, "resnet50": 144},
                     light=("squeezenet", "resnet50"), growth=8192,
                     # SwiftShader leaves the memory file of its compiler open, and some 50 KiB, whenever it is unloaded;
                     # sessions of one registration add nothing.
                     driver_files="swiftshader_jit",
                     environment={"VK_ICD_FILENAMES": SWIFTSHADER,
                                  "BACKPLANE_HARDWARE_DEVICES":
                                      "type=GPU,vendor_id=0x1ae0,device_id=0xc0de,vendor=Google"}),
    # Takes an Intel processor, or one that is said to be. Its SqueezeNet differs from everybody's, in its own package too.
    "openvino": Plugin("onnxruntime-ep-openvino/onnxruntime_ep_openvino/libonnxruntime_providers_openvino_plugin.so",
                       "OpenVINOExecutionProvider",
                       {"binary": 4, "unary": 5, "gemm": 3, "conv": 5, "shaping": 3, "attention": 10, "mixed": 6,
                        "leftovers": 7, "bvlc_alexnet": 22, "densenet121": 367, "inception_v1": 142,
                        "inception_v2": 164, "resnet50": 123, "shufflenet": 154},
                       light=("bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet"),
                       # Else it computes in bfloat16 where the processor can.
                       config={"CPU": {"INFERENCE_PRECISION_HINT": "f32"}},
                       environment={"BACKPLANE_HARDWARE_DEVICES":
                                        "type=CPU,vendor_id=0x8086,device_id=0,vendor=Intel"}),
}


CYCLE = "claim-refused: fusing it would make a cycle through NonZero 'NonZero_6', which it leaves out"
NOT_CLAIMED = "not-claimed: not claimed"
NO_OPERATOR = "no-kernel: the EP's registry has no such operator"


def of_version(node, kernel):
    return (f"no-kernel: no kernel of this version: the node's operator is of version {node}, "
            f"the kernel is for {kernel} to {kernel}")


def of_type(value, dtype):
    return f"type-unsupported: no kernel for these types: '{value}' is tensor({dtype})"


# Why each EP does not run nodes of `leftovers`, and the summary line.
LEFT = {
    # It asks for all that it can do as one group, which cannot be.
    "ggml": ({"Relu_0": CYCLE, "Det_1": NOT_CLAIMED, "Mul_2": CYCLE, "Cast_3": CYCLE, "Add_4": CYCLE, "Cast_5": CYCLE,
              "NonZero_6": NOT_CLAIMED, "Cast_7": CYCLE},
             "ggml: 0/8 nodes; CPU: 8 (Cast ×3, Add ×1, Mul ×1, Relu ×1: ggml: " + CYCLE.split(": ", 1)[1] +
             "; Det ×1, NonZero ×1: not claimed by ggml)"),
    "nxrt": ({"Det_1": NO_OPERATOR, "Mul_2": of_version(14, 1), "Cast_3": of_version(13, 1), "Add_4": of_version(14, 1),
              "Cast_5": of_version(13, 1), "NonZero_6": of_version(13, 9), "Cast_7": of_version(13, 1)},
             "cpu_ep: 1/8 nodes in 1 group; CPU: 7 (Cast ×3: cpu_ep: " + of_version(13, 1).split(": ", 1)[1] +
             "; Add ×1, Mul ×1: cpu_ep: " + of_version(14, 1).split(": ", 1)[1] +
             "; NonZero ×1: cpu_ep: " + of_version(13, 9).split(": ", 1)[1] + "; 1 more reason)"),
    "webgpu": ({"Det_1": NO_OPERATOR, "Cast_3": of_type("wide", "double"), "Add_4": of_type("wide", "double"),
                "Cast_5": of_type("sum", "double"), "NonZero_6": NO_OPERATOR, "Cast_7": of_type("where", "int64")},
               "WebGpu: 2/8 nodes; CPU: 6 (Add ×1, Cast ×1: WebGpu: " + of_type("wide", "double").split(": ", 1)[1] +
               "; Det ×1, NonZero ×1: WebGpu: " + NO_OPERATOR.split(": ", 1)[1] +
               "; Cast ×1: WebGpu: " + of_type("sum", "double").split(": ", 1)[1] + "; 1 more reason)"),
    "openvino": ({"Det_1": NOT_CLAIMED},
                 "OpenVINO: 7/8 nodes in 2 groups; CPU: 1 (Det ×1: not claimed by OpenVINO)"),
}


@functools.cache
def report(name):
    plugin = PLUGINS[name]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump(plugin.config, config)
        config.flush()
        return run_worker(name, {**plugin.options, "load_config": config.name} if plugin.config else plugin.options)


def run_worker(name, options):
    plugin = PLUGINS[name]
    settings = {"library": str(WHEELS / plugin.library), "ep": plugin.ep, "options": options,
                "models": plugin.models, "light": plugin.light, "repeats": 100,
                "driver_files": plugin.driver_files}
    worker = subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name("plugin_worker.py")), name],
                            input=json.dumps(settings), capture_output=True, text=True, timeout=900,
                            env={**os.environ, **plugin.environment})
    assert worker.returncode == 0, worker.stderr[-4000:]
    return json.loads(worker.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", PLUGINS)
def test_it_is_offered_a_device(name):
    assert any(device.startswith(PLUGINS[name].ep) for device in report(name)["devices"])


@pytest.mark.parametrize("name, model", [(name, model) for name, plugin in PLUGINS.items() for model in plugin.nodes])
def test_it_takes_its_nodes_and_computes_what_the_cpu_ep_computes(name, model):
    plugin, result = PLUGINS[name], report(name)["models"][model]
    assert result["nodes"] == plugin.nodes[model], result["summary"]
    if model in plugin.fails:
        assert plugin.fails[model] in result["error"] and plugin.ep in result["error"]
        return
    assert "error" not in result, result["error"]
    assert result["difference"] <= plugin.tolerance


@pytest.mark.parametrize("name", LEFT)
def test_what_others_leave_out_has_a_reason(name):
    """Explain and the summary line of a model with nodes that the EP does not run."""
    reasons, summary = LEFT[name]
    result = report(name)["models"]["leftovers"]
    assert result["refused"] == {node: {PLUGINS[name].ep: reason} for node, reason in reasons.items()}
    assert result["summary"] == summary


@pytest.mark.parametrize("name", PLUGINS)
def test_a_hundred_rounds_leave_nothing_behind(name):
    """Register, run, unregister; the first ten rounds may warm caches up."""
    rounds = report(name)["rounds"]
    assert len(rounds) == 100

    def least(some):
        return {what: min(held[what] for held in some) for what in some[0]}

    early, late = least(rounds[10:20]), least(rounds[-10:])
    assert late["resident"] - early["resident"] <= PLUGINS[name].growth
    for what in ("maps", "files", "threads"):
        assert late[what] <= early[what] + 1, what
