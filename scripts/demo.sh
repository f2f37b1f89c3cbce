#!/usr/bin/env bash
# What `make run` shows: the devices found, Magika naming the type of real files, an image model's answer and its
# latency. usage: scripts/demo.sh BUILD_FOLDER
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
BUILD=$(cd "${1:?usage: scripts/demo.sh BUILD_FOLDER}" && pwd)
cd "$ROOT"

heading() { printf '\n== %s\n' "$*"; }
show() {
  printf '$ %s\n' "${*//$BUILD\/bin\//}"
  "$@"
}

PATH=$BUILD/bin:$PATH
[ -x "$BUILD/bin/backplane" ] || die "$BUILD/bin/backplane is missing: make run builds it"

heading "The devices of this machine"
show backplane devices

heading "Magika, a model that names the type of a file, on files of this repository"
show magika .models/magika CMakeLists.txt Makefile src/base/error.h scripts/setup.sh tools/check_includes.py \
  CMakePresets.json .models/magika/model.onnx "$(readlink -f "$BUILD/bin/backplane" | sed "s|^$ROOT/||")"

heading "ResNet-50 on generated input: what runs where, and the outputs"
show backplane run .models/light/light_resnet50.onnx

heading "... and its latency"
show backplane bench .models/light/light_resnet50.onnx
