"""Compares packaging's choices with uv's, where uv has a platform with the same C library.

uv resolves the packages that a lock has for a target, without their dependencies, and
its log says which wheel it looked at. What no wheel fits is asked for by itself, which
is slow: some ten seconds each.

The last comparison, with uv 0.13.9 and packaging 26.3: 15519 choices are the same and
none differ. One difference is known, but no lock here has it: uv takes wheels for
linux_MACHINE last and packaging takes them first, as this package does. Public indexes
refuse such wheels.
"""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from packaging.markers import Marker

import locks
from targets import Target

PLATFORMS = {
    "x86_64-unknown-linux-musl": ("x86_64", "musl", "1.2"),
    "aarch64-unknown-linux-musl": ("aarch64", "musl", "1.2"),
    "x86_64-manylinux_2_40": ("x86_64", "glibc", "2.40"),
    "aarch64-manylinux_2_36": ("aarch64", "glibc", "2.36"),
}
PYTHONS = ["3.10.18", "3.12.11", "3.14.6"]
SELECTED = re.compile(r"Selecting: (\S+)==(\S+) \[[a-z]+\] \((\S+)\)")


def resolve(platform, python, requirements):
    """The file that uv takes for each package, and whether it found one for all."""
    command = ["uv", "pip", "compile", "--verbose", "--color=never", "--no-deps", "--no-build", "--no-header"]
    command += ["--python-platform", platform, "--python-version", python, "--prerelease", "allow", "-"]
    result = subprocess.run(command, input="\n".join(requirements), text=True, capture_output=True)
    return {(n, v): file for n, v, file in SELECTED.findall(result.stderr)}, result.returncode == 0


def compare():
    """Prints each disagreement, and gives the exit code."""
    rounds, unfit = [], []
    for platform, target in PLATFORMS.items():
        for python in PYTHONS:
            chosen, none = expected(Target(python, *target))
            rounds += [(platform, python, part) for part in one_version_each(chosen)]
            if python == PYTHONS[1]:
                unfit += [(platform, python, *package) for package in none]
    with ThreadPoolExecutor(12) as pool:
        same, others = zip(*pool.map(lambda item: compare_round(*item), rounds))
        print(f"{sum(same)} choices are the same, {sum(others)} differ", flush=True)
        refused = list(pool.map(lambda item: compare_unfit(*item), unfit))
    print(f"{sum(refused)} of {len(refused)} refusals are the same")
    return int(sum(others) > 0 or not all(refused))


def expected(target):
    """packaging's choice for each package that some lock has on a target, and those without one."""
    packages, rank = locks.read_packages(), {tag: n for n, tag in enumerate(target.tags())}
    chosen, none = {}, set()
    for path in sorted(locks.LOCKS.glob("*.txt")):
        for name, version, marker in locks.read_lock(path):
            files = packages[name, version]
            if not files or marker and not Marker(marker).evaluate(target.environment()):
                continue
            choice = locks.choose(files, rank)
            if choice == "-":
                none.add((name, version))
            else:
                chosen[name, version] = files[int(choice)]
    return chosen, sorted(none)


def one_version_each(chosen):
    """Divides packages so that no part has two versions of one."""
    parts = []
    for (name, version), file in chosen.items():
        part = next((p for p in parts if name not in p), None)
        if part is None:
            parts.append(part := {})
        part[name] = version, file
    return parts


def compare_round(platform, python, part):
    found, ok = resolve(platform, python, [f"{name}=={version}" for name, (version, _) in part.items()])
    if not ok:
        print(f"{python} {platform}: uv does not resolve all of {len(part)} packages", flush=True)
    differ = 0
    for name, (version, file) in part.items():
        if found.get((name, version), file) != file:
            print(f"{python} {platform}: {name} {version}: packaging {file}, uv {found[name, version]}", flush=True)
            differ += 1
    return sum(found.get((name, version)) == file for name, (version, file) in part.items()), differ


def compare_unfit(platform, python, name, version):
    found, ok = resolve(platform, python, [f"{name}=={version}"])
    if ok:
        print(f"{python} {platform}: {name} {version}: packaging none, uv {found.get((name, version))}", flush=True)
    return not ok
