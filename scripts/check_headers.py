#!/usr/bin/env python3
"""Checks that each public header compiles alone, and that the umbrella header has them all.

voiceagent/voiceagent.h includes every public header, except those that it names in a comment
"// Left out: a.h, b.h". A header with extern "C" must compile as C too. --self-test checks a small
tree with each mistake.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

UMBRELLA = "voiceagent/voiceagent.h"


def compile_alone(compiler, language, header, folders, work):
    """A finding when a file that only includes this header doesn't compile."""
    source = work / (header.replace("/", "_") + (".cpp" if language == "c++" else ".c"))
    source.write_text(f"#include <{header}>\n", encoding="utf-8")
    # Compiled to an object, as -fsyntax-only would be lost on ccache.
    command = compiler.split() + ["-c", source.name, "-o", source.name + ".o"]
    command += ["-Wall", "-Wextra", "-Werror", "-std=c++20" if language == "c++" else "-std=c11"]
    command += [f"-I{folder}" for folder in folders]
    result = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    return f"{header} doesn't compile alone as {language}:\n{result.stderr.rstrip()}"


def check_umbrella(texts):
    """Findings about the headers that the umbrella header lacks."""
    if UMBRELLA not in texts:
        return [f"{UMBRELLA} is missing"]
    included = set(re.findall(r'#\s*include\s*["<](voiceagent/[^">]+)[">]', texts[UMBRELLA]))
    for line in re.findall(r"^//+ Left out: (.*)$", texts[UMBRELLA], flags=re.M):
        included.update("voiceagent/" + name for name in re.findall(r"[\w/.]+\.h", line))
    return [f"{UMBRELLA} doesn't include {header}"
            for header in sorted(set(texts) - included - {UMBRELLA})]


def check(folders, cxx, cc, work):
    folders = [folder.resolve() for folder in folders]
    work.mkdir(parents=True, exist_ok=True)
    texts = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.h")):
            texts[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    jobs = [(cxx, "c++", header, folders, work) for header in texts]
    jobs += [(cc, "c", header, folders, work)
             for header, text in texts.items() if 'extern "C"' in text]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 3)) as pool:
        results = pool.map(lambda job: compile_alone(*job), jobs)
        findings = [finding for finding in results if finding]
    return findings + check_umbrella(texts), len(texts)


GOOD = {"a.h": "struct A {};", "c.h": '#ifdef __cplusplus\nextern "C" {}\n#endif\nint va_f(void);',
        "voiceagent.h": '// Left out: c.h\n#include "voiceagent/a.h"'}
SELF_TESTS = (
    ({}, None),
    ({"a.h": "std::string name;"}, "a.h doesn't compile alone as c++"),
    ({"c.h": '#ifdef __cplusplus\nextern "C" {}\n#endif\nbool va_f(void);'},
     "c.h doesn't compile alone as c"),
    ({"b.h": "struct B {};"}, "doesn't include voiceagent/b.h"),
)


def self_test(cxx, cc):
    failures = 0
    for changes, expected in SELF_TESTS:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "voiceagent").mkdir()
            for name, text in (GOOD | changes).items():
                Path(folder, "voiceagent", name).write_text("#pragma once\n" + text + "\n",
                                                            encoding="utf-8")
            findings, _ = check([Path(folder)], cxx, cc, Path(folder, "work"))
        if not (any(expected in f for f in findings) if expected else not findings):
            failures += 1
            print(f"expected {expected or 'no finding'}, got {findings or 'none'}")
    print(f"self-test: {len(SELF_TESTS) - failures} of {len(SELF_TESTS)} as expected")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cxx", default="g++", help="the C++ compiler")
    parser.add_argument("--cc", default="gcc", help="the C compiler")
    parser.add_argument("--include", type=Path, action="append", default=[],
                        help="a directory of public headers")
    parser.add_argument("--work", type=Path, default=Path("build/headers"),
                        help="a folder for what is compiled")
    parser.add_argument("--self-test", action="store_true", help="check this script instead")
    arguments = parser.parse_args()
    if arguments.self_test:
        return 1 if self_test(arguments.cxx, arguments.cc) else 0
    findings, count = check(arguments.include, arguments.cxx, arguments.cc, arguments.work)
    print("\n".join(findings) if findings else f"headers: {count} compile alone")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
