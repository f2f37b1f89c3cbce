# Sourced by the other scripts: versions, places, and a few helpers. Must have no side effects.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=versions.env
source "$ROOT/scripts/versions.env"
DEPS=${BACKPLANE_DEPS_DIR:-$ROOT/.deps}
VENV=${BACKPLANE_VENV_DIR:-$ROOT/.venv}
MODELS=${BACKPLANE_MODELS_DIR:-$ROOT/.models}
JOBS=${BACKPLANE_JOBS:-$(nproc)}

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

# step NAME KEY FUNCTION: runs FUNCTION unless it has succeeded before with the same KEY and the same text.
# FUNCTION's output goes to a log, which is shown when it fails.
step() {
  local name=$1 key=$2 function=$3 stamp log
  stamp=$DEPS/stamps/$name
  log=$DEPS/logs/$name.log
  key=$(printf '%s\n%s' "$key" "$(declare -f "$function")" | sha256sum | cut -c1-16)
  [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return 0
  mkdir -p "$DEPS/stamps" "$DEPS/logs"
  rm -f "$stamp"
  say "$name ..."
  # In a shell of its own: 'set -e' does not hold inside a condition.
  set +e
  (set -e; "$function") >"$log" 2>&1
  local status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    tail -n 25 "$log" >&2
    die "$name failed; the whole log is $log"
  fi
  echo "$key" >"$stamp"
}

pip_quietly() { "$VENV/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
