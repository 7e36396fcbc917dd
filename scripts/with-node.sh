#!/usr/bin/env bash
# Runs a command in the program's folder with Node 24 and the project's packages at hand:
#
#   scripts/with-node.sh vitest run
#   scripts/with-node.sh node scripts/bench/bench.ts
set -euo pipefail
# shellcheck source=scripts/lib/bootstrap.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/bootstrap.sh"

require_node
require_packages
cd "$root"
PATH="$root/node_modules/.bin:$PATH" exec "$@"
