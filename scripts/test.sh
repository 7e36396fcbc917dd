#!/usr/bin/env bash
# npm test [-- --long]: brings what the tests need on a fresh machine, runs them, ends with "N passed, N failed".
set -euo pipefail
# shellcheck source=scripts/lib/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/bootstrap.sh"

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' '/Applications/Chromium.app/Contents/MacOS/Chromium'; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      command -v "$name"
      return
    fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_chromium() {
  command -v apt-get >/dev/null || return 1
  as_root apt-get install -y --no-install-recommends chromium ||
    { as_root apt-get update && as_root apt-get install -y --no-install-recommends chromium; }
}

require_platform
require_node
require_packages
CHROMIUM="$(find_chromium)"
if [ -z "$CHROMIUM" ]; then
  say "Installing Chromium for the browser tests ..."
  DEBIAN_FRONTEND=noninteractive quietly install-chromium install_chromium || say "Chromium could not be installed."
  CHROMIUM="$(find_chromium)"
fi
export CHROMIUM
require_page

cd "$root"
exec node scripts/run-tests.ts "$@"
