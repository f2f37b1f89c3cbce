"""What the sample EPs keep in memory, through the C API of both hosts: device memory, copies, streams, packed weights.

The GPU's memory holds every byte inverted, and its streams work later than they are asked: a copy that the host forgets
gives wrong numbers, and so does a wait.
"""

import ctypes
import os
import pathlib

import numpy as np
import onnxruntime
import pytest
import test_sample_ep as sample
from native import Library, NativeError, Session
from native_values import make_value

LIBRARIES = {
    "backplane": os.environ["BACKPLANE_LIBRARY"],
    "onnxruntime": next((pathlib.Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*")),
}
DEFAULT_MEMORY = ctypes.c_int(0)
FLOAT = ctypes.c_int(1)


class Gpu:
    def __init__(self, library):
        self.library = library
        library.register_ep_library(sample.VIRTUAL, sample.SEVERAL)
        (self.device,) = library.ep_devices("Sample_GPU")
        handle = ctypes.c_void_p(self.device.handle)
        self.memory = ctypes.c_void_p(library.function("EpDevice_MemoryInfo")(handle, DEFAULT_MEMORY))
        self.allocator = library.make("GetSharedAllocator", library.env, self.memory)
        self.values = []

    def close(self):
        for value in self.values:
            self.library.function("ReleaseValue", None)(value)
        self.library.unregister_ep_library(sample.VIRTUAL)

    def tensor(self, shape):
        """A tensor in device memory, and its bytes as they lie there."""
        dims = (ctypes.c_int64 * len(shape))(*shape)
        value = self.library.make("CreateTensorAsOrtValue", self.allocator, dims, ctypes.c_size_t(len(shape)), FLOAT)
        self.values.append(value)
        data = self.library.make("GetTensorMutableData", value)
        count = int(np.prod(shape)) * 4
        return value, np.frombuffer((ctypes.c_uint8 * count).from_address(data.value), np.uint8)

    def host_tensor(self, array):
        """A tensor over an array's memory."""
        value, _ = make_value(self.library, array)
        self.values.append(value)
        return value

    def copy(self, source, target, stream=None):
        sources, targets = (ctypes.c_void_p * 1)(source.value), (ctypes.c_void_p * 1)(target.value)
        self.library.check("CopyTensors", self.library.env, sources, targets, stream, ctypes.c_size_t(1))


@pytest.fixture(params=LIBRARIES)
def gpu(request):
    opened = Gpu(Library(LIBRARIES[request.param]))
    yield opened
    opened.close()


def inverted(array):
    return ~np.frombuffer(array.tobytes(), np.uint8)


def test_memory_is_the_devices(gpu):
    library = gpu.library
    assert library.number("MemoryInfoGetId", gpu.memory, kind=ctypes.c_int) == 0
    name = ctypes.c_char_p()
    library.check("MemoryInfoGetName", gpu.memory, ctypes.byref(name))
    assert name.value == b"SampleGpu"
    kind = ctypes.c_int()
    library.function("MemoryInfoGetDeviceType", None)(gpu.memory, ctypes.byref(kind))
    assert kind.value == 1  # OrtMemoryInfoDeviceType_GPU


@pytest.mark.parametrize("with_stream", [False, True])
def test_copies_to_and_fro(gpu, with_stream):
    library = gpu.library
    stream = None
    if with_stream:
        stream = library.make("CreateSyncStreamForEpDevice", ctypes.c_void_p(gpu.device.handle), None)
        assert library.function("SyncStream_GetHandle")(stream)
    there, back = sample.random(7, 5), np.zeros((7, 5), np.float32)
    first, first_bytes = gpu.tensor((7, 5))
    second, second_bytes = gpu.tensor((7, 5))
    gpu.copy(gpu.host_tensor(there), first, stream)
    gpu.copy(first, second, stream)
    gpu.copy(second, gpu.host_tensor(back), stream)
    assert (back == there).all()
    assert (first_bytes == inverted(there)).all() and (second_bytes == inverted(there)).all()
    if stream:
        library.function("ReleaseSyncStream", None)(stream)


def test_a_run_with_inputs_and_outputs_on_the_device(gpu):
    """Nothing is copied: the session reads and writes the bound tensors in device memory."""
    library = gpu.library
    data = sample.model([sample.node("Add", "x c", "a"), sample.node("Relu", "a", "o")], [sample.value("x", [6, 4])],
                        [sample.value("o", [6, 4])], {"c": sample.random(4)})
    feed, expected = sample.random(6, 4), np.maximum(sample.random(6, 4) + sample.random(4), 0)
    x, _ = gpu.tensor((6, 4))
    o, o_bytes = gpu.tensor((6, 4))
    gpu.copy(gpu.host_tensor(feed), x)
    with Session(library, data, eps=[([gpu.device], {})]) as session:
        for bind in ("value", "memory"):
            binding = library.make("CreateIoBinding", session._handle)
            library.check("BindInput", binding, b"x", x)
            if bind == "value":
                library.check("BindOutput", binding, b"o", o)
            else:
                library.check("BindOutputToDevice", binding, b"o", gpu.memory)
            library.check("RunWithBinding", session._handle, None, binding)
            if bind == "value":
                assert (o_bytes == inverted(expected)).all()
            else:
                allocator = library.make("GetAllocatorWithDefaultOptions")
                values, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_size_t()
                library.check("GetBoundOutputValues", binding, allocator, ctypes.byref(values), ctypes.byref(count))
                back = np.zeros((6, 4), np.float32)
                gpu.copy(ctypes.c_void_p(values[0]), gpu.host_tensor(back))
                assert (back == expected).all()
                library.function("ReleaseValue", None)(ctypes.c_void_p(values[0]))
                library.check("AllocatorFree", allocator, values)
            library.function("ReleaseIoBinding", None)(binding)


def test_host_memory_that_claims_to_be_the_devices_is_noticed(gpu):
    library = gpu.library
    array = sample.random(4)
    dims = (ctypes.c_int64 * 1)(4)
    liar = library.make("CreateTensorWithDataAsOrtValue", gpu.memory, ctypes.c_void_p(array.ctypes.data),
                        ctypes.c_size_t(16), dims, ctypes.c_size_t(1), FLOAT)
    gpu.values.append(liar)
    with pytest.raises(NativeError, match="not in its memory"):
        gpu.copy(liar, gpu.host_tensor(np.zeros(4, np.float32)))


@pytest.mark.parametrize("name", LIBRARIES)
def test_sessions_share_packed_weights(name):
    """The first session packs the weight into the container; the others use it, also when the first one is gone."""
    library = Library(LIBRARIES[name])
    library.register_ep_library(sample.VIRTUAL, sample.SEVERAL)
    data = sample.model([sample.node("MatMul", "x w", "o")], [sample.value("x", [None, 64])],
                        [sample.value("o", [None, 48])], {"w": np.zeros((64, 48), np.float32)})
    weight, feed = sample.random(64, 48), sample.random(3, 64)
    value, _ = make_value(library, weight)  # in place of the model's
    container = library.make("CreatePrepackedWeightsContainer")
    try:
        eps = [(library.ep_devices("Sample_NPU"), {})]
        sessions = [Session(library, data, eps=eps, shared=(container, {"w": value})) for _ in range(3)]
        for session in sessions:
            np.testing.assert_allclose(session.run({"x": feed})[0], feed @ weight, rtol=1e-4, atol=1e-4)
            session.close()
    finally:
        library.function("ReleasePrepackedWeightsContainer", None)(container)
        library.function("ReleaseValue", None)(value)
        library.unregister_ep_library(sample.VIRTUAL)
