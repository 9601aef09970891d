"""Targets, and their tags as packaging has them when it runs there."""

import hashlib
import pathlib
import sysconfig
from dataclasses import dataclass
from unittest import mock

from packaging import _manylinux, _musllinux, tags

TESTDATA = pathlib.Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Target:
    python: str  # full version, with a t at its end when free-threaded
    machine: str
    libc: str  # musl or glibc
    version: str  # of libc

    @property
    def minor(self):
        return tuple(int(n) for n in self.python.rstrip("t").split(".")[:2])

    def __str__(self):
        return f"{self.python} {self.machine} {self.libc} {self.version}"

    def tags(self):
        """All tags, the best first."""
        major, minor = (int(n) for n in self.version.split("."))
        glibc = _manylinux._GLibCVersion(major, minor) if self.libc == "glibc" else _manylinux._GLibCVersion(-1, -1)
        musl = _musllinux._MuslVersion(major, minor) if self.libc == "musl" else None
        with (
            mock.patch.object(_manylinux, "_get_glibc_version", lambda: glibc),
            mock.patch.object(_manylinux, "_have_compatible_abi", lambda executable, archs: True),
            mock.patch.object(_manylinux, "_get_manylinux_module", lambda: None),
            mock.patch.object(_musllinux, "_get_musl_version", lambda executable: musl),
            mock.patch.object(sysconfig, "get_platform", lambda: f"linux-{self.machine}"),
        ):
            platforms = list(tags._linux_platforms(is_32bit=False))
        interpreter = "cp%d%d" % self.minor
        abi = interpreter + ("t" if self.python.endswith("t") else "")
        return [
            *tags.cpython_tags(self.minor, abis=[abi], platforms=platforms),
            *tags.compatible_tags(self.minor, interpreter=interpreter, platforms=platforms),
        ]

    def environment(self):
        """What markers see: PEP 751's sets are empty, and no extra is asked for."""
        full = self.python.rstrip("t")
        return {
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": self.machine,
            "platform_release": "",
            "platform_version": "",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "implementation_version": full,
            "python_version": "%d.%d" % self.minor,
            "python_full_version": full,
            "extra": "",
            "extras": frozenset(),
            "dependency_groups": frozenset(),
        }


# What real locks are replayed for, in the order of the columns of their golden files.
REPLAYED = [
    Target(python, machine, libc, version)
    for machine, libc, version in (
        ("x86_64", "musl", "1.2"),
        ("aarch64", "musl", "1.2"),
        ("x86_64", "glibc", "2.41"),
        ("aarch64", "glibc", "2.36"),
    )
    for python in ("3.10.18", "3.12.11", "3.14.6")
]


def write_tags():
    """A line for each target with the number of its tags, and a digest of them in order."""
    pythons = ["3.9.25", "3.10.18", "3.11.13", "3.12.11", "3.13.2", "3.13.2t", "3.14.6", "3.14.6t", "3.15.0rc1", "3.15.0rc1t"]
    libcs = [("musl", "1.1"), ("musl", "1.2"), ("glibc", "2.4"), ("glibc", "2.17"), ("glibc", "2.36"), ("glibc", "2.41")]
    machines = ["x86_64", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"]
    lines = ["# PYTHON MACHINE LIBC VERSION: number of tags, SHA-256 of them in order with a newline after each"]
    for python in pythons:
        for machine in machines:
            for libc, version in libcs:
                target = Target(python, machine, libc, version)
                found = [str(tag) for tag in target.tags()]
                digest = hashlib.sha256("".join(tag + "\n" for tag in found).encode()).hexdigest()
                lines.append(f"{target}: {len(found)} {digest}")
    (TESTDATA / "tags.txt").write_text("\n".join(lines) + "\n")
