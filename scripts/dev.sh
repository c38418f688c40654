#!/usr/bin/env bash
# Everyday commands; each installs what it needs first, so each works alone on a bare machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
usage: scripts/dev.sh <command> [argument]

  setup [group...]  install missing Debian packages (groups: build test bench lint; default: all)
  build [preset [target]]
                    configure and build (presets: dev release asan tsan minimal; default: dev)
  start [args]      build the release preset and run the server: a page to talk to, HTTP, WebSockets
  demo [args]       build the release preset and run a spoken conversation, offline
  test [preset]     build and run the tests (default: dev, then asan, fuzz for FUZZ_SECONDS,
                    by default 60, then tsan)
  fuzz [seconds [target...]]
                    fuzz each parser, or those named, for so long (default: 60)
  bench [args]      build and run the benchmarks; results in build/release/bench.json
  load [args]       build and run the load generator (tests/bench/load.py)
  lint [--all]      check format, layers, shell scripts and documentation; clang-tidy on changed
                    files, or on all
  format [files]    clang-format the sources in place (default: all)
  clean             remove build/
  help              this text

JOBS=n sets how many compilers and tests run at once (default: the processors, at most 3).
USAGE
}

# The Debian packages of a group. The server and the demo need only "build".
packages_of() {
  case $1 in
    build)
      echo ninja-build cmake g++ pkg-config rapidjson-dev libspdlog-dev libtomlplusplus-dev \
        libcli11-dev libopus-dev libopusenc-dev libsamplerate0-dev libwebrtc-audio-processing-dev \
        libpocketsphinx-dev libsphinxbase-dev pocketsphinx-en-us flite1-dev \
        libuv1-dev libcurl4-openssl-dev libssl-dev prometheus-cpp-dev
      ;;
    test)
      echo ccache catch2 clang libclang-rt-14-dev python3 doxygen chromium
      if ! command -v node >/dev/null; then echo nodejs npm; fi
      ;;
    bench)
      echo libbenchmark-dev flite python3-numpy python3-matplotlib python3 util-linux wrk \
        libwebsockets-dev libwebsockets-evlib-uv
      ;;
    lint) echo python3 git clang-format clang-tidy doxygen shellcheck ;;
    *) return 1 ;;
  esac
}

jobs=${JOBS:-$(nproc)}
if [[ -z ${JOBS:-} && $jobs -gt 3 ]]; then jobs=3; fi

# Sanitized programs fail to start where the kernel scatters addresses widely; this calms it.
calm=(env)
if [[ $(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0) -gt 28 ]] &&
  setarch --addr-no-randomize true 2>/dev/null; then
  calm=(setarch --addr-no-randomize)
fi

say() { printf '\n== %s\n' "$*"; }
die() {
  printf 'dev.sh: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# try <times> <command...>: package mirrors have bad moments.
try() {
  local times=$1 attempt
  shift
  for ((attempt = 1; attempt <= times; attempt++)); do
    if "$@"; then return 0; fi
    if ((attempt < times)); then sleep $((attempt * 5)); fi
  done
  return 1
}

# setup <group...>: installs the packages of these groups that are missing.
setup() {
  local group package wanted missing=()
  for group in "$@"; do
    wanted=$(packages_of "$group") || die "no package group '$group'"
    for package in $wanted; do
      if ! installed "$package"; then missing+=("$package"); fi
    done
  done
  if [[ ${#missing[@]} -gt 0 ]]; then install "${missing[@]}"; fi
  if [[ " $* " == *" test "* ]]; then node_packages; fi
}

# install <package...>
install() {
  local missing=("$@")
  if ! command -v apt-get >/dev/null; then
    printf 'dev.sh: no apt-get here; please provide: %s\n' "${missing[*]}" >&2
    return 0
  fi
  say "installing ${missing[*]}"
  local apt=(apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
  try 3 as_root "${apt[@]}" update || die "apt-get update failed"
  try 3 as_root env DEBIAN_FRONTEND=noninteractive \
    "${apt[@]}" install --no-install-recommends "${missing[@]}" || die "apt-get install failed"
}

# What drives Chromium in the tests, and official clients; the tests skip where they can't be had.
node_packages() {
  local folder
  if ! command -v npm >/dev/null; then return 0; fi
  for folder in tests/browser tests/integration/clients; do
    if [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]]; then continue; fi
    say "installing what $folder needs"
    try 2 npm --prefix "$folder" ci --ignore-scripts ||
      printf 'dev.sh: npm ci failed in %s; its tests will be skipped\n' "$folder" >&2
  done
}

installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# build <preset> <target> [cmake arguments...]; the target 'all' is everything.
build() {
  local preset=$1 target=$2
  shift 2
  say "building $preset"
  cmake --preset "$preset" "$@" || return 1
  "${calm[@]}" cmake --build --preset "$preset" --target "$target" --parallel "$jobs"
}

packages_for() {
  case $1 in
    release | minimal) setup build ;;
    *) setup build test ;;
  esac
}

build_command() {
  local preset=${1:-dev}
  packages_for "$preset"
  build "$preset" "${2:-all}"
}

start_command() {
  setup build
  build release voiceagent_server
  exec build/release/bin/voiceagent-server "$@"
}

demo_command() {
  setup build
  build release voiceagent_cli
  exec ./scripts/demo.sh "$@"
}

# Builds and tests one preset; its ctest summary comes last.
test_preset() {
  local preset=$1
  packages_for "$preset"
  build "$preset" all || return 1
  case $preset in
    release | minimal)
      say "$preset has no tests: built only"
      return 0
      ;;
  esac
  say "testing $preset"
  "${calm[@]}" ctest --preset "$preset" --parallel "$jobs"
}

# fuzz_target <seconds> <target>: prints a line when nothing was found, and the whole story otherwise.
# What is found on the way is kept in build/asan/corpus. A tree begins every time with the same
# seed, so that what was found in one place is found in another.
fuzz_target() {
  local seconds=$1 name=$2 log seed
  local found=build/asan/corpus/$name begin=tests/fuzz/corpus/$name
  mkdir -p "$found"
  rm -f "build/asan/corpus/$name.failed"
  log=build/asan/corpus/$name.log
  seed=$((16#$(git rev-parse --short=7 'HEAD^{tree}' 2>/dev/null || echo 1)))
  local folders=("$found")
  if [[ -e $begin ]]; then folders+=("$begin"); fi
  if "${calm[@]}" "build/asan/bin/fuzz_$name" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=3000 -max_len=16384 -seed="$seed" -print_final_stats=1 -artifact_prefix="$found." \
    "${folders[@]}" >"$log" 2>&1; then
    printf 'fuzz %s: nothing found, %s runs\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    return 0
  fi
  tail -n 60 "$log"
  {
    printf 'fuzz %s: FAILED; the input is beside %s: %s\n' "$name" "$log" \
      "$(grep -m 1 -E '^SUMMARY|runtime error|^==.*ERROR' "$log" || echo 'see there')"
    grep -m 1 '^Base64:' "$log" || true
  } | tee "build/asan/corpus/$name.failed"
  return 1
}

fuzz_command() {
  local seconds=${1:-60} name targets=("${@:2}")
  packages_for asan
  build asan all || return 1
  if [[ ${#targets[@]} -eq 0 ]]; then
    for name in tests/fuzz/*_fuzz.cpp; do targets+=("$(basename "$name" _fuzz.cpp)"); done
  fi
  say "fuzzing ${#targets[@]} targets for $seconds s each"
  local running=0 failed=0
  for name in "${targets[@]}"; do
    if ((running >= jobs)); then
      wait -n || failed=1
      running=$((running - 1))
    fi
    fuzz_target "$seconds" "$name" &
    running=$((running + 1))
  done
  while ((running > 0)); do
    wait -n || failed=1
    running=$((running - 1))
  done
  return "$failed"
}

test_command() {
  local presets=("$@") failed=() preset
  if [[ ${#presets[@]} -eq 0 ]]; then presets=(dev asan fuzz tsan); fi
  for preset in "${presets[@]}"; do
    if [[ $preset == fuzz ]]; then
      fuzz_command "${FUZZ_SECONDS:-60}" || failed+=(fuzz)
    elif ! test_preset "$preset"; then
      failed+=("$preset")
    fi
  done
  if [[ ${#failed[@]} -eq 0 ]]; then
    say "passed: ${presets[*]}"
    return 0
  fi
  # Told where it happened, which is pages above.
  if [[ " ${failed[*]} " == *" fuzz "* ]]; then cat build/asan/corpus/*.failed 2>/dev/null || true; fi
  die "failed: ${failed[*]}"
}

bench_command() {
  setup build bench
  build release voiceagent_bench -DVOICEAGENT_BUILD_BENCH=ON
  say "measuring"
  build/release/bin/voiceagent_bench --benchmark_counters_tabular=true \
    --benchmark_out=build/release/bench.json --benchmark_out_format=json "$@"
}

load_command() {
  setup build bench
  build release load_programs -DVOICEAGENT_BUILD_BENCH=ON
  python3 tests/bench/load.py build/release/bin "$@"
}

# Our C and C++ files that git knows or would add.
sources() {
  git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp' '*.c' | while read -r file; do
    if [[ -f $file ]]; then printf '%s\n' "$file"; fi
  done
}

format_command() {
  setup lint
  if [[ $# -gt 0 ]]; then
    clang-format -i "$@"
  else
    sources | xargs -r clang-format -i
  fi
}

# What differs from the branch that this one follows, or else what the last commit changed.
changed_files() {
  local base
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD~1)
  git diff --name-only --diff-filter=d "$base"
  git ls-files --others --exclude-standard
}

# check <title> <command...>: runs one check of lint, and remembers when it failed.
check() {
  say "$1"
  if ! "${@:2}"; then lint_failed+=("$1"); fi
}

check_format() { sources | xargs -r clang-format --dry-run --Werror; }

check_tidy() {
  local files
  # The asan preset is the one of clang, so that clang-tidy knows all its flags.
  cmake --preset asan >/dev/null || return 1
  if [[ ${1:-} == --all ]]; then files=$(sources); else files=$(changed_files | sort -u); fi
  files=$(grep -E '^(lib|examples)/.*\.cpp$' <<<"$files" || true)
  if [[ -z $files ]]; then
    echo "no changed sources (--all looks at all)"
    return 0
  fi
  xargs -P "$jobs" -n 1 clang-tidy -p build/asan --quiet --warnings-as-errors='*' <<<"$files"
}

lint_command() {
  setup build test lint
  lint_failed=()
  check "format" check_format
  check "layers" ./scripts/check_layers.py
  check "shell scripts" shellcheck scripts/*.sh tests/*/*.sh .ci/run
  check "clang-tidy" check_tidy "$@"
  check "documentation" ./scripts/docs.py build/docs build/asan/include
  if [[ ${#lint_failed[@]} -gt 0 ]]; then die "lint failed: ${lint_failed[*]}"; fi
  say "lint passed"
}

command=${1:-help}
shift || true
case $command in
  setup)
    if [[ $# -eq 0 ]]; then set -- build test bench lint; fi
    setup "$@"
    ;;
  build | start | demo | test | fuzz | bench | load | lint | format) "${command}_command" "$@" ;;
  clean) rm -rf build ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
