#!/usr/bin/env python3
"""Checks what the shared library exports.

Allowed are C functions va_*, and C++ names of namespace voiceagent that a public header mentions;
at least one of them must be there. Everything else (templates of std::, dependencies, internals)
has to stay inside. --self-test checks lists of names with and without leaks.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

# "vtable for voiceagent::Engine", "voiceagent::Engine::start(...)" -> Engine
CPP = re.compile(
    r"(?:vtable for |VTT for |typeinfo for |typeinfo name for |(?:non-)?virtual thunk to )?"
    r"voiceagent::(~?\w+)"
)
C = re.compile(r"va_\w+\Z")


def check(symbols, header_text):
    """Findings about demangled exported names."""
    words = set(re.findall(r"\w+", header_text))
    findings = []
    for symbol in symbols:
        match = CPP.match(symbol)
        if match is None and not C.match(symbol):
            findings.append(f"exported, but not ours: {symbol}")
        elif match is not None and match.group(1) not in words:
            findings.append(f"exported, but in no public header: {symbol}")
        elif match is None and symbol not in words:
            findings.append(f"exported, but in no public header: {symbol}")
    if not symbols:
        findings.append("nothing is exported")
    return findings


def exported(library):
    """The demangled names that a shared library defines, without the linker's own."""
    output = subprocess.run(
        ["nm", "--dynamic", "--defined-only", "--demangle", "--format=bsd", str(library)],
        check=True, capture_output=True, text=True).stdout
    symbols = []
    for line in output.splitlines():
        _, kind, name = line.split(maxsplit=2)
        if kind != "A":
            symbols.append(name)
    return symbols


SELF_TESTS = (
    (["voiceagent::version()", "va_create", "vtable for voiceagent::Engine",
      "typeinfo name for voiceagent::Engine", "voiceagent::Engine::start(int)"], 0),
    ([], 1),
    (["voiceagent::version()", "std::vector<int>::push_back(int&&)"], 1),
    (["typeinfo for std::vector<voiceagent::Engine>"], 1),
    (["voiceagent::Hidden::run()"], 1),
    (["voiceagent_rapidjson::Reader::parse()"], 1),
    (["va_forgotten"], 1),
    (["uv_run"], 1),
)


def self_test():
    headers = "const char* version(); class Engine { void start(int); }; int va_create(void);"
    failures = [(names, count) for names, count in SELF_TESTS
                if len(check(names, headers)) != count]
    for names, count in failures:
        print(f"expected {count} findings for {names}, got {check(names, headers)}")
    print(f"self-test: {len(SELF_TESTS) - len(failures)} of {len(SELF_TESTS)} as expected")
    return len(failures)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("library", nargs="?", type=Path)
    parser.add_argument("--include", type=Path, action="append", default=[],
                        help="a directory of public headers")
    parser.add_argument("--self-test", action="store_true", help="check this script instead")
    arguments = parser.parse_args()
    if arguments.self_test:
        return 1 if self_test() else 0
    if arguments.library is None:
        parser.error("which library?")
    text = "".join(path.read_text(encoding="utf-8")
                   for folder in arguments.include for path in folder.rglob("*.h"))
    symbols = exported(arguments.library)
    findings = check(symbols, text)
    print("\n".join(findings) if findings else f"symbols: {len(symbols)} exported, all ours")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
