#!/usr/bin/env bash
# The page in Chromium; scripts/dev.sh setup test installs what it needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

skip() {
  echo "skipped: $*"
  exit 77
}

command -v node >/dev/null || skip "node was not found (Debian: apt-get install nodejs)"
[[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || skip "no Chromium (Debian: apt-get install chromium)"
[[ -d node_modules/playwright-core ]] || skip "no playwright-core (npm ci, in tests/browser)"
mkdir -p "$VOICEAGENT_TEST_OUTPUT"
rm -f "$VOICEAGENT_TEST_OUTPUT"/*
exec node --test --test-concurrency=1 ./*_test.js
