"""Two hosts of plugin EPs behind one interface: Backplane through its C API, ONNX Runtime through its Python package.

For tests that run the same EP library in both.
"""

import gc
import json
import os
import pathlib
import re

import native

HOSTS = ("backplane", "onnxruntime")
RECORD = {"session.record_ep_graph_assignment_info": "1"}


class HostError(RuntimeError):
    """A status of the host; its message holds the EP's."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


def _by_ep(devices):
    """The devices of each EP, which are appended together; most preferred first."""
    groups = {}
    for d in devices:
        groups.setdefault(d.ep, []).append(d.handle)
    return groups.values()


def open_host(name):
    return Backplane() if name == "backplane" else OnnxRuntime()


def _read_profile(name):
    """The set of (EP, operator or fused node) that ran; removes the file."""
    events = json.loads(pathlib.Path(name).read_text())
    os.unlink(name)
    nodes = [event["args"] for event in events if event.get("cat") == "Node" and "provider" in event.get("args", {})]
    return {(args["provider"], args["op_name"]) for args in nodes}


class Device:
    """An EP device: `ep`, `vendor`, `type` (CPU, GPU or NPU), `metadata`, `options`."""

    def __init__(self, handle, ep, vendor, kind, metadata, options):
        self.handle, self.ep, self.vendor, self.type = handle, ep, vendor, kind
        self.metadata, self.options = dict(metadata), dict(options)


class Backplane:
    def __init__(self):
        self.library = native.Library(os.environ["BACKPLANE_LIBRARY"])

    def _try(self, call, *args, **named):
        try:
            return call(*args, **named)
        except native.NativeError as error:
            raise HostError(error.message, error.code) from None

    def register(self, name, path):
        self._try(self.library.register_ep_library, name, path)

    def unregister(self, name):
        self._try(self.library.unregister_ep_library, name)

    def devices(self):
        return [Device(d, d.ep, d.vendor, d.type, d.metadata, d.options) for d in self.library.ep_devices()]

    def session(self, model, devices=(), options=None, config=None, level=99, profile=None):
        eps = [(handles, options or {}) for handles in _by_ep(devices)]
        return self._try(_BackplaneSession, self, model, config={**RECORD, **(config or {})}, level=level, eps=eps,
                         profile=profile)


class _BackplaneSession(native.Session):
    def __init__(self, host, model, **named):
        self.host = host
        super().__init__(host.library, model, **named)

    def run(self, feeds, outputs=None):
        return self.host._try(super().run, feeds, outputs)

    def assignment(self):
        return self.host._try(super().assignment)

    def ran(self):
        return _read_profile(self.host._try(self.end_profiling))


class OnnxRuntime:
    def __init__(self):
        import onnxruntime
        self.ort = onnxruntime
        onnxruntime.set_default_logger_severity(3)

    def _try(self, call, *args, **named):
        try:
            return call(*args, **named)
        except Exception as error:  # the package has a class of its own for each code
            code = re.match(r"\[ONNXRuntimeError\] : (\d+) :", str(error))
            raise HostError(str(error), int(code[1]) if code else None) from None

    def register(self, name, path):
        self._try(self.ort.register_execution_provider_library, name, str(path))

    def unregister(self, name):
        gc.collect()  # sessions that caught exceptions still hold would outlive the library, and crash when they go
        self._try(self.ort.unregister_execution_provider_library, name)

    def devices(self):
        return [Device(d, d.ep_name, d.ep_vendor, d.device.type.name, d.ep_metadata, d.ep_options)
                for d in self.ort.get_ep_devices()]

    def session(self, model, devices=(), options=None, config=None, level=99, profile=None):
        return self._try(_OnnxRuntimeSession, self, model, devices, options, {**RECORD, **(config or {})}, level,
                         profile)


class _OnnxRuntimeSession:
    # The session options are not kept: they hold on to the EP's factory, and unregistering its library with them
    # alive ends the process.
    def __init__(self, host, model, devices, options, config, level, profile):
        levels = {0: "ORT_DISABLE_ALL", 1: "ORT_ENABLE_BASIC", 2: "ORT_ENABLE_EXTENDED", 99: "ORT_ENABLE_ALL"}
        settings = host.ort.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.graph_optimization_level = getattr(host.ort.GraphOptimizationLevel, levels[level])
        for key, value in config.items():
            settings.add_session_config_entry(key, value)
        if profile is not None:
            settings.enable_profiling = True
            settings.profile_file_prefix = str(profile)
        named = {}
        for handles in _by_ep(devices):
            settings.add_provider_for_devices(handles, options or {})
        if not devices:
            named["providers"] = ["CPUExecutionProvider"]
        model = model if isinstance(model, bytes) else str(model)
        self.host = host
        try:
            self.handle = host.ort.InferenceSession(model, settings, enable_fallback=0, **named)
        finally:
            del settings  # a traceback would keep them

    def run(self, feeds, outputs=None):
        return self.host._try(self.handle.run, outputs, feeds)

    def assignment(self):
        return [(group.ep_name, node.name, node.op_type)
                for group in self.handle.get_provider_graph_assignment_info() for node in group.get_nodes()]

    def ran(self):
        return _read_profile(self.handle.end_profiling())

    def close(self):
        self.handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
