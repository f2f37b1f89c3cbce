"""OrtValues from and to Python for native.py: arrays of every element type, strings, sequences, maps, absent optionals.

A tensor is a NumPy array (strings as an object array), a sequence a list, a map a dict, an absent optional None. What
packs several elements in a byte has the element types of ml_dtypes, one element a byte here.
"""

import ctypes

import ml_dtypes
import numpy as np

_TENSOR, _SEQUENCE, _MAP, _OPTIONAL = 1, 2, 3, 6
_STRING = 8
_DTYPES = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_,
    10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64, 14: np.complex64, 15: np.complex128,
    16: ml_dtypes.bfloat16, 17: ml_dtypes.float8_e4m3fn, 18: ml_dtypes.float8_e4m3fnuz, 19: ml_dtypes.float8_e5m2,
    20: ml_dtypes.float8_e5m2fnuz, 26: ml_dtypes.float8_e8m0fnu,
}
_PACKED = {
    21: (ml_dtypes.uint4, 4), 22: (ml_dtypes.int4, 4), 23: (ml_dtypes.float4_e2m1fn, 4),
    24: (ml_dtypes.uint2, 2), 25: (ml_dtypes.int2, 2),
}
_SIGNED = (ml_dtypes.int4, ml_dtypes.int2)
_NUMBERS = {np.dtype(dtype): number for number, dtype in _DTYPES.items()}
_PACKED_NUMBERS = {np.dtype(dtype): number for number, (dtype, _) in _PACKED.items()}


def make_value(library, given):
    """Makes an OrtValue; returns it and what has to live as long as it does."""
    if isinstance(given, (list, tuple)):
        parts = [make_value(library, part) for part in given]
        return _make_container(library, _SEQUENCE, [value for value, _ in parts]), [memory for _, memory in parts]
    array = np.asarray(given, order="C")
    if array.dtype.kind in "OUS":
        return _make_strings(library, array), None
    number = _NUMBERS.get(array.dtype)
    memory = array
    if number is None:
        number = _PACKED_NUMBERS[array.dtype]
        memory = _pack(array, _PACKED[number][1])
    info = library.make("CreateCpuMemoryInfo", ctypes.c_int(0), ctypes.c_int(0))
    try:
        value = library.make("CreateTensorWithDataAsOrtValue", info, ctypes.c_void_p(memory.ctypes.data),
                             ctypes.c_size_t(memory.nbytes), _dims(array), ctypes.c_size_t(array.ndim),
                             ctypes.c_int(number))
    finally:
        library.function("ReleaseMemoryInfo", None)(info)
    return value, memory


def read_value(library, value):
    """What an OrtValue holds, as a copy."""
    if not library.number("HasValue", value, kind=ctypes.c_int):
        return None
    kind = library.number("GetValueType", value, kind=ctypes.c_int)
    if kind == _SEQUENCE:
        return _read_parts(library, value)
    if kind == _MAP:
        keys, values = _read_parts(library, value)
        return dict(zip(keys.tolist(), values.tolist(), strict=True))
    if kind != _TENSOR:
        raise TypeError(f"an OrtValue of kind {kind}")
    return _read_tensor(library, value)


def _dims(array):
    return (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)


def _make_container(library, kind, values):
    handles = (ctypes.c_void_p * max(len(values), 1))(*[value.value for value in values])
    try:
        return library.make("CreateValue", handles, ctypes.c_size_t(len(values)), ctypes.c_int(kind))
    finally:
        for value in values:
            library.function("ReleaseValue", None)(value)


def _make_strings(library, array):
    allocator = library.make("GetAllocatorWithDefaultOptions")
    value = library.make("CreateTensorAsOrtValue", allocator, _dims(array), ctypes.c_size_t(array.ndim),
                         ctypes.c_int(_STRING))
    texts = [text if isinstance(text, bytes) else str(text).encode() for text in array.ravel().tolist()]
    pointers = (ctypes.c_char_p * max(len(texts), 1))(*texts)
    library.check("FillStringTensor", value, pointers, ctypes.c_size_t(len(texts)))
    return value


def _read_parts(library, value):
    allocator = library.make("GetAllocatorWithDefaultOptions")
    parts = []
    for i in range(library.number("GetValueCount", value)):
        part = library.make("GetValue", value, ctypes.c_int(i), allocator)
        parts.append(read_value(library, part))
        library.function("ReleaseValue", None)(part)
    return parts


def _read_tensor(library, value):
    info = library.make("GetTensorTypeAndShape", value)
    number = library.number("GetTensorElementType", info, kind=ctypes.c_int)
    rank = library.number("GetDimensionsCount", info)
    dims = (ctypes.c_int64 * max(rank, 1))()
    library.check("GetDimensions", info, dims, ctypes.c_size_t(rank))
    library.function("ReleaseTensorTypeAndShapeInfo", None)(info)
    shape = tuple(dims[:rank])
    count = int(np.prod(shape, dtype=np.int64))
    if number == _STRING:
        return _read_strings(library, value, count).reshape(shape)
    dtype, bits = _PACKED.get(number) or (_DTYPES[number], 0)
    dtype = np.dtype(dtype)
    if count == 0:
        return np.zeros(shape, dtype)
    size = (count * bits + 7) // 8 if bits else count * dtype.itemsize
    data = library.make("GetTensorMutableData", value)
    raw = (ctypes.c_char * size).from_address(data.value)
    if bits:
        return _unpack(np.frombuffer(raw, np.uint8), dtype, bits, count).reshape(shape)
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def _read_strings(library, value, count):
    size = library.number("GetStringTensorDataLength", value)
    text = ctypes.create_string_buffer(size + 1)
    starts = (ctypes.c_size_t * max(count, 1))()
    library.check("GetStringTensorContent", value, text, ctypes.c_size_t(size), starts, ctypes.c_size_t(count))
    ends = [*starts[:count], size]
    texts = np.empty(count, object)
    for i in range(count):
        texts[i] = text.raw[ends[i]:ends[i + 1]].decode()
    return texts


def _pack(array, bits):
    """The first element in the lowest bits of the first byte."""
    per_byte = 8 // bits
    codes = array.ravel().view(np.uint8) & ((1 << bits) - 1)
    codes = np.pad(codes, (0, -len(codes) % per_byte)).reshape(-1, per_byte)
    return np.bitwise_or.reduce(codes << (bits * np.arange(per_byte, dtype=np.uint8)), axis=1, initial=0,
                                dtype=np.uint8)


def _unpack(raw, dtype, bits, count):
    shifts = bits * np.arange(8 // bits, dtype=np.uint8)
    codes = ((raw[:, None] >> shifts) & ((1 << bits) - 1)).ravel()[:count].astype(np.uint8)
    if dtype in [np.dtype(signed) for signed in _SIGNED]:
        sign = 1 << (bits - 1)
        return ((codes.astype(np.int8) ^ sign) - sign).astype(np.int8).astype(dtype)
    return codes.view(dtype) if dtype.kind == "V" or dtype == np.dtype(ml_dtypes.float4_e2m1fn) else codes.astype(dtype)
