# shellcheck shell=bash
# Sourced by webui.sh and by the developer scripts: Node 24, the packages, the page. Works with bash 3.2 (macOS).
# Sets `root`, the program's folder. Nothing here changes the caller's working directory.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
runtime="$root/.runtime"
wanted_node=24

say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# Runs a command with its output in a log file, shown only when it fails.
quietly() {
  local log="$runtime/$1.log"
  shift
  mkdir -p "$runtime" || die "the folder $runtime cannot be written"
  "$@" >"$log" 2>&1 && return 0
  tail -n 40 "$log" >&2
  say "(whole output: $log)"
  return 1
}

require_platform() {
  case "$(uname -s)/$(uname -m)" in
    Linux/x86_64 | Linux/aarch64 | Linux/arm64 | Darwin/arm64) ;;
    Darwin/x86_64)
      [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ] &&
        die "this shell runs under Rosetta" "Start it from a native terminal: arch -arm64 bash $0"
      die "Intel Macs are not supported" "onnxruntime, which runs the models, has no binary for them any more."
      ;;
    *) die "$(uname -s) on $(uname -m) is not supported" "Supported: Linux x64 and arm64, macOS arm64, Windows x64 (webui.bat)." ;;
  esac
  if [ "$(uname -s)" = Linux ] && ldd --version 2>&1 | grep -qi musl; then
    die "this Linux uses musl" "onnxruntime, which runs the models, needs glibc."
  fi
}

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# Puts a Node that is new enough first on PATH: the system's, else the one in .runtime, else one from the npm registry.
require_node() {
  local system own="$runtime/node_modules/node/bin"
  system="$(command -v node || true)"
  if [ -n "$system" ] && [ "$(node_major "$system")" -ge "$wanted_node" ]; then return; fi
  if [ "$(node_major "$own/node")" -lt "$wanted_node" ]; then
    command -v npm >/dev/null ||
      die "Node.js with npm is missing" "Install Node.js $wanted_node or newer from nodejs.org or your package manager."
    say "Fetching Node.js $wanted_node ..."
    # The package's own script links the binary of this platform: it must run even where .npmrc forbids scripts.
    quietly fetch-node npm install --prefix "$runtime" --ignore-scripts=false --no-audit --no-fund "node@$wanted_node" ||
      die "Node.js $wanted_node could not be fetched from the npm registry"
    [ "$(node_major "$own/node")" -ge "$wanted_node" ] || die "the fetched Node.js does not run on this machine"
  fi
  PATH="$own:$PATH"
  export PATH
}

# A short fingerprint of the files that find lists: names, sizes and checksums.
fingerprint() { find "$@" -type f -exec cksum {} + 2>/dev/null | LC_ALL=C sort | cksum | tr ' ' -; }

is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# Installs the packages when the lock changed since the last time.
require_packages() {
  local stamp="$root/node_modules/.installed" print
  print="$(cd "$root" && fingerprint package-lock.json)-$(uname -sm | tr ' ' -)"
  is_stamped "$stamp" "$print" && return
  # Installed by hand since the lock was written: npm's own record is newer.
  if ! [ "$root/node_modules/.package-lock.json" -nt "$root/package-lock.json" ]; then
    command -v npm >/dev/null || die "npm is missing" "It comes with Node.js; some systems pack it separately."
    say "Installing packages ..."
    (cd "$root" && ONNXRUNTIME_NODE_INSTALL=skip quietly install npm ci --ignore-scripts --no-audit --no-fund) ||
      die "the packages could not be installed"
  fi
  printf '%s' "$print" >"$stamp"
}

# Builds the page when its sources changed since the last time.
require_page() {
  local stamp="$root/web/out/.built" print
  print="$(
    cd "$root" && fingerprint web server/contracts package-lock.json \( -path web/out -o -path web/.next \) -prune -o \
      -not -name 'next-env.d.ts' -not -name '*.tsbuildinfo' -not -name '*.test.*' -not -name '*.md'
  )"
  is_stamped "$stamp" "$print" && return
  say "Building the page ..."
  (cd "$root" && NEXT_TELEMETRY_DISABLED=1 quietly build-page node node_modules/next/dist/bin/next build web) ||
    die "the page could not be built" "--nowebui starts without it."
  printf '%s' "$print" >"$stamp"
}
