#!/usr/bin/env bash
# Installs what the browser tests need and what is missing of it: Chromium and Chinese fonts from Debian.
# axe-core comes with the Python test extra (axe-playwright-python carries it), so neither npm nor node is needed.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing+=(fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "browser tests need: ${missing[*]} (install them with your package manager)" >&2
    exit 1
  fi
  run=(); [ "$(id -u)" = 0 ] || run=(sudo)
  "${run[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null
fi
chromium --version
