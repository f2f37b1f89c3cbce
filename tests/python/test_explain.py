"""`backplane explain`: tables, JSON, and the page, which a real browser opens."""

import json

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import browser
from test_command import BUILD, ROOT, run, run_json, save, value

CLAIMS = BUILD / "lib/libclaims_plugin.so"
RESNET = ROOT / ".models/light/light_resnet50.onnx"
SILERO = ROOT / ".models/silero/silero_vad.onnx"


def ep(**options):
    """The words that put the claims EP of the tests first, with `options`."""
    pairs = ",".join(f"{key}={text}" for key, text in options.items())
    return ["--ep-library", f"claims={CLAIMS}", "--ep", f"claims:{pairs}" if pairs else "claims"]


@pytest.fixture
def chain(tmp_path):
    """Conv-like chain Abs, Neg, Abs, Relu, then an If with Tanh or Sigmoid inside."""
    def branch(kind):
        return helper.make_graph([helper.make_node(kind, ["d"], [kind], name=f"in_{kind}")], kind, [],
                                 [value(kind, TensorProto.FLOAT, ["n", 4])])
    nodes = [helper.make_node("Abs", ["x"], ["a"], name="first"), helper.make_node("Neg", ["a"], ["b"], name="second"),
             helper.make_node("Abs", ["b"], ["c"], name="third"), helper.make_node("Relu", ["c"], ["d"], name="fourth"),
             helper.make_node("If", ["flag"], ["y"], name="choice", then_branch=branch("Tanh"),
                              else_branch=branch("Sigmoid"))]
    return save(tmp_path / "chain.onnx", nodes,
                [value("x", TensorProto.FLOAT, ["n", 4]), value("flag", TensorProto.BOOL, [])],
                [value("y", TensorProto.FLOAT, ["n", 4])])


# -- the JSON -------------------------------------------------------------------------------------------------------

def test_json_has_every_node_with_its_reasons(chain):
    explanation = run_json("explain", chain, *ep(claim="Neg,Abs"))
    nodes = {node["name"]: node for node in explanation["nodes"]}
    assert set(nodes) == {"first", "second", "third", "fourth", "choice", "in_Tanh", "in_Sigmoid"}
    assert {name for name, node in nodes.items() if node["ep"] == "claims"} == {"first", "second", "third"}
    assert nodes["fourth"]["refused_by"] == [{"ep": "claims", "reason": "not-claimed", "text": "not claimed"}]
    assert explanation["nodes"][nodes["in_Tanh"]["parent"]]["name"] == "choice"
    assert [sorted(explanation["nodes"][i]["name"] for i in group["nodes"]) for group in explanation["groups"]] == \
        [["first", "second", "third"]]
    assert [entry["name"] for entry in explanation["eps"]] == ["claims", "CPUExecutionProvider"]
    assert explanation["summary"].startswith("claims: 3/7 nodes in 1 group; CPU: 4 (")


def test_every_node_belongs_to_a_kernel_or_to_none(chain):
    explanation = run_json("explain", chain)
    for index, node in enumerate(explanation["nodes"]):
        assert node["kernel"] is not None and index in explanation["kernels"][node["kernel"]]["nodes"]


def test_fusions_of_the_cpu_are_told():
    if not RESNET.exists():
        pytest.skip("the light models are not there (scripts/models.sh)")
    explanation = run_json("explain", RESNET)
    merged = [kernel for kernel in explanation["kernels"] if len(kernel["nodes"]) > 1]
    types = {tuple(explanation["nodes"][i]["type"] for i in kernel["nodes"]) for kernel in merged}
    assert len(explanation["kernels"]) < len(explanation["nodes"])
    assert any("Conv" in names and "Relu" in names for names in types)
    assert sum(len(kernel["nodes"]) for kernel in explanation["kernels"]) >= len(explanation["nodes"])


@pytest.fixture
def sample_gpu():
    """The words that put the sample's virtual GPU first: an EP with kernels and memory of its own."""
    library = BUILD / "lib/libbackplane_sample_several.so"
    return ["--ep-library", f"sample.virtual={library}", "--ep", "Sample_GPU"]


def test_copies_between_memories_have_their_bytes(tmp_path, sample_gpu):
    weight = numpy_helper.from_array(np.ones((3, 4), np.float32), "w")
    path = save(tmp_path / "copies.onnx", [helper.make_node("Add", ["x", "w"], ["a"]), helper.make_node("Erf", ["a"], ["y"])],
                [value("x", TensorProto.FLOAT, [3, 4])], [value("y", TensorProto.FLOAT, [3, 4])], [weight])
    explanation = run_json("explain", path, *sample_gpu)
    assert [node["ep"] for node in explanation["nodes"]] == ["Sample_GPU", "CPUExecutionProvider"]
    copies = {copy["value"]: copy for copy in explanation["copies"]}
    assert copies["w"]["once"] and not copies["a"]["once"]
    assert (copies["a"]["from"], copies["a"]["to"], copies["a"]["bytes"]) == ("Sample_GPU", "CPUExecutionProvider", 48)
    text = run("explain", path, *sample_gpu).stdout
    assert "copied in each run" in text and "48 B" in text


def test_missing_kernels_are_told(tmp_path, sample_gpu):
    nodes = [helper.make_node("Add", ["x", "x"], ["y"]), helper.make_node("Erf", ["f"], ["g"])]
    path = save(tmp_path / "kernels.onnx", nodes,
                [value("x", TensorProto.DOUBLE, [3]), value("f", TensorProto.FLOAT, [3])],
                [value("y", TensorProto.DOUBLE, [3]), value("g", TensorProto.FLOAT, [3])])
    reasons = {node["type"]: node["refused_by"][0] for node in run_json("explain", path, *sample_gpu)["nodes"]}
    assert reasons["Add"]["reason"] == "type-unsupported" and "'x' is tensor(double)" in reasons["Add"]["text"]
    assert reasons["Erf"]["reason"] == "no-kernel"


def test_dimensions_have_the_sizes_that_are_given(chain):
    for words in (["--dim", "n=3"], ["--shape", "x=3x4"]):
        explanation = run_json("explain", chain, *words)
        assert next(v for v in explanation["values"] if v["name"] == "c")["shape"] == [3, 4]


# -- the tables -----------------------------------------------------------------------------------------------------

def test_text_begins_with_the_summary(chain):
    text = run("explain", chain, *ep(claim="Neg", groups="all")).stdout
    lines = text.splitlines()
    assert lines[0].startswith("claims: 1/7 nodes in 1 group; CPU: 6 (")
    assert "passed over by" in text and "not-claimed" in text and "\x1b" not in text
    assert run("explain", chain, *ep(claim="Neg")).stderr == ""


def test_a_refused_claim_is_in_the_table(chain):
    text = run("explain", chain, *ep(claim="Abs", groups="all")).stdout
    assert "claim-refused: fusing it would make a cycle through Neg 'second'" in text


def test_long_tables_are_folded(tmp_path):
    nodes = [helper.make_node("Neg" if i % 2 else "Abs", [f"v{i}"], [f"v{i + 1}"], name=f"n{i}") for i in range(200)]
    path = save(tmp_path / "long.onnx", nodes, [value("v0", TensorProto.FLOAT, [4])],
                [value("v200", TensorProto.FLOAT, [4])])
    words = ["explain", path, *ep(claim="Neg")]
    assert "170 more rows; --all shows them" in run(*words).stdout
    everything = run(*words, "--all").stdout
    assert "n199" in everything and "more rows" not in everything


# -- choosing EPs, in every subcommand --------------------------------------------------------------------------------

def test_eps_that_are_not_there_are_named(chain):
    done = run("explain", chain, "--ep", "nobody", code=2)
    assert "nobody" in done.stderr and "CPUExecutionProvider" in done.stderr and "DML" not in done.stderr
    several = BUILD / "lib/libbackplane_sample_several.so"  # without .virtual there is no device of the NPU's
    done = run("explain", chain, "--ep-library", several, "--ep", "Sample_NPU", code=2)
    assert "found no device for it among those of this machine" in done.stderr
    run("explain", chain, "--ep-library", "nowhere.so", "--ep", "nobody", code=1)
    assert "max-performance" in run("explain", chain, "--policy", "speed", code=2).stderr


def test_options_of_eps(chain):
    assert "clam" in run("explain", chain, *ep(clam="Neg"), code=1).stderr
    assert run("explain", chain, "--ep-library", f"claims={CLAIMS}", "--ep", "claims:", "--json").stdout
    assert "key=value" in run("explain", chain, "--ep-library", f"claims={CLAIMS}", "--ep", "claims:Neg", code=2).stderr


def test_eps_may_be_called_by_their_short_names(chain):
    for name in ("CLAIMS", "claims"):
        words = ["--ep-library", f"ClaimsExecutionProvider={CLAIMS}", "--ep", f"{name}:claim=Neg,Relu"]
        assert run_json("explain", chain, *words)["eps"][0]["nodes"] == 2


def test_devices_of_eps(chain):
    words = ["explain", chain, *ep(claim="Neg"), "--device-select"]
    assert run_json(*words, "claims=0")["eps"][0]["nodes"] == 1
    assert "1 device" in run(*words, "claims=3", code=2).stderr
    assert "EP=N" in run(*words, "claims=one", code=2).stderr
    listed = run_json("devices", "--ep-library", f"claims={CLAIMS}")["ep_devices"]
    assert [entry["ep"] for entry in listed] == ["CPUExecutionProvider", "claims"]


def test_a_policy_chooses(chain):
    explanation = run_json("explain", chain, "--ep-library", f"claims={CLAIMS}", "--policy", "prefer-cpu")
    assert [entry["name"] for entry in explanation["eps"]] == ["claims", "CPUExecutionProvider"]


def test_run_and_bench_use_eps_too(chain):
    placement = run_json("run", chain, *ep(claim="Pow"))["placement"]
    assert [entry["ep"] for entry in placement] == ["CPUExecutionProvider"]
    assert "computes nothing" in run("run", chain, *ep(claim="Neg"), code=1).stderr
    assert run_json("bench", chain, *ep(claim="Pow"), "--repeat", 3)["runs"] == 3


# -- shapes ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", ["run", "bench"])
def test_shapes_of_inputs_without_names_of_dimensions(command):
    if not SILERO.exists():
        pytest.skip("the Silero models are not there (scripts/models.sh)")
    words = [SILERO, "--shape", "input=1x512", "--shape", "state=2x1x128", "--input", "sr=16000"]
    if command == "run":
        result = run_json("run", *words)
        assert {entry["name"]: entry["shape"] for entry in result["inputs"]}["input"] == [1, 512]
        assert result["outputs"][0]["shape"] == [1, 1]
    else:
        assert run_json("bench", *words, "--repeat", 3)["runs"] == 3


def test_shapes_that_a_branch_contradicts_leave_dimensions_open():
    if not SILERO.exists():
        pytest.skip("the Silero models are not there (scripts/models.sh)")
    done = run("explain", SILERO, "--shape", "input=1x512", "--json")
    assert "dimensions stay open" in done.stderr  # one branch is for 16 kHz, the other for 8 kHz
    values = json.loads(done.stdout)["values"]
    assert next(v for v in values if v["name"] == "input")["shape"] == [None, None]


@pytest.mark.parametrize("shape, words", [
    ("z=1x4", "'x', 'flag'"), ("x=4", "2 dimensions"), ("x=1x5", "dimension 1 is 4"), ("x=1xfour", "INPUT=1x512"),
    ("x=1x", "INPUT=1x512"), ("1x4", "2 inputs")])
def test_a_wrong_shape_names_what_is_right(chain, shape, words):
    assert words in run("run", chain, "--shape", shape, code=2).stderr


def test_dim_and_shape_may_not_contradict(chain):
    assert "elsewhere" in run("run", chain, "--shape", "x=3x4", "--dim", "n=2", code=2).stderr


# -- the page -------------------------------------------------------------------------------------------------------

needs_browser = pytest.mark.skipif(browser.path() is None,
                                   reason="no Chromium on this machine (scripts/setup.sh plugins)")

# What colour every node has in the end, and the legend's, as the browser computed them.
PROBE = """
  const fill = (node) => getComputedStyle(node.querySelector('rect')).fill;
  const found = {};
  for (const node of document.querySelectorAll('[data-node]')) found[node.dataset.node] = [node.dataset.ep, fill(node)];
  document.getElementById('probe').textContent = JSON.stringify(found);
"""


def write_page(model, tmp_path, *words):
    page = tmp_path / "page.html"
    explanation = run_json("explain", model, *words, "--html", page)
    text = page.read_text()
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "") and "https://" not in text
    return page, explanation


def check_page(page, explanation, tmp_path):
    opened = browser.dom(page, tmp_path, script=PROBE)
    root = next(attributes for tag, attributes in opened.elements if tag == "html")
    assert root.get("data-ready") == "1" and "data-error" not in root
    colours = json.loads(opened.texts["probe"])
    assert {int(index): ep_name for index, (ep_name, _) in colours.items()} == \
        {index: node["ep"] for index, node in enumerate(explanation["nodes"])}
    by_ep = {}
    for ep_name, colour in colours.values():
        by_ep.setdefault(ep_name, set()).add(colour)
    assert all(len(used) == 1 for used in by_ep.values())
    assert len({next(iter(used)) for used in by_ep.values()}) == len(by_ep)
    assert explanation["summary"] in opened.texts["summary"]
    return opened


@needs_browser
def test_page_of_a_small_model(chain, tmp_path):
    page, explanation = write_page(chain, tmp_path, *ep(claim="Abs,Tanh"))
    check_page(page, explanation, tmp_path)


@needs_browser
def test_choosing_a_node_tells_about_it(chain, tmp_path):
    page, explanation = write_page(chain, tmp_path, *ep(claim="Abs", groups="all"))
    index = next(i for i, node in enumerate(explanation["nodes"]) if node["name"] == "third")
    opened = browser.dom(page, tmp_path, fragment=f"#node={index}")
    panel = opened.texts["panel"]
    for words in ("third", "runs on CPU", "claim-refused", "cycle", "float [n, 4]"):
        assert words in panel


@needs_browser
def test_copies_are_drawn_added_up_and_listed(tmp_path, sample_gpu):
    weight = numpy_helper.from_array(np.ones((3, 4), np.float32), "w")
    nodes = [helper.make_node("Add", ["x", "w"], ["a"]), helper.make_node("Erf", ["a"], ["b"]),
             helper.make_node("Add", ["b", "w"], ["y"])]
    path = save(tmp_path / "copies.onnx", nodes, [value("x", TensorProto.FLOAT, [3, 4])],
                [value("y", TensorProto.FLOAT, [3, 4])], [weight])
    page, explanation = write_page(path, tmp_path, *sample_gpu)
    opened = check_page(page, explanation, tmp_path)
    in_runs = [copy for copy in explanation["copies"] if not copy["once"]]
    assert f"{sum(copy['bytes'] for copy in in_runs)} B in each run ({len(in_runs)})" in opened.texts["panel"]
    assert "48 B once (1)" in opened.texts["panel"] and "Sample_GPU → CPU, 48 B in each run" in opened.texts["panel"]
    assert len([tag for tag, attributes in opened.elements if "copy" in attributes.get("class", "").split()]) == 4


@needs_browser
def test_finding_marks_what_is_found(chain, tmp_path):
    page, _ = write_page(chain, tmp_path)
    script = """
      const search = document.getElementById('search');
      search.value = 'tanh';
      search.dispatchEvent(new Event('input'));
      search.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
      document.getElementById('probe').textContent =
        [...document.querySelectorAll('.match')].map((node) => node.dataset.node).join() + ' ' +
        document.getElementById('found').textContent + ' ' + location.hash;
    """
    probe = browser.dom(page, tmp_path, script=script).texts["probe"]
    match, words = probe.split(" ", 1)
    assert words == f"1 of 1 #node={match}"


@needs_browser
def test_page_of_resnet(tmp_path):
    if not RESNET.exists():
        pytest.skip("the light models are not there (scripts/models.sh)")
    page, explanation = write_page(RESNET, tmp_path, *ep(claim="Conv,Relu"))
    check_page(page, explanation, tmp_path)


@needs_browser
def test_page_of_two_thousand_nodes(tmp_path):
    weight = numpy_helper.from_array(np.ones(4, np.float32), "w")
    nodes = []
    for i in range(2000):
        inputs = [f"v{i}", f"v{max(0, i - 5)}"] if i % 4 == 3 else [f"v{i}"]
        nodes.append(helper.make_node("Add" if len(inputs) == 2 else ("Abs", "Neg", "Relu")[i % 3], inputs, [f"v{i + 1}"],
                                      name=f"block{i // 50}/node{i}"))
    nodes.append(helper.make_node("Add", ["v2000", "w"], ["y"], name="last"))
    path = save(tmp_path / "large.onnx", nodes, [value("v0", TensorProto.FLOAT, [4])],
                [value("y", TensorProto.FLOAT, [4])], [weight])
    page, explanation = write_page(path, tmp_path, *ep(claim="Abs,Relu"))
    assert len(explanation["nodes"]) > 1900
    check_page(page, explanation, tmp_path)


@needs_browser
def test_texts_of_a_model_cannot_script_the_page(tmp_path):
    name = "</script><script>document.documentElement.dataset.error='in'</script><img src=x onerror=alert(1)>"
    path = save(tmp_path / "evil.onnx", [helper.make_node("Neg", ["x"], ["y"], name=name)],
                [value("x", TensorProto.FLOAT, [2])], [value("y", TensorProto.FLOAT, [2])])
    page, explanation = write_page(path, tmp_path)
    assert explanation["nodes"][0]["name"] == name
    opened = check_page(page, explanation, tmp_path)
    assert not [tag for tag, _ in opened.elements if tag == "img"]


def test_a_page_that_cannot_be_written(chain, tmp_path):
    assert "cannot be written" in run("explain", chain, "--html", tmp_path / "no/folder/page.html", code=1).stderr
