#!/usr/bin/env python3
"""Builds the reference of the public headers with Doxygen; any warning is an error.

Everything public is documented, with two exceptions: members of a named group (/// @name ... @{ @})
share the words of the group, and moving needs none. Exits with 77 when there is no Doxygen.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WARNING = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): warning: (?P<text>.*)")
MOVE = re.compile(r"(\w+& operator=|\w+)\(\w+&&( \w+)?\)")


def named_group_lines(lines):
    """The numbers of the lines inside /// @name ... /// @{ ... /// @}."""
    inside, named, numbers = False, False, set()
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if words.startswith("/// @name"):
            named = True
        elif words == "/// @{":
            inside = named
        elif words == "/// @}":
            inside = named = False
        elif inside:
            numbers.add(number)
    return numbers


def excused(match):
    """Whether a warning is one of the two exceptions."""
    path = Path(match["file"])
    if not match["text"].endswith("is not documented.") or not path.is_file():
        return False
    lines = path.read_text(encoding="utf-8").splitlines()
    number = int(match["line"])
    return number in named_group_lines(lines) or bool(MOVE.search(lines[number - 1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("output", nargs="?", type=Path, default=ROOT / "build/docs")
    parser.add_argument("generated", nargs="?", help="a folder of generated headers")
    arguments = parser.parse_args()
    if shutil.which("doxygen") is None:
        print("docs: skipped, there is no doxygen here")
        return 77

    version = re.search(r"^ *VERSION ([\d.]+)$", (ROOT / "CMakeLists.txt").read_text(), re.M)
    folders = " ".join(f'"{folder}"' for folder in ("include", arguments.generated) if folder)
    output = arguments.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    settings = (ROOT / "docs/Doxyfile").read_text() + f"""
PROJECT_NUMBER = {version[1]}
INPUT = {folders}
STRIP_FROM_PATH = {folders}
OUTPUT_DIRECTORY = "{output}"
"""
    result = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, text=True, check=False,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    findings = []
    for line in result.stderr.splitlines():
        match = WARNING.match(line)
        if line.strip() and not (match and excused(match)):
            findings.append(line)
    print("\n".join(findings) if findings else f"docs: {output}/html/index.html")
    return 1 if findings or result.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
