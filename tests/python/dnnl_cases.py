"""Models for the tests of the DNNL EP: one small model a case, with what the EP is to take of it."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.uint8): TensorProto.UINT8,
         np.dtype(np.int8): TensorProto.INT8, np.dtype(np.int32): TensorProto.INT32,
         np.dtype(np.int64): TensorProto.INT64}


def floats(random, *shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).astype(np.float32)


class Model:
    """Builds a model: `add` returns the name of a node's (first) output."""

    def __init__(self, opset=17):
        self.nodes, self.constants, self.inputs, self.feeds, self.opset = [], [], [], {}, opset

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def input(self, array, dynamic=False):
        """A graph input that is fed with `array`; with `dynamic` its model says no sizes."""
        array = np.asarray(array)
        name = f"x{len(self.inputs)}"
        shape = [f"{name}_{i}" for i in range(array.ndim)] if dynamic else array.shape
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[array.dtype], shape))
        self.feeds[name] = array
        return name

    def add(self, op, *inputs, outputs=1, **attributes):
        name = f"{op.lower()}_{len(self.nodes)}"
        names = [name] + [f"{name}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=name, **attributes))
        return name if outputs == 1 else names

    def bytes(self, *outputs, dtype=TensorProto.FLOAT):
        values = [helper.make_tensor_value_info(name, dtype, None) for name in outputs]
        graph = helper.make_graph(self.nodes, "case", self.inputs, values, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)],
                                 ir_version=10).SerializeToString()


def conv(random):
    """A random convolution, often with a tail that becomes its post-ops."""
    model = Model(opset=int(random.choice([11, 13, 22])))
    rank = int(random.choice([1, 2, 2, 2, 3]))
    groups = int(random.choice([1, 1, 1, 2, 3, 4]))
    per_group_in, per_group_out = (int(n) for n in random.integers(1, 9, 2))
    if random.random() < 0.2:
        per_group_in = per_group_out = 1  # depthwise
        groups = int(random.integers(2, 20))
    kernel = [int(k) for k in random.integers(1, 4, rank)]
    dilations = [int(d) for d in random.integers(1, 3, rank)]
    sizes = [int(s) for s in random.integers(7, 14, rank)]
    attributes = {"group": groups, "kernel_shape": kernel, "dilations": dilations,
                  "strides": [int(s) for s in random.integers(1, 3, rank)]}
    style = random.choice(["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"])
    if style == "NOTSET":
        attributes["pads"] = [int(p) for p in random.integers(0, 3, 2 * rank)]
    else:
        attributes["auto_pad"] = str(style)
        attributes["dilations"] = [1] * rank  # ONNX Runtime refuses others here
    x = model.input(floats(random, int(random.integers(1, 3)), per_group_in * groups, *sizes))
    out_channels = per_group_out * groups
    w = floats(random, out_channels, per_group_in, *kernel)
    w = model.input(w) if random.random() < 0.2 else model.constant(w)
    bias = [model.constant(floats(random, out_channels))] if random.random() < 0.6 else []
    y = model.add("Conv", x, w, *bias, **attributes)
    return model, tail(model, random, y, (1, out_channels) + (1,) * rank)


def conv_transpose(random):
    model = Model()
    rank = int(random.choice([1, 2, 2, 3]))
    groups = int(random.choice([1, 1, 2]))
    c_in, c_out = (int(n) * groups for n in random.integers(1, 6, 2))
    kernel = [int(k) for k in random.integers(2, 5, rank)]
    attributes = {"group": groups, "kernel_shape": kernel, "strides": [int(s) for s in random.integers(1, 4, rank)],
                  "dilations": [int(d) for d in random.integers(1, 3, rank)],
                  "pads": [int(p) for p in random.integers(0, 2, 2 * rank)]}
    if random.random() < 0.4:
        attributes["output_padding"] = [int(random.integers(stride)) for stride in attributes["strides"]]
    sizes = [int(s) for s in random.integers(4, 8, rank)]
    if random.random() < 0.5:
        del attributes["pads"]
        style = str(random.choice(["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]))
        attributes["auto_pad"] = style
        if style == "NOTSET":
            full = [s * (n - 1) + (k - 1) * d + 1 for s, n, k, d in
                    zip(attributes["strides"], sizes, kernel, attributes["dilations"])]
            attributes["output_shape"] = [int(n - random.integers(0, 4)) for n in full]
    x = model.input(floats(random, 2, c_in, *sizes))
    w = model.constant(floats(random, c_in, c_out // groups, *kernel))
    bias = [model.constant(floats(random, c_out))] if random.random() < 0.5 else []
    y = model.add("ConvTranspose", x, w, *bias, **attributes)
    return model, tail(model, random, y, (1, c_out) + (1,) * rank)


def pool(random):
    model = Model(opset=int(random.choice([11, 12, 19, 22])))
    rank = int(random.choice([1, 2, 2, 3]))
    op = str(random.choice(["MaxPool", "AveragePool"]))
    kernel = [int(k) for k in random.integers(2, 5, rank)]
    attributes = {"kernel_shape": kernel, "strides": [int(s) for s in random.integers(1, 4, rank)]}
    style = random.choice(["NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"])
    if style == "NOTSET":
        attributes["pads"] = [int(random.integers(0, (k + 1) // 2)) for k in kernel + kernel]
        attributes["ceil_mode"] = int(random.random() < 0.3)
    else:
        attributes["auto_pad"] = str(style)
        attributes["strides"] = [min(s, k) for s, k in zip(attributes["strides"], kernel)]  # ONNX Runtime refuses more
    if op == "AveragePool" and not attributes.get("ceil_mode"):
        attributes["count_include_pad"] = int(random.random() < 0.5)
    x = model.input(floats(random, 2, int(random.integers(1, 20)), *[int(s) for s in random.integers(6, 12, rank)]))
    return model, model.add(op, x, **attributes)


def gemm(random):
    model = Model(opset=int(random.choice([11, 13])))
    m, n, k = (int(v) for v in random.integers(1, 40, 3))
    trans_a, trans_b = (int(v) for v in random.integers(0, 2, 2))
    a = model.input(floats(random, *((k, m) if trans_a else (m, k))))
    b = floats(random, *((n, k) if trans_b else (k, n)))
    b = model.input(b) if random.random() < 0.3 else model.constant(b)
    c, factors = [], {}
    if random.random() < 0.7:
        shapes = [(n,), (1, n), (m, n), (), (1, 1)]
        shape = shapes[int(random.integers(5))]
        if random.random() < 0.3:
            factors = {"alpha": 0.7, "beta": 1.0 if shape == (m, n) else -0.3}
        constant = factors.get("beta", 1) != 1 or random.random() < 0.6
        c = [model.constant(floats(random, *shape)) if constant else model.input(floats(random, *shape))]
    y = model.add("Gemm", a, b, *c, transA=trans_a, transB=trans_b, **factors)
    return model, tail(model, random, y, (n,))


def matmul(random):
    model = Model()
    m, n, k = (int(v) for v in random.integers(1, 20, 3))
    batches = [((), ()), ((3,), ()), ((2, 3), ()), ((2, 3), (2, 3)), ((2, 3), (1, 3)), ((2, 1), (1, 3)), ((3,), (2, 3))]
    left, right = batches[int(random.integers(len(batches)))]
    a = model.input(floats(random, *left, m, k))
    b = floats(random, *right, k, n)
    b = model.input(b) if random.random() < 0.5 else model.constant(b)
    return model, tail(model, random, model.add("MatMul", a, b), (n,))


def binary(random):
    model = Model()
    op = str(random.choice(["Add", "Sub", "Mul", "Div", "Max", "Min"]))
    rank = int(random.integers(1, 5))
    full = [int(v) for v in random.integers(2, 6, rank)]

    def operand():
        shape = [d if random.random() < 0.7 else 1 for d in full[int(random.integers(0, rank)):]]
        values = floats(random, *shape, low=0.5)
        return model.constant(values) if random.random() < 0.4 else model.input(values)

    a, b = operand(), operand()
    if not model.inputs:
        b = model.input(floats(random, *full, low=0.5))
    y = model.add(op, a, b)
    for _ in range(int(random.integers(0, 4))):
        y = model.add(str(random.choice(["Add", "Mul", "Max", "Sub"])),
                      *random.permutation([y, operand()]).tolist())
    return model, y


def tail(model, random, y, vector):
    """Element-wise nodes behind `y`: functions, scalars, vectors along the channels, tensors of its shape."""
    for _ in range(int(random.integers(0, 5))):
        kind = random.integers(5)
        if kind == 0:
            y = model.add(str(random.choice(["Relu", "Sigmoid", "Tanh", "HardSigmoid", "Abs", "Elu", "LeakyRelu"])), y)
        elif kind == 1:
            y = model.add("Clip", y, model.constant(np.float32(-1)), model.constant(np.float32(1.5)))
        elif kind == 2:
            op = str(random.choice(["Add", "Mul", "Sub", "Div"]))
            y = model.add(op, *random.permutation([y, model.constant(np.float32(1.7))]).tolist()) if op != "Div" \
                else model.add(op, y, model.constant(np.float32(4)))
        elif kind == 3:
            y = model.add(str(random.choice(["Add", "Mul", "Sub", "Max"])), y, model.constant(floats(random, *vector)))
        else:
            y = model.add(str(random.choice(["Add", "Mul", "Min"])), y, model.add("Tanh", y))
    return y


def parts(random):
    """Slices, pads, transpositions and joins of one tensor in a row, some of them large enough for threads."""
    model = Model()
    rank = int(random.integers(1, 5))
    shape = [int(n) for n in random.integers(2, 9, rank)]
    if random.random() < 0.3:
        shape[int(random.integers(rank))] *= 40
    y = model.add("Neg", model.input(floats(random, *shape)))
    for _ in range(int(random.integers(1, 5))):
        kind, rank = random.integers(5), len(shape)
        axis = int(random.integers(rank))
        if kind == 0:
            step = int(random.choice([-3, -2, -1, 1, 2, 3]))
            ends = sorted(int(n) for n in random.integers(0, shape[axis] + 1, 2))
            start, end = (ends[0], ends[1] + 1) if step > 0 else (ends[1], ends[0] - 1 - shape[axis] - 1)
            taken = np.empty(shape)[(slice(None),) * axis + (slice(start, end if step > 0 or end >= -shape[axis]
                                                                   else None, step),)]
            if 0 in taken.shape:
                continue
            shape = list(taken.shape)
            y = model.add("Slice", y, *[model.constant(np.array([n])) for n in (start, end, axis, step)])
        elif kind == 1:
            before, after = random.integers(-1, 3, rank), random.integers(-1, 3, rank)
            if any(n + min(b, 0) + min(a, 0) < 1 for n, b, a in zip(shape, before, after)):
                continue
            taken_from, shape = shape, [int(n + b + a) for n, b, a in zip(shape, before, after)]
            mode = str(random.choice(["constant", "edge", "reflect"]))
            shape_kept = [n + min(b, 0) + min(a, 0) for n, b, a in zip(taken_from, before, after)]
            if mode == "reflect" and any(max(b, a) >= n for n, b, a in zip(shape_kept, before, after)):
                mode = "edge"  # hosts differ where there is less to take from than to pad
            y = model.add("Pad", y, model.constant(np.concatenate([before, after])), model.constant(np.float32(0.5)),
                          mode=mode)
        elif kind == 2:
            order = [int(n) for n in random.permutation(rank)]
            shape = [shape[n] for n in order]
            y = model.add("Transpose", y, perm=order)
        elif kind == 3:
            y = model.add("Concat", y, model.add("Abs", y), axis=axis - rank)
            shape[axis] *= 2
        elif shape[axis] > 1:
            first = int(random.integers(1, shape[axis]))
            one, two = model.add("Split", y, model.constant(np.array([first, shape[axis] - first])), outputs=2,
                                 axis=axis)
            y = model.add("Concat", two, one, axis=axis)
    return model, model.add("Abs", y)


RANDOM = {"Parts": parts, "Conv": conv, "ConvTranspose": conv_transpose, "Pool": pool, "Gemm": gemm, "MatMul": matmul,
          "Binary": binary}


def quantized_weights(model, random, shape, channels, signed=False):
    """Weights of either type around its middle, with one scale or one for each channel: three inputs of a node."""
    byte, centre = [(np.int8, 0), (np.uint8, 128)][0 if signed else int(random.integers(2))]
    scale = floats(random, *[(), (channels,)][int(random.integers(2))], low=0.01, high=0.02)
    return [model.constant(random.integers(centre - 128, centre + 128, shape).astype(byte)), model.constant(scale),
            model.constant(np.full(scale.shape, centre, byte))]


def quantized_conv(random):
    model = Model()
    groups = int(random.choice([1, 1, 2]))
    c_in, c_out = (int(n) * groups for n in random.integers(1, 20, 2))
    a_type = random.choice([np.uint8, np.int8])
    limits = np.iinfo(a_type)
    x = model.input(random.integers(limits.min, limits.max + 1, (2, c_in, 9, 8)).astype(a_type))
    # ONNX Runtime's CPU EP has no product of signed inputs and unsigned weights.
    weights = quantized_weights(model, random, (c_out, c_in // groups, 3, 3), c_out, signed=a_type == np.int8)
    y_scale = np.float32(4 * np.sqrt(c_in))
    bias = [model.constant(random.integers(-5000, 5000, c_out).astype(np.int32))] if random.random() < 0.5 else []
    zero = model.constant(np.asarray(random.integers(limits.min, limits.max + 1), a_type))
    y_zero = model.constant(np.asarray(random.integers(limits.min, limits.max + 1), a_type))
    y = model.add("QLinearConv", x, model.constant(np.float32(0.1)), zero, *weights, model.constant(y_scale), y_zero, *bias,
                  group=groups, pads=[1, 0, 1, 1], strides=[int(random.integers(1, 3)), 1])
    return model, model.add("DequantizeLinear", y, model.constant(np.float32(1)), y_zero)


def quantized_matmul(random):
    model = Model()
    k, n = (int(v) for v in random.integers(1, 70, 2))
    x = model.input(random.integers(0, 256, (3, 5, k)).astype(np.uint8))
    weights = quantized_weights(model, random, (k, n), n)
    zero, y_zero = (model.constant(np.uint8(v)) for v in random.integers(0, 256, 2))
    y = model.add("QLinearMatMul", x, model.constant(np.float32(0.1)), zero, *weights,
                  model.constant(np.float32(4 * np.sqrt(k) / 3)), y_zero)
    return model, model.add("DequantizeLinear", y, model.constant(np.float32(1)), y_zero)


def dynamically_quantized(random):
    model = Model()
    k, n = (int(v) for v in random.integers(1, 70, 2))
    x = model.input(floats(random, 4, k))
    q, scale, zero = model.add("DynamicQuantizeLinear", x, outputs=3)
    w = model.constant(random.integers(-128, 128, (k, n)).astype(np.int8))
    y = model.add("Cast", model.add("MatMulInteger", q, w, zero), to=TensorProto.FLOAT)
    return model, model.add("Mul", y, model.add("Mul", scale, model.constant(np.float32(0.01))))


def integer_conv(random):
    model = Model()
    x = model.input(random.integers(0, 256, (1, 5, 7, 7)).astype(np.uint8))
    w = model.constant(random.integers(-128, 128, (6, 5, 3, 3)).astype(np.int8))
    y = model.add("ConvInteger", x, w, model.constant(np.uint8(random.integers(256))), pads=[1] * 4)
    return model, model.add("Relu", model.add("Cast", y, to=TensorProto.FLOAT))


def quantize(random):
    model = Model()
    x = model.input(floats(random, 3, 4, 50, low=-40, high=40))
    byte = random.choice([np.uint8, np.int8])
    zeros = random.integers(0, 100, 4).astype(byte)
    scales = floats(random, 4, low=0.1, high=0.5)
    if random.random() < 0.5:
        scales, zeros = scales[0], zeros[0]
    given = [model.constant(scales), model.constant(zeros)]
    return model, model.add("DequantizeLinear", model.add("QuantizeLinear", x, *given, axis=1), *given, axis=1)


def qdq_network(random):
    """A network as quantization tools write it: floats between pairs of QuantizeLinear and DequantizeLinear."""
    model = Model()

    def pair(value, scale, zero):
        given = [model.constant(np.float32(scale)), model.constant(np.uint8(zero))]
        return model.add("DequantizeLinear", model.add("QuantizeLinear", value, *given), *given)

    def weights(*shape):
        channels = shape[0]
        scales = floats(random, channels, low=0.01, high=0.02)
        data = model.constant(random.integers(-128, 128, shape).astype(np.int8))
        zeros = model.constant(np.zeros(channels, np.int8))
        return model.add("DequantizeLinear", data, model.constant(scales), zeros, axis=0), scales

    def bias(scales):
        data = model.constant(random.integers(-3000, 3000, len(scales)).astype(np.int32))
        return model.add("DequantizeLinear", data, model.constant(scales),
                         model.constant(np.zeros(len(scales), np.int32)), axis=0)

    x = pair(model.input(floats(random, 1, 8, 10, 10)), 0.02, 128)
    first, scales = weights(16, 8, 3, 3)
    y = pair(model.add("Relu", model.add("Conv", x, first, bias(np.float32(0.02) * scales))), 0.1, 0)
    z = pair(model.add("Conv", y, weights(16, 16, 1, 1)[0], model.constant(floats(random, 16))), 0.3, 100)
    y = pair(model.add("Add", y, z), 0.3, 90)
    return model, model.add("Flatten", model.add("GlobalAveragePool", y))


def qdq_matmul(random, axis=1):
    """A product between pairs; zero points of 0 may be left out, scales of the weights run along `axis`."""
    model = Model()
    k = 24
    given = [model.constant(np.float32(0.02)), model.constant(np.uint8(random.integers(256)))]
    x = model.add("DequantizeLinear", model.add("QuantizeLinear", model.input(floats(random, 3, 5, k)), *given), *given)
    scales = floats(random, k, low=0.01, high=0.02)
    zeros = [model.constant(np.zeros(k, np.int8))] if random.random() < 0.5 else []
    w = model.add("DequantizeLinear", model.constant(random.integers(-128, 128, (k, k)).astype(np.int8)),
                  model.constant(scales), *zeros, axis=axis)
    y = model.add("QuantizeLinear", model.add("MatMul", x, w), model.constant(np.float32(0.05)))
    return model, model.add("DequantizeLinear", y, model.constant(np.float32(0.05)))


def qdq_conv_along_inputs(random):
    """Scales of the weights that run along the input channels, of which there are as many as output channels."""
    model = Model()
    given = [model.constant(np.float32(0.02)), model.constant(np.uint8(128))]
    x = model.add("DequantizeLinear", model.add("QuantizeLinear", model.input(floats(random, 1, 8, 6, 6)), *given),
                  *given)
    w = model.add("DequantizeLinear", model.constant(random.integers(-128, 128, (8, 8, 3, 3)).astype(np.int8)),
                  model.constant(floats(random, 8, low=0.005, high=0.03)), axis=1)
    y = model.add("QuantizeLinear", model.add("Conv", x, w), model.constant(np.float32(0.2)))
    return model, model.add("DequantizeLinear", y, model.constant(np.float32(0.2)))


QUANTIZED = {"QLinearConv": quantized_conv, "QLinearMatMul": quantized_matmul, "MatMulInteger": dynamically_quantized,
             "ConvInteger": integer_conv, "QuantizeLinear": quantize, "QDQ": qdq_network, "QDQ MatMul": qdq_matmul,
             "QDQ MatMul, other axis": lambda random: qdq_matmul(random, axis=0),
             "QDQ Conv, other axis": qdq_conv_along_inputs}


def unary(op, *shape, opset=17, low=-3.0, high=3.0, constants=(), **attributes):
    def make(random):
        model = Model(opset=opset)
        x = model.input(floats(random, *shape, low=low, high=high))
        return model, model.add(op, x, *[model.constant(c) for c in constants], **attributes)
    return make


def normalized(op, shape, opset=17, parameters=(), **attributes):
    def make(random):
        model = Model(opset=opset)
        x = model.input(floats(random, *shape))
        given = [model.constant(floats(random, *p, low=0.5)) for p in parameters]
        return model, model.add(op, x, *given, **attributes)
    return make


def concat(random):
    model = Model()
    xs = [model.input(floats(random, 2, c, 5, 3)) for c in (3, 8, 1)]
    convs = [model.add("Conv", x, model.constant(floats(random, 16, c, 1, 1))) for x, c in zip(xs, (3, 8, 1))]
    return model, model.add("Concat", model.add("Concat", *convs, axis=1), *convs[:1], axis=-3)


def split(opset):
    def make(random):
        model = Model(opset=opset)
        x = model.input(floats(random, 2, 9, 5))
        if opset < 13:
            _, b = model.add("Split", x, outputs=2, axis=1, split=[4, 5])
        else:
            _, b = model.add("Split", x, model.constant(np.array([4, 5])), outputs=2, axis=-2)
        parts = model.add("Split", model.add("Relu", b), outputs=5, axis=-1)
        y = model.add("Mul", model.add("Concat", parts[4], parts[0], axis=2), model.add("Add", parts[1], parts[2]))
        return model, y
    return make


def gelu(order):
    def make(random):
        model = Model()
        x = model.input(floats(random, 3, 40))
        half, one = model.constant(np.float32(0.5)), model.constant(np.float32(1))
        scaled = model.add("Div", x, model.constant(np.float32(np.sqrt(2)))) if order % 2 else \
            model.add("Mul", model.constant(np.float32(np.sqrt(0.5))), x)
        total = model.add("Add", model.add("Erf", scaled), one)
        if order < 2:
            y = model.add("Mul", model.add("Mul", x, total), half)
        elif order == 2:
            y = model.add("Mul", model.add("Mul", x, half), total)
        else:
            y = model.add("Mul", x, model.add("Mul", half, total))
        return model, y
    return make


def attention(random):
    """Reshapes and transposes around matrix products, as transformers have them."""
    model = Model()
    x = model.input(floats(random, 2, 10, 32))

    def heads(order):
        y = model.add("Add", model.add("MatMul", x, model.constant(floats(random, 32, 32, low=-0.3, high=0.3))),
                      model.constant(floats(random, 32)))
        return model.add("Transpose", model.add("Reshape", y, model.constant(np.array([0, 0, 4, 8]))), perm=order)

    scores = model.add("Softmax", model.add("MatMul", heads([0, 2, 1, 3]), heads([0, 2, 3, 1])), axis=-1)
    mixed = model.add("Transpose", model.add("MatMul", scores, heads([0, 2, 1, 3])), perm=[0, 2, 1, 3])
    y = model.add("MatMul", model.add("Reshape", mixed, model.constant(np.array([0, 0, 32]))),
                  model.constant(floats(random, 32, 32)))
    return model, model.add("LayerNormalization", model.add("Add", y, x), model.constant(floats(random, 32)))


def shuffle(random):
    model = Model()
    x = model.input(floats(random, 1, 12, 6, 6))
    y = model.add("Conv", x, model.constant(floats(random, 24, 12, 1, 1)))
    y = model.add("Reshape", y, model.constant(np.array([1, 4, 6, 6, 6])))
    y = model.add("Reshape", model.add("Transpose", y, perm=[0, 2, 1, 3, 4]), model.constant(np.array([1, 24, 6, 6])))
    y = model.add("Relu", model.add("Conv", y, model.constant(floats(random, 8, 24, 3, 3))))
    return model, model.add("Flatten", model.add("GlobalAveragePool", y))


def between_convolutions(random):
    """Parts of tensors that lie with their channels innermost."""
    model = Model()
    y = model.add("Conv", model.input(floats(random, 2, 8, 9, 9)), model.constant(floats(random, 32, 8, 3, 3)))
    a, b = model.add("Split", y, outputs=2, axis=1)
    a = model.add("Pad", a, model.constant(np.array([0, 0, 1, 0, 0, 0, 1, 2])))
    b = model.add("Slice", b, model.constant(np.array([-1, 0])), model.constant(np.array([-99, 99])),
                  model.constant(np.array([2, 3])), model.constant(np.array([-2, 2])))
    a = model.add("Conv", a, model.constant(floats(random, 8, 16, 3, 3)))
    b = model.add("Conv", b, model.constant(floats(random, 8, 16, 1, 1)))
    a = model.add("PRelu", model.add("GlobalMaxPool", a), model.constant(floats(random, 8, 1, 1)))
    return model, model.add("Concat", a, model.add("GlobalAveragePool", b), axis=1)


def up(auto_pad, **attributes):
    def make(random):
        model = Model()
        w = model.constant(floats(random, 2, 3, 4, 3))
        return model, model.add("ConvTranspose", model.input(floats(random, 1, 2, 6, 5)), w, strides=[2, 2],
                                auto_pad=auto_pad, **attributes)
    return make


def mish(random):
    model = Model()
    y = model.add("Conv", model.input(floats(random, 1, 4, 6, 6)), model.constant(floats(random, 8, 4, 3, 3)))
    return model, model.add("Mul", y, model.add("Tanh", model.add("Softplus", y)))


def batch_normalization(after, **attributes):
    def make(random):
        model = Model(opset=15)
        y = model.input(floats(random, 2, 8, 7, 5))
        if after == "Conv":
            y = model.add("Conv", y, model.constant(floats(random, 8, 8, 3, 3)))
        parameters = [model.constant(floats(random, 8, low=0.5)) for _ in range(4)]
        y = model.add("BatchNormalization", y, *parameters, **attributes)
        return model, model.add("Relu", model.add("Mul", y, model.constant(floats(random, 8, 1, 1))))
    return make


FIXED = {
    **{op: unary(op, 2, 3, 4, 5) for op in ("Relu", "Sigmoid", "Tanh", "Abs", "Exp", "Erf", "Neg", "Softplus",
                                            "HardSwish", "LeakyRelu", "Elu", "HardSigmoid", "Identity")},
    "Sqrt": unary("Sqrt", 3, 7, low=0.1),
    "Log": unary("Log", 3, 7, low=0.1),
    "Round": unary("Round", 3, 7),
    "Mish": unary("Mish", 3, 7, opset=18),
    "Gelu": unary("Gelu", 3, 7, opset=20),
    "Gelu by tanh": unary("Gelu", 3, 7, opset=20, approximate="tanh"),
    "LeakyRelu with alpha": unary("LeakyRelu", 5, 6, alpha=0.3),
    "Elu with alpha": unary("Elu", 5, 6, alpha=0.7),
    "HardSigmoid with parameters": unary("HardSigmoid", 5, 6, alpha=0.3, beta=0.4),
    "Clip": unary("Clip", 5, 6, constants=[np.float32(-1), np.float32(0.5)]),
    "Clip from below": unary("Clip", 5, 6, constants=[np.float32(-1)]),
    "Clip by attributes": unary("Clip", 5, 6, opset=10, min=-0.5, max=1.5),
    "Flatten": unary("Flatten", 2, 3, 4, axis=2),
    "Transpose": unary("Transpose", 2, 3, 4),
    "Reshape": unary("Reshape", 2, 3, 4, constants=[np.array([0, -1])]),
    "Squeeze": unary("Squeeze", 2, 1, 4, constants=[np.array([1])]),
    "Unsqueeze": unary("Unsqueeze", 2, 4, constants=[np.array([0, -1])]),
    "Softmax of version 11": unary("Softmax", 2, 3, 4, opset=11, axis=1),
    "Softmax": unary("Softmax", 2, 3, 4),
    "Softmax in the middle": unary("Softmax", 2, 5, 4, axis=1),
    "LogSoftmax": unary("LogSoftmax", 3, 9),
    "GlobalAveragePool": unary("GlobalAveragePool", 2, 5, 6, 7),
    "GlobalMaxPool": unary("GlobalMaxPool", 2, 5, 6),
    "LRN": unary("LRN", 1, 16, 5, 5, size=5, alpha=0.02, beta=0.6, bias=1.5),
    "LayerNormalization": normalized("LayerNormalization", (2, 3, 16), parameters=[(16,), (16,)]),
    "LayerNormalization of two": normalized("LayerNormalization", (2, 3, 8), parameters=[(3, 8)], axis=1),
    "BatchNormalization": batch_normalization(None),
    "BatchNormalization after Conv": batch_normalization("Conv", epsilon=0.01),
    "Concat": concat,
    "Split": split(17),
    "Split of version 11": split(11),
    "Slice": unary("Slice", 4, 5, 6, constants=[np.array([1, -3]), np.array([4, 100]), np.array([0, -1])]),
    "Slice by attributes": unary("Slice", 4, 5, 6, opset=9, starts=[0, -4], ends=[2, -1], axes=[1, 2]),
    "Slice with steps": unary("Slice", 5, 7, 6, constants=[np.array([-1, 1]), np.array([-9, 100]), np.array([1, 0]),
                                                           np.array([-2, 3])]),
    "Slice backwards": unary("Slice", 5, 7, constants=[np.array([100, 100]), np.array([-100, 2]), np.array([0, 1]),
                                                       np.array([-1, -1])]),
    "Slice with huge steps": unary("Slice", 5, 7, constants=[np.array([1, -2]), np.array([2**62, -2**62]),
                                                             np.array([0, 1]), np.array([2**62, -2**62])]),
    "Pad": unary("Pad", 3, 4, 5, constants=[np.array([0, 2, 1, 3, 0, 1]), np.float32(1.5)]),
    "Pad by attributes": unary("Pad", 3, 4, opset=10, pads=[1, 0, 2, 3], value=-2.0),
    "Pad that takes away": unary("Pad", 5, 6, constants=[np.array([-1, 2, 3, -4])]),
    "Pad by reflection": unary("Pad", 3, 4, 5, constants=[np.array([0, 2, 1, 1, 0, 4])], mode="reflect"),
    "Pad by the edge": unary("Pad", 3, 4, 5, constants=[np.array([1, 2, 7, -1, 0, 1])], mode="edge"),
    "Pad around": unary("Pad", 3, 4, 5, opset=19, constants=[np.array([0, 2, 1, 3, 0, 1])], mode="wrap"),
    "Pad of axes": unary("Pad", 3, 4, 5, opset=18, constants=[np.array([1, 0, 0, 2]), np.float32(0),
                                                              np.array([-1, 0])]),
    "Pad and Slice of channels": between_convolutions,
    "PRelu of channels": unary("PRelu", 2, 5, 6, 7, constants=[np.linspace(-1, 1, 5, dtype=np.float32).reshape(5, 1, 1)]),
    "PRelu of one": unary("PRelu", 3, 4, constants=[np.float32([0.3])]),
    "PRelu of all": unary("PRelu", 3, 4, constants=[np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)]),
    "ConvTranspose to a shape": up("NOTSET", output_shape=[12, 11]),
    "ConvTranspose to a larger shape": up("NOTSET", output_shape=[15, 12]),
    **{f"ConvTranspose {style}": up(style) for style in ("SAME_UPPER", "SAME_LOWER", "VALID")},
    "AveragePool that counts pads, rounded up": unary("AveragePool", 1, 2, 7, 7, opset=19, kernel_shape=[3, 3],
                                                      strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1,
                                                      count_include_pad=1),
    "Mish in parts": mish,
    "Pow 2": unary("Pow", 3, 7, constants=[np.float32(2)]),
    "Pow of whole numbers": unary("Pow", 3, 7, constants=[np.array([3])]),
    "Pow 0.5": unary("Pow", 3, 7, low=0.1, constants=[np.float32([0.5])]),
    "Pow -1.5": unary("Pow", 3, 7, low=0.5, constants=[np.float32(-1.5)]),
    "ReduceMean": unary("ReduceMean", 3, 4, 5, axes=[1]),
    "ReduceMean of all": unary("ReduceMean", 3, 4, 5),
    "ReduceSum without dimensions": unary("ReduceSum", 3, 4, 5, constants=[np.array([0, -1])], keepdims=0),
    "ReduceMax": unary("ReduceMax", 2, 3, 4, 5, axes=[2, 3]),
    "ReduceMin": unary("ReduceMin", 2, 3, 4, 5, opset=18, constants=[np.array([-1])], keepdims=0),
    "ReduceMean of ones": unary("ReduceMean", 3, 1, 5, axes=[1]),
    "attention": attention,
    "shuffle": shuffle,
    **{f"Gelu in parts {order}": gelu(order) for order in range(4)},
}
