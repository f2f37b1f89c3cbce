"""Random convolutional nets: unoptimised, optimised and with two threads they give what ONNX Runtime gives.

Each net is a chain of blocks drawn from a seed; what rewrites, fusions and layouts do to a net must not show.
"""

import os

import numpy as np
import pytest
from onnx import helper, numpy_helper

from native import Library, Session

SEEDS = range(40)


@pytest.fixture(scope="module")
def library():
    return Library(os.environ["BACKPLANE_LIBRARY"])


class Net:
    """Adds nodes one after the other; `top` is the newest value, of `channels` channels and `size` pixels a side."""

    def __init__(self, seed, dtype=np.float32):
        self.dtype = dtype
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []
        self.channels = int(self.random.choice([1, 3, 8]))
        self.size = int(self.random.choice([9, 16, 21]))
        self.shape = [int(self.random.choice([1, 2])), self.channels, self.size, self.size]
        self.top = "x"
        blocks = [self.conv, self.conv, self.depthwise, self.norm, self.activation, self.pool, self.residual,
                  self.branches, self.affine, self.pad, self.transposes, self.squeeze_excite, self.resize]
        for _ in range(int(self.random.integers(4, 12))):
            blocks[self.random.integers(len(blocks))]()
        if self.random.random() < 0.5:
            self.head()

    def node(self, operator, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=f"n{len(self.nodes)}", **attributes))
        return name

    def weight(self, *shape, low=-1.0, high=1.0):
        return self.constant(self.random.uniform(low, high, shape).astype(self.dtype))

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def pick(self, *choices):
        return choices[self.random.integers(len(choices))]

    def convolution(self, source, outputs, kernel, group=1, stride=1):
        pad = kernel // 2
        spread = 1.0 / kernel
        inputs = [source, self.weight(outputs, self.channels // group, kernel, kernel, low=-spread, high=spread)]
        if self.random.random() < 0.6:
            inputs.append(self.weight(outputs))
        dilation = self.pick(1, 1, 2) if stride == 1 and kernel == 3 else 1
        return self.node("Conv", inputs, kernel_shape=[kernel, kernel], strides=[stride, stride], group=group,
                         pads=[pad * dilation] * 4, dilations=[dilation, dilation])

    def conv(self):
        outputs = self.pick(1, 4, 8, 12, 16, 17)
        stride = self.pick(1, 1, 2)
        self.top = self.convolution(self.top, outputs, self.pick(1, 3, 3, 5), stride=stride)
        self.channels = outputs
        self.size = (self.size - 1) // stride + 1

    def depthwise(self):
        multiplier = self.pick(1, 1, 2)
        self.top = self.convolution(self.top, self.channels * multiplier, 3, group=self.channels)
        self.channels *= multiplier

    def norm(self):
        c = self.channels
        self.top = self.node("BatchNormalization", [self.top, self.weight(c, low=0.5), self.weight(c), self.weight(c),
                                                    self.weight(c, low=0.5)])

    def activation(self):
        operator = self.pick("Relu", "Sigmoid", "HardSwish", "LeakyRelu", "Clip", "Swish", "Tanh", "Elu")
        if operator == "Clip":
            self.top = self.node("Clip", [self.top, self.constant(self.dtype(0)), self.constant(self.dtype(6))])
        elif operator == "Swish":
            self.top = self.node("Mul", [self.top, self.node("Sigmoid", [self.top])])
        else:
            self.top = self.node(operator, [self.top])

    def pool(self):
        if self.size < 3:
            return
        attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
        if self.random.random() < 0.5:
            self.top = self.node("MaxPool", [self.top], **attributes)
        else:
            self.top = self.node("AveragePool", [self.top], count_include_pad=self.pick(0, 1), **attributes)
        self.size = (self.size - 1) // 2 + 1

    def residual(self):
        before = self.top
        self.top = self.convolution(self.top, self.channels, 3)
        if self.random.random() < 0.5:
            self.norm()
        self.top = self.node("Add", [before, self.top] if self.random.random() < 0.5 else [self.top, before])
        if self.random.random() < 0.5:
            self.top = self.node("Relu", [self.top])

    def branches(self):
        outputs = [self.pick(3, 4, 8) for _ in range(self.pick(2, 3))]
        parts = [self.node("Relu", [self.convolution(self.top, o, self.pick(1, 3))]) for o in outputs]
        self.top = self.node("Concat", parts, axis=1)
        self.channels = sum(outputs)

    def affine(self):
        self.top = self.node(self.pick("Mul", "Add", "Sub"), [self.top, self.weight(1, self.channels, 1, 1)])

    def pad(self):
        mode = self.pick("constant", "edge")
        self.top = self.node("Pad", [self.top, self.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))], mode=mode)
        self.size += 2

    def transposes(self):
        last = self.node("Transpose", [self.top], perm=[0, 2, 3, 1])
        last = self.node(self.pick("Relu", "Tanh", "Identity"), [last])
        if self.random.random() < 0.5:
            last = self.node("Add", [last, self.weight(self.channels)])
        self.top = self.node("Transpose", [last], perm=[0, 3, 1, 2])

    def squeeze_excite(self):
        mean = self.node("GlobalAveragePool", [self.top])
        gate = self.node("HardSigmoid", [self.node("Conv", [mean, self.weight(self.channels, self.channels, 1, 1)])])
        self.top = self.node("Mul", [self.top, gate])

    def resize(self):
        if self.size > 16:
            return
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        self.top = self.node("Resize", [self.top, "", scales], mode=self.pick("nearest", "linear"),
                             coordinate_transformation_mode=self.pick("asymmetric", "half_pixel"))
        self.size *= 2

    def head(self):
        flat = self.node("Flatten", [self.node("GlobalAveragePool", [self.top])])
        self.top = self.node("Softmax", [self.node("Gemm", [flat, self.weight(5, self.channels), self.weight(5)],
                                                   transB=1)])

    def model(self):
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.dtype))
        graph = helper.make_graph(
            self.nodes, "net", [helper.make_tensor_value_info("x", kind, ["N", *self.shape[1:]])],
            [helper.make_tensor_value_info(self.top, kind, None)], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                 ir_version=8).SerializeToString()


def from_peer(model, x):
    peer = pytest.importorskip("onnxruntime")
    options = peer.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = peer.GraphOptimizationLevel.ORT_DISABLE_ALL
    return peer.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_net(library, seed):
    net = Net(seed)
    model = net.model()
    x = net.random.uniform(-1, 1, net.shape).astype(np.float32)
    expected = from_peer(model, x)
    tolerance = 2e-5 * max(1.0, float(np.abs(expected).max()))
    for level, threads in ((0, 1), (1, 1), (99, 1), (99, 2)):
        with Session(library, model, threads=threads, level=level) as session:
            for batch in (x, x[:1], x):  # planned anew for the other shape
                (output,) = session.run({"x": batch})
                np.testing.assert_allclose(output, expected[: len(batch)], rtol=1e-4, atol=tolerance,
                                           err_msg=f"level {level}, {threads} threads")


@pytest.mark.parametrize("seed", range(15))
def test_net_of_halves(library, seed):
    """Computed in float where there is no kernel for halves, and handed over as halves."""
    net = Net(seed, np.float16)
    model = net.model()
    x = net.random.uniform(-1, 1, net.shape).astype(np.float16)
    expected = from_peer(model, x).astype(np.float32)
    for level in (0, 99):
        with Session(library, model, level=level) as session:
            (output,) = session.run({"x": x})
            assert output.dtype == np.float16
            np.testing.assert_allclose(output.astype(np.float32), expected, rtol=0.02,
                                       atol=0.02 * max(1.0, float(np.abs(expected).max())))
