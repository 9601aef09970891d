"""Real locks, reduced to what selection looks at, and packaging's answers for them.

locks/NAME.txt has a line for each entry of a lock: on which of the targets its marker
holds (a digit for each, in the order of the head of packages.txt), its name, version and
marker. packages.txt has each package of them once: its wheels, as what follows
NAME-VERSION in their file names, and the one that is chosen on each target. URLs,
hashes and most wheels for other systems than Linux are left out.
"""

import pathlib
import subprocess
import tempfile
import tomllib
import urllib.parse

from packaging.markers import Marker
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from targets import REPLAYED, TESTDATA

LOCKS = TESTDATA / "locks"
PACKAGES = TESTDATA / "packages.txt"
HEAD = """\
# NAME VERSION (and what file names begin with where they do not with NAME-VERSION), its
# wheels, then = with the index of the chosen one, or - for none, on all of these targets
# or on each:
"""


def write_inputs(directory=None):
    """Locks the sets of sets.txt with uv, those apart that cannot be."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(directory or temporary)
        LOCKS.mkdir(exist_ok=True)
        for old in LOCKS.glob("*.txt"):
            old.unlink()
        packages = {}
        for line in pathlib.Path(__file__).with_name("sets.txt").read_text().splitlines():
            name, requirements = line.split(": ")
            lock = directory / f"pylock.{name}.toml"
            if lock.exists() or compile_lock(lock, requirements.split(" ")):
                entries = tomllib.loads(lock.read_text())["packages"]
                write_lock(name, [(p["name"], p["version"], p.get("marker", "")) for p in entries if "version" in p])
                for package in entries:
                    if "version" in package:
                        files = packages.setdefault((package["name"], package["version"]), [])
                        files.extend(f for f in wheel_names(package) if f not in files)
        write_packages({key: linux_and_one_of_each_other(files) for key, files in packages.items()})


def compile_lock(lock, requirements):
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.10"]
    command += ["--no-annotate", "--no-header", "--format", "pylock.toml", "--output-file", str(lock), "-"]
    result = subprocess.run(command, input="\n".join(requirements), text=True, capture_output=True)
    if result.returncode != 0:
        lock.unlink(missing_ok=True)
        print(f"{lock.name}: left out: {result.stderr.strip()[-200:]}")
    return result.returncode == 0


def wheel_names(package):
    return [w.get("name") or urllib.parse.unquote(w["url"].rsplit("/", 1)[1]) for w in package.get("wheels", [])]


def linux_and_one_of_each_other(files):
    kept, others = [], set()
    for file in files:
        platform = file.rsplit("-", 1)[1]
        system = platform.split("_")[0].rstrip("0123456789.whl")
        if "linux" in platform or platform == "any.whl":
            kept.append(file)
        elif system not in others:
            others.add(system)
            kept.append(file)
    return kept


def write_lock(name, entries):
    lines = []
    for package, version, marker in entries:
        holds = "".join("1" if not marker or Marker(marker).evaluate(t.environment()) else "0" for t in REPLAYED)
        lines.append(f"{holds} {package} {version} {marker}".rstrip())
    (LOCKS / f"{name}.txt").write_text("\n".join(lines) + "\n")


def read_lock(path):
    for line in path.read_text().splitlines():
        _, package, version, *marker = line.split(" ", 3)
        yield package, version, "".join(marker)


def write_packages(packages):
    lines = [HEAD + "".join(f"#   {target}\n" for target in REPLAYED).rstrip()]
    ranks = [{tag: rank for rank, tag in enumerate(target.tags())} for target in REPLAYED]
    for (name, version), files in sorted(packages.items()):
        usual = f"{name.replace('-', '_')}-{version}"
        prefix = "-".join(files[0].split("-")[:2]) if files else usual
        lines.append(f"{name} {version}" + (f" {prefix}" if prefix != usual else ""))
        for file in files:
            stem = file.removesuffix(".whl")
            lines.append("-" + stem.removeprefix(prefix + "-") if stem.startswith(prefix + "-") else "+" + stem)
        chosen = [choose(files, rank) for rank in ranks]
        lines.append("= " + " ".join(chosen if len(set(chosen)) > 1 else chosen[:1]))
    PACKAGES.write_text("\n".join(lines) + "\n")


def read_packages():
    packages = {}
    for line in PACKAGES.read_text().splitlines():
        match line[0]:
            case "#" | "=":
                pass
            case "-":
                packages[key].append(f"{prefix}{line}.whl")
            case "+":
                packages[key].append(f"{line[1:]}.whl")
            case _:
                name, version, *prefix = line.split(" ")
                key = name, version
                prefix = "".join(prefix) or f"{name.replace('-', '_')}-{version}"
                packages[key] = []
    return packages


def choose(files, rank):
    """The index of the best wheel, or - when none fits. Names that are none are passed over."""
    best = None
    for index, file in enumerate(files):
        try:
            _, _, build, tags = parse_wheel_filename(file)
        except InvalidWheelFilename:
            continue
        found = min((rank[tag] for tag in tags if tag in rank), default=None)
        if found is not None and (best is None or found < best[0] or found == best[0] and build > best[1]):
            best = found, build, index
    return str(best[2]) if best else "-"


def write_answers():
    write_packages(read_packages())
    for path in sorted(LOCKS.glob("*.txt")):
        write_lock(path.stem, list(read_lock(path)))
