#!/usr/bin/env bash
# Prints how many branches of the turn manager and its strategies the unit tests take (gcov), and
# fails when they are fewer than 95 % of the turn manager's.
# Needs a built dev preset: the instrumented objects stand in for those of the library.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
build=$root/build/dev
folder=$root/build/coverage
if [[ ! -x $build/bin/test_core ]]; then
  echo "coverage.sh: build the tests first: scripts/dev.sh build dev" >&2
  exit 2
fi
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

sources=("$root"/lib/core/turn/turn_*.cpp "$root"/lib/core/turn/strategies/*.cpp)
for source in "${sources[@]}"; do
  # Without exceptions: their branches are the compiler's, not ours.
  g++ -std=c++20 -O0 -fno-exceptions --coverage -I"$root/include" -I"$build/include" \
    -I"$root/lib" -c "$source" -o "$(basename "$source" .cpp).o"
done
cd "$build"
objects=(tests/CMakeFiles/test_core.dir/unit/core/turn/turn_*.o
  tests/CMakeFiles/test_core.dir/unit/core/session/turn_*.o
  tests/CMakeFiles/va_test_main.dir/support/catch_main.cpp.o)
libraries=$(ninja -t commands bin/test_core | tail -1 | sed 's/.*-o bin\/test_core//; s/&& .*//')
# shellcheck disable=SC2086  # a list of words
g++ --coverage -o "$folder/tests" "$folder"/*.o "${objects[@]}" $libraries
cd "$folder"
./tests >tests.log || { tail -30 tests.log; exit 1; }
gcov -b -c ./*.gcda >gcov.log 2>/dev/null
awk -v root="$root/" '
  /^File/ { file = $2; gsub("\047", "", file); sub(root, "", file); ours = file ~ /core\/turn\/.*cpp$/ }
  ours && /^Taken at least once/ {
    split($0, part, /[:% ]+/)
    printf "%-50s %6.2f %% of %d branches\n", file, part[5], part[7]
    if (file ~ /turn_(manager|end|floor)/) { taken += part[5] * part[7] / 100; all += part[7] }
  }
  END {
    share = all > 0 ? 100 * taken / all : 0
    printf "%-50s %6.2f %% of %d branches\n", "the turn manager", share, all
    if (share < 95) {
      print "coverage.sh: less than 95 %: a branch of a decision needs a test" > "/dev/stderr"
      exit 1
    }
  }' gcov.log
