"""Compiles the modules of a tree, each for its place in the image.

    compile.py TREE OUT LEVEL

Next to nothing of the machine is in the result: the sources are taken in the order of
their paths, by one process, and the bytecode says neither when nor where it was made
(PEP 552, unchecked hashes). What cannot be compiled is passed over, as Python does.
"""

import errno
import importlib.util
import os
import py_compile
import sys

WRITTEN = 315532800  # 1980-01-01, the time of all files in layers


def settle(path, mode):
    os.chmod(path, mode)
    os.utime(path, (WRITTEN, WRITTEN))


def sources(tree):
    for folder, folders, files in os.walk(tree):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(".py") and os.path.isfile(path) and not os.path.islink(path):
                yield path


def main(tree, out, level):
    optimization = "" if level == 0 else level
    made, count = set(), 0
    for source in sources(tree):
        inside = os.path.relpath(source, tree)
        if inside.startswith("opt/venv/bin/"):
            continue
        compiled = importlib.util.cache_from_source(os.path.join(out, inside), optimization=optimization)
        folder = os.path.dirname(compiled)
        while folder != out and folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
            folder = os.path.dirname(folder)
        try:
            py_compile.compile(
                source, compiled, "/" + inside, doraise=True, optimize=level,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except (py_compile.PyCompileError, UnicodeDecodeError, ValueError, RecursionError):
            continue
        except OSError as e:
            if e.errno != errno.ENAMETOOLONG:
                raise
            continue  # .cpython-3XX.pyc makes the name longer
        settle(compiled, 0o644)
        count += 1
    for folder in sorted(made, reverse=True):
        try:
            os.rmdir(folder)  # what only holds a source that cannot be compiled
            continue
        except OSError:
            pass
        like = os.path.join(tree, os.path.relpath(folder, out))
        if os.path.isdir(like):
            st = os.stat(like)
            os.chown(folder, st.st_uid, st.st_gid)
            os.chmod(folder, st.st_mode & 0o7777)
            os.utime(folder, ns=(st.st_mtime_ns, st.st_mtime_ns))
        else:
            settle(folder, 0o755)
    settle(out, 0o755)
    print(f"bytecode: {count} modules", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
