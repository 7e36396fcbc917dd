#!/usr/bin/env bash
# Starts Tapestry. The first start fetches what it needs; later ones are offline and quick.
#
#   ./webui.sh [--install-cuda] [any flag of the server; --help lists them]
#
# Flags may also stand in COMMANDLINE_ARGS, in the environment or in webui-user.sh beside this file.
set -euo pipefail

here="${BASH_SOURCE[0]}"
while [ -L "$here" ]; do
  link="$(readlink "$here")"
  case "$link" in /*) here="$link" ;; *) here="$(dirname "$here")/$link" ;; esac
done
# shellcheck source=scripts/lib/bootstrap.sh
. "$(dirname "$here")/scripts/lib/bootstrap.sh"

install_cuda=
needs_page=1
args=()

take_flag() {
  case "$1" in
    --install-cuda) install_cuda=1 ;;
    --nowebui | --help | -h) needs_page= && args+=("$1") ;;
    *) args+=("$1") ;;
  esac
}

# The user's standing flags come first, so that those of this start win.
if [ -f "$root/webui-user.sh" ]; then
  # shellcheck source=/dev/null
  . "$root/webui-user.sh"
fi
if [ -n "${COMMANDLINE_ARGS:-}" ]; then
  # xargs splits at blanks and honours quotes, and runs nothing that stands in the variable.
  while IFS= read -r flag; do take_flag "$flag"; done < <(printf '%s' "$COMMANDLINE_ARGS" | xargs -n 1 printf '%s\n')
fi
for flag in "$@"; do take_flag "$flag"; done

require_platform
require_node
require_packages
if [ -n "$install_cuda" ]; then
  say "Fetching onnxruntime's CUDA files ..."
  (cd "$root" && ONNXRUNTIME_NODE_INSTALL=cuda12 quietly install-cuda node node_modules/onnxruntime-node/script/install.js) ||
    say "warning: the CUDA files could not be fetched; going on without them"
fi
if [ -n "$needs_page" ]; then require_page; fi

# exec: this shell becomes the server, so that Ctrl-C and signals reach it and nothing stays behind.
exec node "$root/server/main.ts" ${args[@]+"${args[@]}"}
