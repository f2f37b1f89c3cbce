"""Memory statistics of nodes (session.collect_node_memory_stats_to_file): what one host writes, the other reads."""

import os
import pathlib
import shutil

import numpy as np
import pytest

import hosts

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = pathlib.Path(os.environ.get("BACKPLANE_BUILD_DIR", ROOT / "build" / "release")) / "lib/libclaims_plugin.so"
EP = "CUDAExecutionProvider"  # ONNX Runtime gives budgets to EPs of this name only
HEAD = "#name,input_sizes,initializers_sizes,total_dynamic_sizes,total_temp_allocations"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    opened = {name: hosts.open_host(name) for name in hosts.HOSTS}
    for name, host in opened.items():  # a copy for each: a library knows one host
        host.register(EP, shutil.copy(PLUGIN, tmp_path_factory.mktemp(name)))
    yield opened
    for host in opened.values():
        host.unregister(EP)


def collect(host, model):
    """The lines of the file that a session writes beside its model."""
    with host.session(model, config={"session.collect_node_memory_stats_to_file": "stats.csv"}, level=0) as session:
        for _ in range(2):
            session.run({"x": np.ones((16, 256), np.float32), "c": np.array(True)})
    return (model.parent / "stats.csv").read_text().splitlines()


def taken(host, model, kilobytes):
    """How many nodes of the model fit into a budget, by the statistics beside it."""
    devices = [device for device in host.devices() if device.ep == EP]
    config = {"session.resource_cuda_partitioning_settings": f"{kilobytes},stats.csv"}
    options = {"claim": "Neg,Add,Mul,Relu,Abs,Sqrt", "groups": "each"}
    with host.session(model, devices, options, config, level=0) as session:
        return sum(ep == EP for ep, _, _ in session.assignment())


@pytest.fixture
def model(tmp_path):
    return pathlib.Path(shutil.copy(ROOT / "tests/capi/models/layers.onnx", tmp_path))


@pytest.mark.parametrize("writer, reader", [hosts.HOSTS, hosts.HOSTS[::-1]])
def test_files_are_read_by_the_other(opened, model, writer, reader):
    lines = collect(opened[writer], model)
    assert lines[0] == HEAD
    cost = {line.rsplit(",", 4)[0]: sum(map(int, line.rsplit(",", 4)[1:])) for line in lines[1:]}
    assert len(cost) == 6  # one branch was not taken
    # As much as all of them together, and what is estimated for the branch that is not in the file.
    enough = (sum(cost.values()) + 24 * 1024) // 1024 + 1
    assert taken(opened[reader], model, enough) == 6
    assert taken(opened[reader], model, 1) < 6
    assert taken(opened[reader], model, enough) == taken(opened[writer], model, enough)


def test_both_name_the_same_nodes(opened, model):
    names = [sorted(line.rsplit(",", 4)[0] for line in collect(host, model)[1:]) for host in opened.values()]
    assert names[0] == names[1]
