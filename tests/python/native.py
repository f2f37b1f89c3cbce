"""A small ctypes client of the C API, for tests: sessions with NumPy in and out (native_values.py).

Works on any libonnxruntime; slots are found by name in tests/abi/facts/members.tsv, so nothing is generated.
"""

import ctypes
import functools
import json
import pathlib

from native_values import make_value, read_value

_FACTS = pathlib.Path(__file__).resolve().parent.parent / "abi" / "facts" / "members.tsv"


class NativeError(RuntimeError):
    """A status of the library: `code` is the OrtErrorCode."""

    def __init__(self, code, message):
        super().__init__(f"[{code}] {message}")
        self.code = code
        self.message = message


@functools.cache
def _slots(table):
    rows = (line.split("\t") for line in _FACTS.read_text().splitlines()[1:])
    return {row[1]: int(row[2]) // 8 for row in rows if row[0] == table}


class Library:
    """One loaded library with its env."""

    def __init__(self, path, api_version=24):
        self._library = ctypes.CDLL(str(path))
        self._library.OrtGetApiBase.restype = ctypes.POINTER(ctypes.c_void_p)
        base = self._library.OrtGetApiBase()
        get_api = ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_void_p), ctypes.c_uint32)(base[0])
        self.version = ctypes.CFUNCTYPE(ctypes.c_char_p)(base[1])().decode()
        self._api = get_api(api_version)
        self.env = self.make("CreateEnv", ctypes.c_int(3), b"tests")

    def function(self, name, restype=ctypes.c_void_p):
        """A function of OrtApi, or of OrtCompileApi."""
        if name in _slots("OrtApi"):
            address = self._api[_slots("OrtApi")[name]]
        else:
            address = self.function("GetCompileApi", ctypes.POINTER(ctypes.c_void_p))()[_slots("OrtCompileApi")[name]]

        def call(*args):
            types = [type(a) if isinstance(a, ctypes._SimpleCData) else ctypes.c_void_p for a in args]
            return ctypes.CFUNCTYPE(restype, *types)(address)(*args)

        return call

    def check(self, name, *args):
        """Calls a function that returns a status; raises NativeError."""
        self.raise_for(self.function(name)(*args))

    def exported(self, name):
        """A function that the library exports by name and that returns a status."""
        function = getattr(self._library, name)
        function.restype = ctypes.c_void_p
        return function

    def raise_for(self, status):
        if status:
            code = self.function("GetErrorCode", ctypes.c_int)(ctypes.c_void_p(status))
            message = self.function("GetErrorMessage", ctypes.c_char_p)(ctypes.c_void_p(status))
            self.function("ReleaseStatus", None)(ctypes.c_void_p(status))
            raise NativeError(code, message.decode(errors="replace"))

    def make(self, name, *args):
        """Calls a function whose last parameter is an out pointer; returns what it gave."""
        out = ctypes.c_void_p()
        self.check(name, *args, ctypes.byref(out))
        return out

    def number(self, name, *args, kind=ctypes.c_size_t):
        out = kind()
        self.check(name, *args, ctypes.byref(out))
        return out.value


    def register_ep_library(self, name, path):
        self.check("RegisterExecutionProviderLibrary", self.env, name.encode(), str(path).encode())

    def unregister_ep_library(self, name):
        self.check("UnregisterExecutionProviderLibrary", self.env, name.encode())

    def ep_devices(self, ep=None):
        """The EpDevices of this env in order, of EP `ep` only if given."""
        devices, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_size_t()
        self.check("GetEpDevices", self.env, ctypes.byref(devices), ctypes.byref(count))
        found = [EpDevice(self, devices[i]) for i in range(count.value)]
        return [device for device in found if ep in (None, device.ep)]

    def pairs(self, handle):
        """OrtKeyValuePairs as a dictionary."""
        keys, values, count = ctypes.POINTER(ctypes.c_char_p)(), ctypes.POINTER(ctypes.c_char_p)(), ctypes.c_size_t()
        self.function("GetKeyValuePairs", None)(handle, ctypes.byref(keys), ctypes.byref(values), ctypes.byref(count))
        return {keys[i].decode(): values[i].decode() for i in range(count.value)}


class EpDevice:
    """An OrtEpDevice: what one EP can do with one hardware device."""

    TYPES = ("CPU", "GPU", "NPU")

    def __init__(self, library, handle):
        def text(name, object_=handle):
            return library.function(name, ctypes.c_char_p)(ctypes.c_void_p(object_)).decode()

        self.handle = handle
        self.ep, self.vendor = text("EpDevice_EpName"), text("EpDevice_EpVendor")
        self.metadata = library.pairs(ctypes.c_void_p(library.function("EpDevice_EpMetadata")(ctypes.c_void_p(handle))))
        self.options = library.pairs(ctypes.c_void_p(library.function("EpDevice_EpOptions")(ctypes.c_void_p(handle))))
        hardware = library.function("EpDevice_Device")(ctypes.c_void_p(handle))
        self.hardware_vendor = text("HardwareDevice_Vendor", hardware)
        self.type = self.TYPES[library.function("HardwareDevice_Type", ctypes.c_int)(ctypes.c_void_p(hardware))]

    def __repr__(self):
        return f"{self.ep} on {self.type} ({self.hardware_vendor})"


class Session:
    """A session on a model file or on serialized bytes.

    `eps` is a list of (list of EpDevice, options dictionary), most preferred first. With `profile`, a prefix of
    file names, the runs are profiled until end_profiling(). `shared` is a container for packed weights, and the
    values by name of the initializers that sessions share. `policy` numbers an OrtExecutionProviderDevicePolicy.
    """

    def __init__(self, library, model, threads=1, config=None, level=99, eps=(), profile=None, shared=None,
                 policy=None):
        self.library = library
        options = library.make("CreateSessionOptions")
        library.check("SetIntraOpNumThreads", options, ctypes.c_int(threads))
        library.check("SetSessionGraphOptimizationLevel", options, ctypes.c_int(level))
        for key, value in (config or {}).items():
            library.check("AddSessionConfigEntry", options, key.encode(), value.encode())
        try:
            for devices, ep_options in eps:
                handles = (ctypes.c_void_p * len(devices))(*[device.handle for device in devices])
                keys = (ctypes.c_char_p * len(ep_options))(*[key.encode() for key in ep_options])
                values = (ctypes.c_char_p * len(ep_options))(*[value.encode() for value in ep_options.values()])
                library.check("SessionOptionsAppendExecutionProvider_V2", options, library.env, handles,
                              ctypes.c_size_t(len(devices)), keys, values, ctypes.c_size_t(len(ep_options)))
            if policy is not None:
                library.check("SessionOptionsSetEpSelectionPolicy", options, ctypes.c_int(policy))
            if profile is not None:
                library.check("EnableProfiling", options, str(profile).encode())
            if shared is not None:
                container, values = shared
                for name, value in values.items():
                    library.check("AddInitializer", options, name.encode(), value)
                self._handle = library.make("CreateSessionFromArrayWithPrepackedWeightsContainer", library.env, model,
                                            ctypes.c_size_t(len(model)), options, container)
            elif isinstance(model, bytes):
                self._handle = library.make("CreateSessionFromArray", library.env, model,
                                            ctypes.c_size_t(len(model)), options)
            else:
                self._handle = library.make("CreateSession", library.env, str(model).encode(), options)
        finally:
            library.function("ReleaseSessionOptions", None)(options)
        self.inputs = self._names("SessionGetInputCount", "SessionGetInputName")
        self.outputs = self._names("SessionGetOutputCount", "SessionGetOutputName")

    def explain(self):
        """What BackplaneSessionExplain tells (ours only)."""
        allocator = self.library.make("GetAllocatorWithDefaultOptions")
        text = ctypes.c_void_p()
        explain = self.library.exported("BackplaneSessionExplain")
        self.library.raise_for(explain(self._handle, allocator, ctypes.byref(text)))
        explanation = json.loads(ctypes.cast(text, ctypes.c_char_p).value)
        self.library.check("AllocatorFree", allocator, text)
        return explanation

    def close(self):
        if self._handle:
            self.library.function("ReleaseSession", None)(self._handle)
            self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _names(self, count, name):
        library = self.library
        allocator = library.make("GetAllocatorWithDefaultOptions")
        names = []
        for i in range(library.number(count, self._handle)):
            text = library.make(name, self._handle, ctypes.c_size_t(i), allocator)
            names.append(ctypes.cast(text, ctypes.c_char_p).value.decode())
            library.check("AllocatorFree", allocator, text)
        return names

    def end_profiling(self):
        """Writes the profile; returns the file's name."""
        library = self.library
        allocator = library.make("GetAllocatorWithDefaultOptions")
        text = library.make("SessionEndProfiling", self._handle, allocator)
        name = ctypes.cast(text, ctypes.c_char_p).value.decode()
        library.check("AllocatorFree", allocator, text)
        return name

    def assignment(self):
        """(EP, node name, operator) of each node that an EP was given, before nodes were fused.

        Needs the configuration entry session.record_ep_graph_assignment_info=1.
        """
        library = self.library

        def listed(name, handle):
            items, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_size_t()
            library.check(name, handle, ctypes.byref(items), ctypes.byref(count))
            return [ctypes.c_void_p(items[i]) for i in range(count.value)]

        def text(name, handle):
            return ctypes.cast(library.make(name, handle), ctypes.c_char_p).value.decode()

        return [(text("EpAssignedSubgraph_GetEpName", group), text("EpAssignedNode_GetName", node),
                 text("EpAssignedNode_GetOperatorType", node))
                for group in listed("Session_GetEpGraphAssignmentInfo", self._handle)
                for node in listed("EpAssignedSubgraph_GetNodes", group)]

    def run(self, feeds, outputs=None):
        """Runs on arrays (lists for sequences) by input name; returns the outputs likewise, in order."""
        library = self.library
        outputs = self.outputs if outputs is None else list(outputs)
        values, keep = [], []
        try:
            for given in feeds.values():
                value, memory = make_value(library, given)
                values.append(value)
                keep.append(memory)
            names_in = (ctypes.c_char_p * len(feeds))(*[name.encode() for name in feeds])
            names_out = (ctypes.c_char_p * len(outputs))(*[name.encode() for name in outputs])
            given = (ctypes.c_void_p * len(values))(*[v.value for v in values])
            results = (ctypes.c_void_p * len(outputs))()
            library.check("Run", self._handle, None, names_in, given, ctypes.c_size_t(len(values)), names_out,
                          ctypes.c_size_t(len(outputs)), results)
            arrays = []
            try:
                for result in results:
                    arrays.append(read_value(library, ctypes.c_void_p(result)))
            finally:
                for result in results:
                    library.function("ReleaseValue", None)(ctypes.c_void_p(result))
            return arrays
        finally:
            for value in values:
                library.function("ReleaseValue", None)(value)
