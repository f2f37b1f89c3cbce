#!/usr/bin/env python3
"""Makes the benchmark models: known architectures with random weights (fixed seed, so every run makes the same files).

usage: make_models.py [--out FOLDER] [--light FOLDER] [NAME...]
Called by compare.py. Weights are scaled so that activations stay of ordinary size: no infinities, no denormals.
"""

import argparse
import os
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPSET = 17


class Builder:
    """A graph under construction; each method adds nodes and returns the name of the value they make."""

    def __init__(self, name: str, seed: int = 7):
        self.name = name
        self.random = np.random.default_rng(seed)
        self.nodes, self.inputs, self.outputs, self.weights = [], [], [], []
        self.count = 0

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}_{self.count}"

    def input(self, name, shape, dtype=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, value, shape):
        self.outputs.append(helper.make_tensor_value_info(value, TensorProto.FLOAT, shape))

    def constant(self, array) -> str:
        name = self.fresh("w")
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape, fan_in=None, scale=None) -> str:
        scale = scale if scale is not None else (2.0 / (fan_in or shape[0])) ** 0.5
        return self.constant((self.random.standard_normal(shape) * scale).astype(np.float32))

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [self.fresh(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=self.fresh(f"n_{kind}"), **attributes))
        return names[0] if outputs == 1 else names

    # -- layers ---------------------------------------------------------------------------------------------------
    def conv(self, x, cin, cout, kernel, stride=1, groups=1, relu=None, pad=None):
        fan_in = cin // groups * kernel * kernel
        pad = kernel // 2 if pad is None else pad
        y = self.op("Conv", x, self.weight(cout, cin // groups, kernel, kernel, fan_in=fan_in),
                    self.weight(cout, scale=0.05), kernel_shape=[kernel] * 2, strides=[stride] * 2,
                    pads=[pad] * 4, group=groups)
        if relu == "relu":
            return self.op("Relu", y)
        if relu == "relu6":
            return self.op("Clip", y, self.constant(np.float32(0)), self.constant(np.float32(6)))
        return y

    def linear(self, x, cin, cout, scale=None):
        y = self.op("MatMul", x, self.weight(cin, cout, scale=scale or cin ** -0.5))
        return self.op("Add", y, self.weight(cout, scale=0.02))

    def layer_norm(self, x, width):
        gamma = self.constant((1 + 0.1 * self.random.standard_normal(width)).astype(np.float32))
        return self.op("LayerNormalization", x, gamma, self.weight(width, scale=0.02), axis=-1, epsilon=1e-5)

    def gelu(self, x):
        y = self.op("Div", x, self.constant(np.float32(2 ** 0.5)))
        y = self.op("Add", self.op("Erf", y), self.constant(np.float32(1)))
        return self.op("Mul", self.op("Mul", x, y), self.constant(np.float32(0.5)))

    def attention(self, x, tokens, width, heads, mask=None):
        size = width // heads
        shape = self.constant(np.array([1, tokens, heads, size], np.int64))

        def split(value, permutation):
            return self.op("Transpose", self.op("Reshape", value, shape), perm=permutation)

        query = split(self.linear(x, width, width), [0, 2, 1, 3])
        key = split(self.linear(x, width, width), [0, 2, 3, 1])
        value = split(self.linear(x, width, width), [0, 2, 1, 3])
        scores = self.op("Div", self.op("MatMul", query, key), self.constant(np.float32(size ** 0.5)))
        if mask is not None:
            scores = self.op("Add", scores, mask)
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), value)
        mixed = self.op("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", mixed, self.constant(np.array([1, tokens, width], np.int64)))
        return self.linear(mixed, width, width)

    def model(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="bench")
        model.ir_version = 8
        return model


def resnet50(light: pathlib.Path) -> onnx.ModelProto:
    """The light model's architecture; its constant fills become random weights."""
    model = onnx.load(light / "light_resnet50.onnx")
    graph, random = model.graph, np.random.default_rng(7)
    shapes = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
    weights, removed = [], set()
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            continue
        name, shape = node.output[0], tuple(int(d) for d in shapes[node.input[0]])
        removed.add(node.input[0])
        if name.endswith("_s_0"):  # scale of a normalisation; small in the last one of a block, as training leaves it
            array = random.uniform(0.2, 0.4, shape) if "branch2c" in name else random.uniform(0.8, 1.2, shape)
        elif name.endswith("_riv_0"):
            array = random.uniform(0.5, 1.5, shape)
        elif len(shape) == 1:
            array = random.standard_normal(shape) * 0.05
        else:
            fan_in = int(np.prod(shape[1:]))
            scale = 0.01 if "pred" in name else (2.0 / fan_in) ** 0.5
            array = random.standard_normal(shape) * scale
        weights.append(numpy_helper.from_array(array.astype(np.float32), name))
    names = {w.name for w in weights} | removed
    kept = [n for n in graph.node if n.op_type != "ConstantOfShape"]
    rest = [w for w in graph.initializer if w.name not in names]
    rest_names = {w.name for w in rest}
    inputs = [i for i in graph.input if i.name not in names and i.name not in rest_names]
    for field, content in (("node", kept), ("initializer", rest + weights), ("input", inputs)):
        graph.ClearField(field)
        getattr(graph, field).extend(content)
    model.ir_version = 8
    return model


def mobilenet_v2(_) -> onnx.ModelProto:
    b = Builder("mobilenet_v2")
    x = b.conv(b.input("image", [1, 3, 224, 224]), 3, 32, 3, stride=2, relu="relu6")
    channels = 32
    for expand, cout, repeat, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                         (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(repeat):
            y, hidden, step = x, channels * expand, stride if i == 0 else 1
            if expand != 1:
                y = b.conv(y, channels, hidden, 1, relu="relu6")
            y = b.conv(y, hidden, hidden, 3, stride=step, groups=hidden, relu="relu6")
            y = b.conv(y, hidden, cout, 1)
            x = b.op("Add", x, y) if step == 1 and channels == cout else y
            channels = cout
    x = b.op("Flatten", b.op("GlobalAveragePool", b.conv(x, 320, 1280, 1, relu="relu6")))
    b.output(b.op("Gemm", x, b.weight(1280, 1000, scale=0.03), b.weight(1000, scale=0.03)), [1, 1000])
    return b.model()


def encoder(name, tokens, width, heads, layers, vocabulary) -> onnx.ModelProto:
    b = Builder(name)
    ids = b.input("input_ids", [1, tokens], TensorProto.INT64)
    mask = b.input("attention_mask", [1, tokens], TensorProto.INT64)
    x = b.op("Gather", b.weight(vocabulary, width, scale=0.5), ids)
    x = b.layer_norm(b.op("Add", x, b.weight(tokens, width, scale=0.2)), width)
    bias = b.op("Cast", b.op("Unsqueeze", mask, b.constant(np.array([1, 2], np.int64))), to=TensorProto.FLOAT)
    bias = b.op("Mul", b.op("Sub", b.constant(np.float32(1)), bias), b.constant(np.float32(-1e4)))
    for _ in range(layers):
        x = b.layer_norm(b.op("Add", x, b.attention(x, tokens, width, heads, bias)), width)
        y = b.linear(b.gelu(b.linear(x, width, 4 * width)), 4 * width, width)
        x = b.layer_norm(b.op("Add", x, y), width)
    b.output(x, [1, tokens, width])
    return b.model()


def vit_s(_) -> onnx.ModelProto:
    b, width, tokens = Builder("vit_s"), 384, 197
    x = b.input("image", [1, 3, 224, 224])
    x = b.op("Conv", x, b.weight(width, 3, 16, 16, fan_in=768), b.weight(width, scale=0.02), kernel_shape=[16, 16],
             strides=[16, 16])
    x = b.op("Transpose", b.op("Reshape", x, b.constant(np.array([1, width, 196], np.int64))), perm=[0, 2, 1])
    x = b.op("Add", b.op("Concat", b.weight(1, 1, width, scale=0.02), x, axis=1), b.weight(1, tokens, width, scale=0.02))
    for _ in range(12):
        x = b.op("Add", x, b.attention(b.layer_norm(x, width), tokens, width, 6))
        y = b.gelu(b.linear(b.layer_norm(x, width), width, 4 * width))
        x = b.op("Add", x, b.linear(y, 4 * width, width))
    x = b.op("Gather", b.layer_norm(x, width), b.constant(np.int64(0)), axis=1)
    b.output(b.linear(x, width, 1000), [1, 1000])
    return b.model()


def unet(_) -> onnx.ModelProto:
    b = Builder("unet")
    x, channels, skips = b.input("image", [1, 3, 256, 256]), 3, []
    for width in (16, 32, 64, 128):
        x = b.conv(b.conv(x, channels, width, 3, relu="relu"), width, width, 3, relu="relu")
        skips.append((x, width))
        x, channels = b.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), width
    x, channels = b.conv(b.conv(x, 128, 256, 3, relu="relu"), 256, 256, 3, relu="relu"), 256
    for skip, width in reversed(skips):
        x = b.op("ConvTranspose", x, b.weight(channels, width, 2, 2, fan_in=channels), b.weight(width, scale=0.02),
                 kernel_shape=[2, 2], strides=[2, 2])
        x = b.op("Concat", x, skip, axis=1)
        x = b.conv(b.conv(x, 2 * width, width, 3, relu="relu"), width, width, 3, relu="relu")
        channels = width
    b.output(b.op("Sigmoid", b.conv(x, channels, 1, 1)), [1, 1, 256, 256])
    return b.model()


def mlp_tiny(_) -> onnx.ModelProto:
    b = Builder("mlp_tiny")
    x = b.op("Gemm", b.input("x", [1, 8]), b.weight(8, 8), b.weight(8, scale=0.1))
    b.output(b.op("Gemm", b.op("Relu", x), b.weight(8, 4), b.weight(4, scale=0.1)), [1, 4])
    return b.model()


def elementwise_chain(_) -> onnx.ModelProto:
    b = Builder("elementwise_chain")
    x = b.input("x", [1, 64])
    for i in range(500):
        x = b.op(["Add", "Mul", "Sub", "Max"][i % 4], x, b.weight(1, 64, scale=0.5))
        x = b.op(["Relu", "Sigmoid", "Tanh", "Abs"][i % 4], x)
    b.output(x, [1, 64])
    return b.model()


def mixed_graph(_) -> onnx.ModelProto:
    """Small nodes of many kinds, no convolution: what is measured is mostly the cost of a node."""
    b = Builder("mixed_graph")
    x = b.input("x", [8, 32])
    for _ in range(60):
        y = b.op("Tanh", b.op("Gemm", x, b.weight(32, 32, scale=0.15), b.weight(32, scale=0.05)))
        left, right = b.op("Split", y, outputs=2, axis=1)
        y = b.op("Concat", b.op("Sigmoid", right), b.op("Relu", left), axis=1)
        y = b.op("Transpose", y, perm=[1, 0])
        y = b.op("Softmax", y, axis=0)
        y = b.op("Transpose", y, perm=[1, 0])
        mean = b.op("ReduceMean", y, axes=[1], keepdims=1)
        y = b.op("Where", b.op("Greater", y, mean), y, b.op("Mul", y, b.constant(np.float32(0.5))))
        y = b.op("Slice", y, b.constant(np.array([0], np.int64)), b.constant(np.array([16], np.int64)),
                 b.constant(np.array([1], np.int64)))
        y = b.op("Pad", y, b.constant(np.array([0, 0, 0, 16], np.int64)))
        x = b.op("Add", x, y)
    b.output(x, [8, 32])
    return b.model()


MODELS = {
    "resnet50": resnet50,
    "mobilenet_v2": mobilenet_v2,
    "bert_base_128": lambda _: encoder("bert_base_128", 128, 768, 12, 12, 30522),
    "minilm_32": lambda _: encoder("minilm_32", 32, 384, 12, 6, 30522),
    "vit_s": vit_s,
    "unet": unet,
    "mixed_graph": mixed_graph,
    "elementwise_chain": elementwise_chain,
    "mlp_tiny": mlp_tiny,
}


def make(names, out: pathlib.Path, light: pathlib.Path) -> list[pathlib.Path]:
    """The models' files; made again where this script is newer, and put in place whole."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in names:
        path = out / f"{name}.onnx"
        if not path.exists() or path.stat().st_mtime < pathlib.Path(__file__).stat().st_mtime:
            model = MODELS[name](light)
            onnx.checker.check_model(model)
            unfinished = path.with_suffix(f".{os.getpid()}")
            onnx.save(model, unfinished)
            unfinished.replace(path)
        paths.append(path)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / ".models/bench")
    parser.add_argument("--light", type=pathlib.Path, default=ROOT / ".models/light")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODELS))
    options = parser.parse_args()
    unknown = set(options.names) - set(MODELS)
    if unknown:
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    for path in make(options.names or MODELS, options.out, options.light):
        print(f"{path}  {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
