#!/usr/bin/env python3
"""Checks who includes whom.

The tables below are the rules: which layer of lib/ may include which, where each third-party
library lives, and what public headers, examples and tests may see. Without arguments it checks the
tree that the script belongs to; --self-test breaks every rule in a small tree of its own and
expects each to be found.
"""

import argparse
import posixpath
import re
import sys
import tempfile
from pathlib import Path

ALL_BUT_CAPI = (
    "base config audio core net memory skills plugin storage providers protocols transports sim "
    "server"
)

# layer -> layers it may include, besides itself and the public headers
LAYERS = {
    "base": "",
    "config": "base",
    "audio": "base",
    "core": "base audio",
    "net": "base",
    "memory": "base",
    "skills": "base",
    "plugin": "base",
    "storage": "base",
    "providers": "base config audio net",
    "protocols": "base audio",
    "transports": "base config audio net protocols",
    "sim": "base audio core",
    "server": "base config audio net protocols transports",
    "builtin": ALL_BUT_CAPI,
    "capi": "base builtin",
}

# In these layers one folder is one implementation: it may use its own folder, the folders above it
# and any folder named "common", but not its siblings.
SIBLINGS = ("memory", "skills", "storage", "providers")

# (header prefix, paths that may include it): a path is a folder, or how a file's path begins
THIRD_PARTY = (
    ("rapidjson/", ("lib/base/rapidjson.h",)),
    ("spdlog/", ("lib/base/",)),
    ("fmt/", ("lib/base/",)),
    ("openssl/", ("lib/base/", "lib/net/", "tests/")),
    ("sodium", ("lib/base/", "lib/server/")),
    ("toml++/", ("lib/config/",)),
    ("opus/", ("lib/audio/opus",)),
    ("opus.h", ("lib/audio/opus",)),
    ("opusenc.h", ("lib/audio/opus",)),
    ("samplerate.h", ("lib/audio/",)),
    ("uv.h", ("lib/net/", "tests/")),
    ("curl/", ("lib/net/",)),
    ("libwebsockets", ("tests/bench/",)),
    ("sqlite3", ("lib/storage/",)),
    ("libpq", ("lib/storage/",)),
    ("postgresql/", ("lib/storage/",)),
    ("hiredis/", ("lib/storage/",)),
    ("hnswlib/", ("lib/memory/",)),
    ("pocketsphinx", ("lib/providers/stt/pocketsphinx",)),
    ("sphinxbase/", ("lib/providers/stt/pocketsphinx",)),
    ("flite/", ("lib/providers/tts/flite",)),
    ("webrtc/", ("lib/audio/webrtc_",)),
    ("gst/", ("lib/transports/webrtc/",)),
    ("glib", ("lib/transports/webrtc/",)),
    ("jwt.h", ("lib/server/",)),
    ("prometheus/", ("lib/server/",)),
    ("CLI/", ("examples/",)),
    ("catch2/", ("tests/support/catch",)),
    ("benchmark/", ("tests/bench/",)),
    ("pybind11/", ("bindings/python/",)),
    ("Python.h", ("bindings/python/",)),
    ("node_api.h", ("bindings/node/",)),
    ("napi.h", ("bindings/node/",)),
    # of the system, but just as much with one home
    ("dlfcn.h", ("lib/plugin/", "tests/")),
    ("sys/socket.h", ("lib/net/", "tests/")),
    ("sys/un.h", ("lib/net/", "tests/")),
    ("netdb.h", ("lib/net/", "tests/")),
    ("netinet/", ("lib/net/", "tests/")),
    ("arpa/", ("lib/net/", "tests/")),
)

STD_C = set(
    """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal
    stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads
    time uchar wchar wctype""".split()
)
# C++ headers have neither a folder nor an ending.
STD_CPP = re.compile(r"[a-z_0-9]+\Z")
SYSTEM = re.compile(
    r"(sys/|linux/|(unistd|fcntl|poll|pthread|sched|dirent|termios|pwd|grp|glob|syslog|ucontext"
    r"|execinfo|cxxabi|malloc|getopt|strings|windows|(x|e|p|t|s|n|w|i)mmintrin|immintrin|arm_neon"
    r"|sanitizer/\w+)\.h\Z)"
)

# Layers that work in virtual time: they get the time told, and never wait.
NO_CLOCK = ("core", "protocols")
CLOCK = re.compile(
    r"\b((steady|system|high_resolution)_clock::now|sleep_for|sleep_until|clock_gettime"
    r"|gettimeofday|usleep|nanosleep)\b"
)

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = (".h", ".hpp", ".cpp", ".cc", ".c", ".h.in")


class Source:
    """A file's path, its text without comments, and its includes as (line, style, header)."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.name = self.path[: -len(".in")] if self.path.endswith(".in") else self.path
        text = path.read_text(encoding="utf-8", errors="replace")
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
        self.lines = [line.split("//")[0] for line in text.splitlines()]
        self.includes = []
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                self.includes.append((number, match.group(1), match.group(2)))


def load(root):
    sources = []
    for top in ("include", "lib", "examples", "tests", "bindings"):
        for path in sorted((root / top).rglob("*")):
            relative = path.relative_to(root).as_posix()
            skipped = relative.startswith("tests/consumer/") or "node_modules/" in relative
            if relative.endswith(SUFFIXES) and not skipped and path.is_file():
                sources.append(Source(root, path))
    return sources


def resolve(source, style, header, names):
    """The project file that an include means, or None for the outside world."""
    if style == '"':
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(source.name), header))
        if beside in names:
            return beside
    top = header.split("/")[0]
    if top == "voiceagent":
        return "include/" + header
    for folder in ("lib", "tests"):
        name = f"{folder}/{header}"
        if name in names or (folder == "lib" and "/" in header and top in LAYERS):
            return name
    return None


def layer_of(name):
    parts = name.split("/")
    return parts[1] if parts[0] == "lib" and len(parts) > 2 else None


def is_std(header):
    return bool(STD_CPP.match(header)) or (header.endswith(".h") and header[:-2] in STD_C)


def check_project_include(source, target):
    """A finding about an include of one of our own files, or None."""
    area, layer = source.name.split("/")[0], layer_of(source.name)
    if target.startswith("include/"):
        return None
    if area in ("include", "examples", "bindings"):
        if target.split("/")[0] == area and area != "include":
            return None
        return f"{area}/ uses public headers only, not {target}"
    if area == "tests":
        return None
    other = layer_of(target)
    if other is None:
        return f"lib/ must not include {target}"
    if other != layer:
        if other in LAYERS.get(layer, "").split():
            return None
        return f"layer {layer} must not include layer {other} ({target})"
    if layer in SIBLINGS:
        here, there = posixpath.dirname(source.name), posixpath.dirname(target)
        related = (here + "/").startswith(there + "/") or (there + "/").startswith(here + "/")
        if not related and "/common" not in there:
            return f"siblings in {layer} must not include each other ({target})"
    return None


def check_outside_include(source, header):
    """A finding about a standard, system or third-party header, or None."""
    area = source.name.split("/")[0]
    for prefix, homes in THIRD_PARTY:
        if header.startswith(prefix):
            if source.name.startswith(homes):
                return None
            return f"<{header}> has its home in {' and '.join(homes)}"
    if is_std(header):
        return None
    if area == "include":
        return f"public headers include only public and standard headers, not <{header}>"
    if area == "examples":
        return f"examples include only public and standard headers and CLI11, not <{header}>"
    if SYSTEM.match(header):
        return None
    return f"<{header}> is unknown: give it a home in scripts/check_layers.py"


def cycles(graph):
    """The strongly connected components with more than one node (Tarjan, iterative)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(sorted(graph.get(successor, ())))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    if len(component) > 1:
                        found.append(sorted(component))
    return found


def check(root):
    """All findings in the tree at root, as lines."""
    sources = load(root)
    names = {source.name for source in sources}
    findings = []
    files = {name: set() for name in names}
    folders = {posixpath.dirname(name): set() for name in names}
    for source in sources:
        layer = layer_of(source.name)
        if source.name.startswith("lib/") and layer not in LAYERS:
            findings.append(f"{source.path}:1: {layer or 'lib/'} is no layer")
        for line, style, header in source.includes:
            target = resolve(source, style, header, names)
            if target is None:
                finding = check_outside_include(source, header)
            else:
                finding = check_project_include(source, target)
                if target in names and target != source.name:
                    files[source.name].add(target)
                    here, there = posixpath.dirname(source.name), posixpath.dirname(target)
                    if here != there:
                        folders[here].add(there)
            if finding:
                findings.append(f"{source.path}:{line}: {finding}")
        if layer in NO_CLOCK:
            for line, text in enumerate(source.lines, 1):
                if CLOCK.search(text):
                    findings.append(f"{source.path}:{line}: layer {layer} gets its time from the "
                                    "executor: no clocks, no sleeping")
    for component in cycles(files):
        findings.append(f"{component[0]}:1: circular includes: {' '.join(component)}")
    for component in cycles(folders):
        findings.append(f"{component[0]}:1: folders include each other: {' '.join(component)}")
    return findings


# --self-test: (files of a small tree, what the findings must say; None for no finding)
SELF_TESTS = (
    ({"lib/core/a.cpp": '#include "base/b.h"\n#include "voiceagent/v.h"\n#include <vector>',
      "lib/base/b.h": "#include <spdlog/spdlog.h>\n#include <sys/stat.h>",
      "include/voiceagent/v.h": '#include "voiceagent/version.h"\n#include <stdint.h>',
      "include/voiceagent/version.h.in": "",
      "lib/base/rapidjson.h": "#include <rapidjson/document.h>",
      "lib/providers/stt/x/a.cpp": '#include "providers/stt/s.h"\n#include "net/http.h"',
      "lib/providers/stt/s.h": '#include "providers/common/c.h"',
      "lib/providers/common/c.h": "// #include \"core/a.h\"\n/*\n#include <uv.h>\n*/",
      "examples/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "voiceagent/v.h"\n'
                               '#include "args.h"',
      "examples/cli/args.h": "#include <string>",
      "tests/unit/base/b_test.cpp": '#include "base/b.h"\n#include "support/catch.h"',
      "tests/support/catch.h": "#include <catch2/catch.hpp>"}, None),
    ({"lib/core/a.cpp": '#include "net/http.h"'}, "layer core must not include layer net"),
    ({"lib/base/a.h": '#include "core/s.h"', "lib/core/s.h": ""},
     "layer base must not include layer core"),
    ({"lib/builtin/a.cpp": '#include "capi/c.h"'}, "layer builtin must not include layer capi"),
    ({"lib/capi/a.cpp": '#include "core/c.h"'}, "layer capi must not include layer core"),
    ({"lib/core/a.cpp": '#include "../net/http.h"', "lib/net/http.h": ""},
     "layer core must not include layer net"),
    ({"lib/core/a.cpp": '#include "support/h.h"', "tests/support/h.h": ""},
     "lib/ must not include tests/support/h.h"),
    ({"lib/misc/a.cpp": ""}, "misc is no layer"),
    ({"lib/providers/stt/x/a.cpp": '#include "providers/tts/y/b.h"',
      "lib/providers/tts/y/b.h": ""}, "siblings in providers"),
    ({"lib/storage/a/a.cpp": '#include "storage/b/b.h"', "lib/storage/b/b.h": ""},
     "siblings in storage"),
    ({"lib/base/a.h": '#include "base/b.h"', "lib/base/b.h": '#include "a.h"'},
     "circular includes: lib/base/a.h lib/base/b.h"),
    ({"lib/core/x/a.h": '#include "core/y/b.h"', "lib/core/y/b.h": "",
      "lib/core/y/c.h": '#include "core/x/d.h"', "lib/core/x/d.h": ""},
     "folders include each other: lib/core/x lib/core/y"),
    ({"lib/base/json.cpp": "#include <rapidjson/document.h>"}, "has its home in"),
    ({"lib/core/a.cpp": "#include <spdlog/spdlog.h>"}, "has its home in lib/base/"),
    ({"lib/providers/tts/x/a.cpp": "#include <flite/flite.h>"}, "has its home in"),
    ({"lib/core/a.cpp": "#include <sys/socket.h>"}, "has its home in lib/net/"),
    ({"lib/core/a.cpp": "#include <boost/asio.hpp>"}, "is unknown"),
    ({"tests/unit/base/a_test.cpp": "#include <catch2/catch.hpp>"}, "has its home in"),
    ({"include/voiceagent/v.h": "#include <spdlog/spdlog.h>"}, "has its home in"),
    ({"include/voiceagent/v.h": "#include <unistd.h>"}, "public headers include only"),
    ({"include/voiceagent/v.h": '#include "base/b.h"'}, "include/ uses public headers only"),
    ({"examples/cli/main.cpp": '#include "core/s.h"'}, "examples/ uses public headers only"),
    ({"examples/cli/main.cpp": "#include <unistd.h>"}, "examples include only"),
    ({"lib/core/a.cpp": "auto t = std::chrono::steady_clock::now();"}, "no clocks"),
    ({"lib/protocols/a.cpp": "std::this_thread::sleep_for(x);"}, "no sleeping"),
)


def self_test():
    failures = 0
    for files, expected in SELF_TESTS:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n", encoding="utf-8")
            findings = check(Path(folder))
        if not (any(expected in f for f in findings) if expected else not findings):
            failures += 1
            print(f"expected {expected or 'no finding'}, got {findings or 'none'} in {files}")
    print(f"self-test: {len(SELF_TESTS) - failures} of {len(SELF_TESTS)} as expected")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("root", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--self-test", action="store_true", help="check this script instead")
    arguments = parser.parse_args()
    if arguments.self_test:
        return 1 if self_test() else 0
    findings = check(arguments.root)
    print("\n".join(findings) if findings else "layers: nothing to complain about")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
