#!/usr/bin/env bash
# The page's modules, tested by node's own test runner.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v node >/dev/null; then
  echo "skipped: node was not found (Debian: apt-get install nodejs)"
  exit 77
fi
exec node --test ./*_test.js
