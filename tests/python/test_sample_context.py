"""Compiled models of the sample's compile-based EP in both hosts: EPContext nodes with their data inside the model, in
files beside it, or passed through functions of the program."""

import ctypes
import pathlib

import hosts
import numpy as np
import onnx
import pytest
from native import Library, NativeError
from onnx import helper
from test_sample_ep import OPTIONS, device, mixed, model, node, random, value
from test_sample_ep import host, sample  # noqa: F401 (fixtures)
from test_sample_memory import LIBRARIES
import test_sample_ep

FEEDS = {"x": random(5, 4), "v": random(4, 2)}


def small():
    return model([node("Add", "x c", "o")], [value("x", [2])], [value("o", [2])], {"c": random(2)})


def attributes(context):
    return {a.name: helper.get_attribute_value(a) for a in context.attribute}


def contexts_of(path):
    return [n for n in onnx.load(path).graph.node if n.op_type == "EPContext"]


def compile_model(host, data, path, **config):
    """Writes the model with EPContext nodes, as ep.context_enable has it; returns those nodes."""
    source = data if isinstance(data, bytes) else str(data)
    named = {f"ep.context_{key}": entry for key, entry in config.items()}
    with host.session(source, [device(host, "CPU")], config={"ep.context_enable": "1", **named}):
        pass
    return contexts_of(path)


def check_compiled(host, data, **named):
    with host.session(mixed()) as session:
        expected = session.run(FEEDS)
    with host.session(data, [device(host, "CPU")], **named) as session:
        for got, want in zip(session.run(FEEDS), expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_inside_the_model(sample, tmp_path):
    path = tmp_path / "compiled.onnx"
    contexts = compile_model(sample, mixed(), path, file_path=str(path), embed_mode="1")
    assert len(contexts) == 3 and [p.name for p in tmp_path.iterdir()] == ["compiled.onnx"]
    for context in contexts:
        assert attributes(context)["source"] == b"Sample_CPU" and attributes(context)["embed_mode"] == 1
    check_compiled(sample, path)
    check_compiled(sample, path.read_bytes())
    with pytest.raises(hosts.HostError, match="Sample_CPU"):  # nobody else can run it
        sample.session(path)


@pytest.mark.parametrize("embed", ["0", "1"])
@pytest.mark.parametrize("writer, reader", [hosts.HOSTS, hosts.HOSTS[::-1]])
def test_compiled_in_one_host_and_run_in_the_other(tmp_path, writer, reader, embed):
    path = tmp_path / "compiled.onnx"
    made, loaded = hosts.open_host(writer), hosts.open_host(reader)
    for each in (made, loaded):
        each.register(test_sample_ep.VIRTUAL, test_sample_ep.SEVERAL)
    try:
        assert len(compile_model(made, mixed(), path, file_path=str(path), embed_mode=embed)) == 3
        check_compiled(loaded, path)
    finally:
        for each in (made, loaded):
            each.unregister(test_sample_ep.VIRTUAL)


@pytest.mark.parametrize("mode", [{}, {"embed_mode": "0"}])
def test_in_files_beside_it(sample, tmp_path, mode):
    path = tmp_path / "compiled.onnx"
    contexts = compile_model(sample, mixed(), path, file_path=str(path), **mode)
    names = {attributes(context)["ep_cache_context"].decode() for context in contexts}
    assert len(contexts) == 3 == len(names) and all(name.startswith("compiled_") for name in names)
    assert {p.name for p in tmp_path.iterdir()} == {"compiled.onnx"} | names
    assert all(attributes(context)["embed_mode"] == 0 for context in contexts)
    check_compiled(sample, path)
    # The folder may be moved.
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for file in [path.name, *names]:
        (tmp_path / file).rename(moved / file)
    check_compiled(sample, moved / path.name)
    # And a model in memory belongs where the program says.
    data = (moved / path.name).read_bytes()
    check_compiled(sample, data, config={"ep.context_file_path": str(moved / "any.onnx")})
    with pytest.raises(hosts.HostError, match="set ep.context_file_path to where it belongs"):
        sample.session(data, [device(sample, "CPU")])


def test_beside_the_source_unless_told_otherwise(sample, tmp_path):
    source = tmp_path / "source.onnx"
    source.write_bytes(mixed())
    contexts = compile_model(sample, source, tmp_path / "source_ctx.onnx")
    names = {attributes(context)["ep_cache_context"].decode() for context in contexts}
    assert {p.name for p in tmp_path.iterdir()} == {"source.onnx", "source_ctx.onnx"} | names
    check_compiled(sample, tmp_path / "source_ctx.onnx")


def test_a_prefix_keeps_the_files_of_models_apart(sample, tmp_path):
    path = tmp_path / "compiled.onnx"
    contexts = compile_model(sample, mixed(), path, file_path=str(path), node_name_prefix="left/part:")
    for context in contexts:
        assert attributes(context)["ep_cache_context"].decode().startswith("compiled_left_part_")
    check_compiled(sample, path)


def test_a_compiled_model_can_be_compiled_again(sample, tmp_path):
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    compile_model(sample, mixed(), first, file_path=str(first), embed_mode="1")
    contexts = compile_model(sample, first, second, file_path=str(second), embed_mode="0")
    assert len(contexts) == 3 and len(list(tmp_path.glob("second_*.bin"))) == 3
    check_compiled(sample, second)


def change_context(path, **changes):
    changed = onnx.load(path)
    (context,) = [n for n in changed.graph.node if n.op_type == "EPContext"]
    for attribute in context.attribute:
        if attribute.name in changes:
            setattr(attribute, "s" if isinstance(changes[attribute.name], bytes) else "i", changes[attribute.name])
    onnx.save(changed, path)


@pytest.mark.parametrize("embed", ["0", "1"])
@pytest.mark.parametrize("change", ["cut", "magic", "slot", "tail", "empty"])
def test_damaged_data_is_refused(sample, tmp_path, change, embed):
    path = tmp_path / "compiled.onnx"
    (context,) = compile_model(sample, small(), path, file_path=str(path), embed_mode=embed)
    content = attributes(context)["ep_cache_context"]
    whole = content if embed == "1" else (tmp_path / content.decode()).read_bytes()
    changed = {"cut": whole[:-3], "magic": b"x" + whole[1:], "tail": whole + b"\0", "empty": b"",
               "slot": whole[:-4] + b"\xff\xff\xff\x7f"}[change]
    if embed == "1":
        change_context(path, ep_cache_context=changed)
    else:
        (tmp_path / content.decode()).write_bytes(changed)
    with pytest.raises(hosts.HostError, match="cut short|another format|make no sense|bytes to spare"):
        sample.session(path, [device(sample, "CPU")])


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/passwd", "sub/../../secret.bin", ""])
def test_files_outside_the_models_folder_are_not_read(sample, tmp_path, name):
    path = tmp_path / "model" / "compiled.onnx"
    path.parent.mkdir()
    (context,) = compile_model(sample, small(), path, file_path=str(path))
    data = (path.parent / attributes(context)["ep_cache_context"].decode()).read_bytes()
    (tmp_path / "secret.bin").write_bytes(data)  # it would load
    change_context(path, ep_cache_context=name.encode())
    with pytest.raises(hosts.HostError, match="not in the model's folder"):
        sample.session(path, [device(sample, "CPU")])


def test_a_missing_file_and_a_node_without_data(sample, tmp_path):
    path = tmp_path / "compiled.onnx"
    (context,) = compile_model(sample, small(), path, file_path=str(path))
    file = tmp_path / attributes(context)["ep_cache_context"].decode()
    data = file.read_bytes()
    file.unlink()
    with pytest.raises(hosts.HostError, match=f"could not read '.*{file.name}'"):
        sample.session(path, [device(sample, "CPU")])
    file.write_bytes(data)
    change_context(path, main_context=0)
    with pytest.raises(hosts.HostError, match="has no data of its own"):
        sample.session(path, [device(sample, "CPU")])


# -- data through functions of the program, in the C API only --------------------------------------------------------

READ = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p,
                        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t))
WRITE = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)


@pytest.fixture(params=LIBRARIES)
def library(request):
    opened = Library(LIBRARIES[request.param], api_version=31)
    opened.register_ep_library(test_sample_ep.VIRTUAL, test_sample_ep.SEVERAL)
    yield opened
    opened.unregister_ep_library(test_sample_ep.VIRTUAL)


class Store:
    """Keeps pieces of data by name."""

    def __init__(self, library):
        self.pieces = {}

        def write(_, name, data, size):
            self.pieces[name] = ctypes.string_at(data, size)

        def read(_, name, allocator, buffer, size):
            piece = self.pieces[name]
            memory = ctypes.c_void_p()
            library.check("AllocatorAlloc", ctypes.c_void_p(allocator), ctypes.c_size_t(len(piece)),
                          ctypes.byref(memory))
            ctypes.memmove(memory, piece, len(piece))
            buffer[0], size[0] = memory.value, len(piece)

        self.write, self.read = WRITE(write), READ(read)


def session_options(library):
    (ours,) = library.ep_devices("Sample_CPU")
    options = library.make("CreateSessionOptions")
    handles = (ctypes.c_void_p * 1)(ours.handle)
    library.check("SessionOptionsAppendExecutionProvider_V2", options, library.env, handles, ctypes.c_size_t(1), None,
                  None, ctypes.c_size_t(0))
    return options


def test_through_functions(library, tmp_path):
    store = Store(library)
    path = tmp_path / "compiled.onnx"
    source = tmp_path / "source.onnx"
    source.write_bytes(mixed())
    options = session_options(library)
    compilation = library.make("CreateModelCompilationOptionsFromSessionOptions", library.env, options)
    library.check("ModelCompilationOptions_SetInputModelPath", compilation, str(source).encode())
    library.check("ModelCompilationOptions_SetOutputModelPath", compilation, str(path).encode())
    library.check("ModelCompilationOptions_SetEpContextDataWriteFunc", compilation, store.write, None)
    library.check("CompileModel", library.env, compilation)
    library.function("ReleaseModelCompilationOptions", None)(compilation)
    assert len(store.pieces) == 3 and not list(tmp_path.glob("*.bin"))
    names = {attributes(context)["ep_cache_context"] for context in contexts_of(path)}
    assert names == set(store.pieces)

    def opened():
        handle = library.make("CreateSession", library.env, str(path).encode(), options)
        library.function("ReleaseSession", None)(handle)

    library.check("SessionOptionsSetEpContextDataReadFunc", options, store.read, None)
    opened()
    store.pieces = {name: piece[:-1] for name, piece in store.pieces.items()}
    with pytest.raises(NativeError, match="cut short"):
        opened()
    library.function("ReleaseSessionOptions", None)(options)
