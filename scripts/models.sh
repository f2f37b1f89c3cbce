#!/usr/bin/env bash
# Puts the models for tests and the demo into .models/: light/ (image models with their data, from the onnx package),
# magika/ (file types) and silero/ (speech). Only model and configuration files are unpacked. Safe to repeat.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# unpack PACKAGE VERSION FOLDER PATTERN...: the files of a wheel that match, without their folders, into FOLDER.
unpack() {
  local package=$1 version=$2 folder=$3 wheel
  shift 3
  wheel=$(mktemp -d)
  pip_quietly download -q --no-deps --only-binary :all: -d "$wheel" "$package==$version"
  rm -rf "$folder" && mkdir -p "$folder"
  "$VENV/bin/python" - "$wheel"/*.whl "$folder" "$@" <<'PYTHON'
import fnmatch, pathlib, sys, zipfile
wheel, folder, *patterns = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for pattern in patterns:
        names = fnmatch.filter(archive.namelist(), pattern)
        if not names:
            sys.exit(f"{wheel} has no {pattern}")
        for name in names:
            (pathlib.Path(folder) / pathlib.PurePosixPath(name).name).write_bytes(archive.read(name))
PYTHON
  rm -rf "$wheel"
}

light_models() {
  local data
  data=$("$VENV/bin/python" -c 'import onnx, pathlib; print(pathlib.Path(onnx.__file__).parent)')/backend/test/data/light
  [ -d "$data" ] || { echo "the onnx package has no backend/test/data/light"; return 1; }
  ln -sfn "$data" "$MODELS/light"
}

magika_model() {
  unpack magika "$MAGIKA_VERSION" "$MODELS/magika" \
    'magika/models/*/model.onnx' 'magika/models/*/config.min.json' 'magika/config/content_types_kb.min.json'
}

silero_models() { unpack silero-vad "$SILERO_VAD_VERSION" "$MODELS/silero" 'silero_vad/data/*.onnx'; }

[ -x "$VENV/bin/python" ] || die "run scripts/setup.sh first"
mkdir -p "$MODELS" "$DEPS"
exec 9>"$DEPS/.lock"
flock 9
[ -e "$MODELS/light" ] || rm -f "$DEPS/stamps/models-light"
[ -f "$MODELS/magika/model.onnx" ] || rm -f "$DEPS/stamps/models-magika"
[ -d "$MODELS/silero" ] || rm -f "$DEPS/stamps/models-silero"
step models-light "$ONNX_VERSION" light_models
step models-magika "$MAGIKA_VERSION" magika_model
step models-silero "$SILERO_VAD_VERSION" silero_models
