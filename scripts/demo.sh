#!/usr/bin/env bash
# A spoken conversation with the offline agent: makes a caller, lets the two talk in virtual time,
# and plays the call where there is a player. Arguments go to "voiceagent converse", for example
# --realtime or --config agent.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=${VOICEAGENT_CLI:-build/release/bin/voiceagent}
folder=build/demo
if [[ ! -x $program ]]; then
  printf 'demo.sh: no %s; build it with: ./scripts/dev.sh build release\n' "$program" >&2
  exit 1
fi
mkdir -p "$folder"

printf '\n== the caller, spoken by the voice rms\n'
# With this pause the third question falls into the long answer to the second.
"$program" say --voice rms --pause-ms 3500 --out "$folder/caller.wav" \
  "Hello there." "What can you do?" "What time is it now?" "What is your name?" "Good night."

printf '\n== the conversation\n'
"$program" converse --in "$folder/caller.wav" --out "$folder/call.wav" \
  --events "$folder/events.jsonl" "$@"
printf '\nthe call (caller left, agent right): %s\nits events: %s\n' \
  "$folder/call.wav" "$folder/events.jsonl"

# play <command...>: plays the call with the first player that is there.
play() {
  if ! command -v "$1" >/dev/null; then return 1; fi
  printf '\n== playing it with %s\n' "$1"
  "$@" "$folder/call.wav" || printf 'demo.sh: %s found no way to play it\n' "$1" >&2
}
if [[ -t 1 ]]; then
  play aplay -q || play paplay || play ffplay -nodisp -autoexit -loglevel error || true
fi
