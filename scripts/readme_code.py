#!/usr/bin/python3
"""readme_code.py README.md OUT.cpp: writes the README's first C++ block to a file, to be compiled."""
import re
import sys


def main():
    readme, out = sys.argv[1:3]
    with open(readme, encoding="utf-8") as file:
        block = re.search(r"^```cpp\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    if block is None:
        sys.exit(f"{readme}: no ```cpp block")
    with open(out, "w", encoding="utf-8") as file:
        file.write(block.group(1))


if __name__ == "__main__":
    main()
