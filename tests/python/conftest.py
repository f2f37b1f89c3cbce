"""Lets tests import bench/, whose make_models.py makes the models that some of them run."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "bench"))
