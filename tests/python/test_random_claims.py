"""Random graphs, of which EPs claim at random: whatever they claim, outputs are those without them.

Graphs hold If and Loop, nested; the EPs (tests/plugins/random_claims) claim groups that would wait for themselves,
nodes that another has, bodies and what is around them. A claim that cannot be granted is refused with a reason.
"""

import collections
import os
import pathlib

import hosts
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

LIBRARY = pathlib.Path(os.environ["BACKPLANE_BUILD_DIR"]) / "lib" / "librandom_claims_plugin.so"
EPS = ("First", "Second", "Third")
SIZE = 3


def info(name, is_bool=False):
    return helper.make_tensor_value_info(name, TensorProto.BOOL if is_bool else TensorProto.FLOAT,
                                         [] if is_bool else [SIZE])


class Net:
    """A random model."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.count = 0
        self.inputs = [info("x0"), info("x1"), info("p0", True)]
        self.constants = {"c0": self.floats(), "c1": self.floats(), "trips": np.int64(2), "go": np.bool_(True)}
        nodes, floats = self.level(["x0", "x1", "c0", "c1"], ["p0"], int(self.random.integers(6, 40)), depth=2)
        outputs = {str(name) for name in self.random.choice(floats, 3)} | {floats[-1]}
        graph = helper.make_graph(nodes, f"net{seed}", self.inputs, [info(name) for name in sorted(outputs)],
                                  [numpy_helper.from_array(np.asarray(v), k) for k, v in self.constants.items()])
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)],
                                       ir_version=8).SerializeToString()

    def floats(self):
        return self.random.integers(-4, 5, SIZE).astype(np.float32)

    def feeds(self, flag):
        return {"x0": self.floats(), "x1": self.floats(), "p0": np.array(flag)}

    def new(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def pick(self, values):
        """Mostly one of the newest."""
        recent = values[-4:] if self.random.random() < 0.6 else values
        return recent[self.random.integers(len(recent))]

    def level(self, floats, bools, size, depth):
        """Nodes of one graph, and the floats that they make; all may use what is around them."""
        floats, bools, nodes, made = list(floats), list(bools), [], []
        while len(nodes) < size:
            what = self.random.random()
            if what < 0.12 and depth > 0:
                nodes.append(self.conditional(floats, bools, depth - 1))
            elif what < 0.16 and depth > 0:
                nodes.append(self.loop(floats, bools, depth - 1))
            elif what < 0.22:
                nodes.append(helper.make_node("Not", [self.pick(bools)], [self.new("b")]))
                bools.append(nodes[-1].output[0])
                continue
            elif what < 0.4:
                nodes.append(helper.make_node(self.random.choice(["Neg", "Abs"]), [self.pick(floats)], [self.new("v")]))
            else:
                operator = self.random.choice(["Add", "Sub", "Max", "Min"])
                nodes.append(helper.make_node(operator, [self.pick(floats), self.pick(floats)], [self.new("v")]))
            floats.extend(nodes[-1].output)
            made.extend(nodes[-1].output)
        if not made:
            nodes.append(helper.make_node("Neg", [self.pick(floats)], [self.new("v")]))
            made.extend(nodes[-1].output)
        for n in nodes:
            n.name = f"n_{n.output[0]}"
        return nodes, made

    def conditional(self, floats, bools, depth):
        branches = {}
        for name in ("then_branch", "else_branch"):
            nodes, made = self.level(floats, bools, int(self.random.integers(1, 6)), depth)
            outputs = [info(made[-1]), info(made[self.random.integers(len(made))])]
            if outputs[0].name == outputs[1].name:
                nodes.append(helper.make_node("Neg", [made[-1]], [self.new("v")], name=f"n_v{self.count}"))
                outputs[1] = info(nodes[-1].output[0])
            branches[name] = helper.make_graph(nodes, self.new(name), [], outputs)
        return helper.make_node("If", [self.pick(bools)], [self.new("v"), self.new("v")], **branches)

    def loop(self, floats, bools, depth):
        step, go, carried = self.new("i"), self.new("go"), self.new("v")
        nodes, made = self.level([*floats, carried], [*bools, go], int(self.random.integers(1, 8)), depth)
        on = self.new("on")
        nodes.append(helper.make_node("Identity", [go], [on], name=f"n_{on}"))
        body = helper.make_graph(
            nodes, self.new("body"),
            [helper.make_tensor_value_info(step, TensorProto.INT64, []), info(go, True), info(carried)],
            [info(on, True), info(made[-1])])
        return helper.make_node("Loop", ["trips", "go", self.pick(floats)], [self.new("v")], body=body)


@pytest.fixture(scope="module")
def host():
    """Backplane only: in ONNX Runtime two groups that wait for each other fail the session."""
    host = hosts.open_host("backplane")
    for name in EPS:
        host.register(name, LIBRARY)
    yield host
    for name in EPS:
        host.unregister(name)


@pytest.mark.parametrize("level", [0, 99])
def test_outputs_do_not_depend_on_claims(host, level):
    devices = {d.ep: d for d in host.devices() if d.ep in EPS}
    given = collections.Counter()
    for seed in range(300):
        net = Net(seed)
        chosen = [devices[name] for name in EPS[: 1 + seed % len(EPS)]]
        feeds = [net.feeds(flag) for flag in (True, False)]
        with host.session(net.model, level=level) as session:
            expected = [session.run(feed) for feed in feeds]
            nodes = {name for _, name, _ in session.assignment()}
        with host.session(net.model, chosen, options={"seed": str(seed)}, level=level) as session:
            for feed, want in zip(feeds, expected):
                for got, value in zip(session.run(feed), want, strict=True):
                    np.testing.assert_array_equal(got, value, err_msg=f"seed {seed}")
            assigned = session.assignment()
            assert sorted(name for _, name, _ in assigned) == sorted(nodes)  # each once
            given.update(ep for ep, _, _ in assigned)
    assert all(given[name] > 150 for name in EPS), given
