#!/usr/bin/env bash
# Builds and runs the consumer with nothing but a compiler and pkg-config.
# usage: pkg_config.sh shared|static <prefix> <work folder> <compiler>
set -euo pipefail
way=$1 prefix=$2 work=$3 compiler=$4

pc=$(find "$prefix" -name voiceagent.pc -print -quit)
export PKG_CONFIG_PATH="${pc%/*}"
libdir=$(pkg-config --variable=libdir voiceagent)

read -ra cflags <<<"$(pkg-config --cflags voiceagent spdlog)"
if [[ $way == static ]]; then
  # Both libraries are installed side by side, so the static one is asked for by its file name.
  read -ra libs <<<"$(pkg-config --static --libs voiceagent | sed 's/-lvoiceagent\b/-l:libvoiceagent.a/')"
else
  read -ra libs <<<"$(pkg-config --libs voiceagent)"
fi
read -ra own_libs <<<"$(pkg-config --libs spdlog)"

mkdir -p "$work"
"$compiler" -std=c++20 "$(dirname "$0")/main.cpp" "${cflags[@]}" "${libs[@]}" "${own_libs[@]}" \
  -o "$work/consumer"
if [[ $way == static ]]; then
  if ldd "$work/consumer" | grep libvoiceagent; then exit 1; fi
fi
LD_LIBRARY_PATH=$libdir "$work/consumer"
