"""Runs one plugin EP library that others made, in a process of its own, and prints what happened as JSON.

usage: plugin_worker.py NAME < settings (JSON: library, ep, options, models, light, repeats, driver_files)

For each model: the EP's outputs beside the CPU EP's, and how many nodes the EP ran. Then registers the library, runs
and unregisters it again and again, with what the process holds after each round.
"""

import ctypes
import json
import os
import pathlib
import sys

import numpy as np
import onnx

from native import Library, NativeError, Session
from plugin_models import MODELS

LIGHT = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def light_model(name):
    path = LIGHT / f"light_{name}.onnx"
    model = onnx.load(path)
    constants = {initializer.name for initializer in model.graph.initializer}
    (image,) = [value for value in model.graph.input if value.name not in constants]
    shape = [dim.dim_value for dim in image.type.tensor_type.shape.dim]
    return path, [{image.name: np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)}]


def worst_difference(outputs, expected):
    """The largest difference, relative to the largest value of its tensor."""
    return max(float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)) for a, b in zip(outputs, expected))


def compare(library, model, feeds, eps):
    report = {"difference": 0.0}
    try:
        with Session(library, model) as reference, Session(library, model, eps=eps) as session:
            explanation = session.explain()
            report["summary"] = explanation["summary"]
            report["nodes"] = sum(node["ep"] == eps[0][0][0].ep for node in explanation["nodes"])
            report["refused"] = {node["name"]: {refusal["ep"]: f"{refusal['reason']}: {refusal['text']}"
                                                for refusal in node["refused_by"]}
                                 for node in explanation["nodes"] if node["refused_by"]}
            for feed in feeds:
                expected = reference.run(feed)
                for _ in range(2):
                    report["difference"] = max(report["difference"], worst_difference(session.run(feed), expected))
    except NativeError as error:
        report["error"] = str(error)
    return report


def target(descriptor):
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except FileNotFoundError:  # the one that lists the folder
        return ""


def held(driver_files):
    """Resident KiB, mappings, open files (but for those of a driver, by name), threads."""
    ctypes.CDLL(None).malloc_trim(0)  # what is free is not held
    files = [descriptor for descriptor in os.listdir("/proc/self/fd")
             if not driver_files or driver_files not in target(descriptor)]
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    maps = len(pathlib.Path("/proc/self/maps").read_text().splitlines())
    return {"resident": pages * 4, "maps": maps, "files": len(files),
            "threads": len(os.listdir("/proc/self/task"))}


def main():
    name = sys.argv[1]
    settings = json.load(sys.stdin)
    library = Library(os.environ["BACKPLANE_LIBRARY"])
    eps = lambda: [(library.ep_devices(settings["ep"])[:1], settings["options"])]
    report = {"models": {}, "rounds": []}
    library.register_ep_library(name, settings["library"])
    report["devices"] = [str(device) for device in library.ep_devices(settings["ep"])]
    for model in settings["models"]:
        report["models"][model] = compare(library, *MODELS[model](), eps())
    for model in settings["light"]:
        report["models"][model] = compare(library, *light_model(model), eps())
    library.unregister_ep_library(name)
    model, feeds = MODELS["binary"]()
    for _ in range(settings["repeats"]):
        library.register_ep_library(name, settings["library"])
        with Session(library, model, eps=eps()) as session:
            session.run(feeds[0])
        library.unregister_ep_library(name)
        report["rounds"].append(held(settings["driver_files"]))
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
