#!/usr/bin/env bash
# Installs what building, testing and running need: Debian packages, a Python environment in .venv/, and static
# libraries in .deps/ (ONNX, protobuf-lite, Highway: position-independent, symbols hidden).
# usage: scripts/setup.sh [build|test|check|peers|plugins]...      (default: build test check)
# Safe to repeat: a second run only looks at stamps.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

apt_get() {
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}

debian_packages() {
  local missing=() package
  command -v dpkg-query >/dev/null || die "this is not a Debian system; see scripts/versions.env for what to install"
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
    die "installing these Debian packages needs root or sudo: ${missing[*]}"
  say "Debian packages: ${missing[*]}"
  apt_get update || say "apt-get update failed for some source; going on with what is known"
  apt_get install -y --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install: ${missing[*]}"
}

python_environment() {
  [ -x "$VENV/bin/python" ] || python3 -m venv "$VENV"
  pip_quietly install "cmake==$CMAKE_VERSION" "onnx==$ONNX_VERSION" "numpy==$NUMPY_VERSION" "pytest==$PYTEST_VERSION"
}

# Plugin EP libraries made by others, each wheel unpacked in a folder of its own: no test imports them.
plugin_wheels() {
  local pin
  rm -rf "$DEPS/plugins" && mkdir -p "$DEPS/plugins"
  for pin in $PLUGIN_WHEELS; do
    pip_quietly install -q --no-deps --only-binary :all: --target "$DEPS/plugins/${pin%%==*}" "$pin"
  done
}

python_peers() { pip_quietly install "onnxruntime==$ONNXRUNTIME_VERSION" "openvino==$OPENVINO_VERSION"; }

# debian_source BINARY_PACKAGE UPSTREAM_VERSION FOLDER: unpacks the upstream sources of an installed package.
# Uses the machine's own Debian sources with a list of its own, so nothing about the system changes.
debian_source() {
  local binary=$1 upstream=$2 folder=$3 apt=$DEPS/apt source version file
  source=$(dpkg-query -W -f='${source:Package}' "$binary")
  version=$(dpkg-query -W -f='${source:Version}' "$binary")
  [ "${version%%-*}" = "$upstream" ] || { echo "$binary is $version, but $upstream is pinned"; return 1; }
  rm -rf "$apt" && mkdir -p "$apt/lists/partial" "$apt/parts" "$apt/files"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] && grep -E '^deb .*bookworm' "$file" | sed 's/^deb /deb-src /' >>"$apt/sources.list" || true
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && grep -q '^Suites:.*bookworm' "$file" &&
      sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/$(basename "$file")" || true
  done
  touch "$apt/sources.list"
  local options=(-q -o APT::Sandbox::User=root -o "Dir::Etc::SourceList=$apt/sources.list"
    -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists")
  apt-get "${options[@]}" update
  (cd "$apt/files" && apt-get "${options[@]}" source --download-only "$source=$version")
  rm -rf "$folder" && mkdir -p "$folder"
  tar -xf "$apt/files/${source}_$upstream".orig.tar.* -C "$folder" --strip-components=1
  rm -rf "$apt"
}

# build_static FOLDER TARGET FLAGS OPTION...: configures FOLDER and builds TARGET with extra compiler FLAGS, the way
# every static library needs it.
build_static() {
  local folder=$1 target=$2 flags=$3 launcher=()
  shift 3
  command -v ccache >/dev/null &&
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  "$VENV/bin/cmake" -S "$folder" -B "$folder/build" -G Ninja "${launcher[@]}" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" \
    -DCMAKE_CXX_FLAGS="-fvisibility=hidden -fvisibility-inlines-hidden -ffunction-sections -fdata-sections $flags" \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF "$@"
  "$VENV/bin/cmake" --build "$folder/build" --target "$target" -j "$JOBS"
}

build_protobuf() {
  local folder=$DEPS/src/protobuf
  debian_source libprotobuf-dev "$PROTOBUF_VERSION" "$folder"
  build_static "$folder" libprotobuf-lite "" -Dprotobuf_BUILD_TESTS=OFF -Dprotobuf_BUILD_PROTOC_BINARIES=OFF \
    -Dprotobuf_WITH_ZLIB=OFF
  install -D -m 644 "$folder/build/libprotobuf-lite.a" "$DEPS/lib/libprotobuf-lite.a"
  rm -rf "$folder"
}

build_highway() {
  local folder=$DEPS/src/highway
  debian_source libhwy-dev "$HIGHWAY_VERSION" "$folder"
  build_static "$folder" hwy "" -DBUILD_TESTING=OFF -DHWY_ENABLE_TESTS=OFF -DHWY_ENABLE_CONTRIB=OFF \
    -DHWY_ENABLE_EXAMPLES=OFF -DHWY_ENABLE_INSTALL=OFF -DHWY_FORCE_STATIC_LIBS=ON
  install -D -m 644 "$folder/build/libhwy.a" "$DEPS/lib/libhwy.a"
  rm -rf "$folder"
}

# Schemas register lazily (src/graph/), so static registration is off; their prose is left out.
build_onnx() {
  local folder=$DEPS/src/onnx
  rm -rf "$folder" && mkdir -p "$folder"
  pip_quietly download -q --no-deps --no-binary onnx -d "$folder" "onnx==$ONNX_VERSION"
  tar -xf "$folder"/onnx-*.tar.gz -C "$folder" --strip-components=1
  build_static "$folder" all -D__ONNX_NO_DOC_STRINGS -DONNX_ML=ON -DONNX_USE_LITE_PROTO=ON \
    -DONNX_DISABLE_STATIC_REGISTRATION=ON -DONNX_BUILD_PYTHON=OFF -DONNX_BUILD_TESTS=OFF -DPython3_EXECUTABLE="$VENV/bin/python" \
    -DCMAKE_CXX_STANDARD=17 -DCMAKE_INSTALL_PREFIX="$DEPS" -DCMAKE_INSTALL_LIBDIR=lib
  "$VENV/bin/cmake" --install "$folder/build"
  "$VENV/bin/python" "$ROOT/tools/generate_schema_table.py" "$DEPS/include" "$DEPS/include/onnx_schema_table.inc"
  rm -rf "$folder"
}

# oneDNN for plugins/dnnl/: the library with GNU's OpenMP, and its headers. Its packages are for x86-64 only.
fetch_onednn() {
  local folder=$DEPS/src/onednn
  rm -rf "$folder" "$DEPS/onednn" && mkdir -p "$folder" "$DEPS/onednn/lib"
  pip_quietly download -q --no-deps -d "$folder" \
    "onednn-cpu-gomp==$ONEDNN_VERSION" "onednn-devel-cpu-gomp==$ONEDNN_VERSION"
  local wheel
  for wheel in "$folder"/*.whl; do "$VENV/bin/python" -m zipfile -e "$wheel" "$folder"; done
  mv "$folder"/onednn_devel_cpu_gomp-*.data/data/include "$DEPS/onednn/include"
  install -m 644 "$folder"/onednn_cpu_gomp-*.data/data/lib/libdnnl.so.3 "$DEPS/onednn/lib/libdnnl.so.3"
  rm -rf "$folder"
}

# A virtual environment that was moved, or whose Python is gone, is made again.
check_environment() {
  "$VENV/bin/python" -c '' 2>/dev/null && [ -x "$VENV/bin/cmake" ] && return 0
  rm -rf "$VENV" "$DEPS/stamps/python" "$DEPS/stamps/peers"
}

main() {
  local group
  mkdir -p "$DEPS"
  exec 9>"$DEPS/.lock"
  flock 9
  [ $# -gt 0 ] || set -- build test check
  for group in "$@"; do
    case $group in
      build)
        debian_packages $APT_BUILD
        check_environment
        step python "$CMAKE_VERSION $ONNX_VERSION $NUMPY_VERSION $PYTEST_VERSION" python_environment
        local recipe
        recipe=$(declare -f build_static debian_source)
        step highway "$HIGHWAY_VERSION $recipe" build_highway
        step protobuf "$PROTOBUF_VERSION $recipe" build_protobuf
        if [ "$(uname -m)" = x86_64 ]; then step onednn "$ONEDNN_VERSION" fetch_onednn; fi
        step onnx "$ONNX_VERSION $PROTOBUF_VERSION $recipe $(sha256sum <"$ROOT/tools/generate_schema_table.py")" build_onnx
        ;;
      test) debian_packages $APT_TEST ;;
      check) debian_packages $APT_CHECK ;;
      peers) step peers "$ONNXRUNTIME_VERSION $OPENVINO_VERSION" python_peers ;;
      plugins)
        debian_packages $APT_PLUGINS
        step plugins "$PLUGIN_WHEELS" plugin_wheels
        ;;
      *) die "unknown group '$group'; the groups are build, test, check, peers and plugins" ;;
    esac
  done
}

main "$@"
