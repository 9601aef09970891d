# /// script
# requires-python = ">=3.11"
# dependencies = ["packaging==26.3"]
# ///
"""Writes the golden files of internal/wheel: what `packaging` answers.

    uv run internal/wheel/testdata/oracle/oracle.py           # the answers, out of the inputs in the repo
    uv run internal/wheel/testdata/oracle/oracle.py locks     # new inputs: real locks of sets.txt, by uv
    uv run internal/wheel/testdata/oracle/oracle.py uv        # compares the answers with uv's choices

The answers are the same at each run: random cases come from a fixed seed. `locks` needs
the package index and takes a quarter of an hour; a directory after it keeps the locks,
and those that it has are not made again. `uv` needs the index too and writes nothing.
"""

import sys

import cases
import locks
import targets
import uvcheck


def main(arguments):
    match arguments:
        case []:
            targets.write_tags()
            locks.write_answers()
            cases.write_versions()
            cases.write_specifiers()
            cases.write_markers()
        case ["locks", *directory]:
            locks.write_inputs(*directory)
            locks.write_answers()
        case ["uv"]:
            sys.exit(uvcheck.compare())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
