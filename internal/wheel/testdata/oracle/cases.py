"""Random versions, specifiers and markers with packaging's answers."""

import itertools
import random

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from targets import TESTDATA, Target


def spelling(r):
    """A version in one of the many spellings of PEP 440."""
    sep = lambda: r.choice(["", "", ".", "-", "_"])
    number = lambda: r.choice(["", "0", "1", "2", "10", "007", "20240131", "99999999999999999999"])
    text = r.choice(["", "", "", "v", "V"]) + r.choice(["", "", "", "", "0!", "1!", "02!"])
    text += ".".join(r.choice(["0", "1", "2", "3", "10", "01", "2024"]) for _ in range(r.randint(1, 4)))
    if r.random() < 0.4:
        text += sep() + r.choice(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "Alpha"]) + sep() + number()
    if r.random() < 0.3:
        text += r.choice([f"-{r.randint(0, 3)}", sep() + r.choice(["post", "rev", "r", "POST"]) + sep() + number()])
    if r.random() < 0.3:
        text += sep() + r.choice(["dev", "DEV"]) + sep() + number()
    if r.random() < 0.25:
        text += "+" + r.choice([".", "-", "_"]).join(r.choice(["1", "2", "10", "010", "a", "cpu", "Ubuntu", "1a"]) for _ in range(r.randint(1, 3)))
    return text


def mutate(r, text, alphabet):
    at = r.randrange(len(text) + 1)
    match r.randrange(3):
        case 0:
            return text[:at] + r.choice(alphabet) + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
    other = r.randrange(len(text) + 1)
    return text[: min(at, other)] + text[max(at, other) :]


def version(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def write_versions():
    """Spellings with their normal forms, ! for what is none, in the order of versions."""
    r = random.Random(440)
    texts = {spelling(r) for _ in range(900)}
    texts |= {mutate(r, text, "01.-_+!*avrcdev ") for text in sorted(texts)[:600]}
    texts = sorted(text for text in texts if text == text.strip() and text)
    valid = sorted(((Version(text), text) for text in texts if version(text)), key=lambda pair: pair[0])
    lines = ["# ORDER NORMAL-FORM SPELLING: versions of the same order are equal; ! is no version"]
    lines += [f"! ! {text}" for text in texts if not version(text)]
    for order, (_, group) in enumerate(itertools.groupby(valid, key=lambda pair: pair[0])):
        lines += [f"{order} {v} {text}" for v, text in group]
    (TESTDATA / "versions.txt").write_text("\n".join(lines) + "\n")


def near(r):
    """Versions close to each other, so that specifiers divide them."""
    text = r.choice(["", "", "", "1!"]) + r.choice(["1", "1.0", "1.0.0", "1.1", "1.2", "1.2.0", "1.2.3", "2.0", "0", "1.10"])
    text += r.choice(["", "", "", "a1", "b2", "rc1"]) + r.choice(["", "", "", ".post0", ".post1"]) + r.choice(["", "", "", ".dev0", ".dev1"])
    return text + r.choice(["", "", "", "+cpu", "+cpu.1", "+1"])


def write_specifiers():
    """Sets of specifiers, each with the versions that it contains as the bits of a number."""
    r = random.Random(441)
    versions = sorted({near(r) for _ in range(170)}) + ["foo", "1.0-foo", "v1.0", "1.0.RC1", "1.0-1"]
    texts = set()
    while len(texts) < 700:
        one = lambda: r.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "==="]) + r.choice(["", " "]) + near(r) + r.choice(["", "", "", ".*"])
        text = r.choice([",", ", ", " , "]).join(one() for _ in range(r.choice([1, 1, 1, 1, 2, 3])))
        texts.add(text if r.random() < 0.85 else mutate(r, text, "=<>!~,.*+1a "))
    lines = ["# CONTAINS SPECIFIERS: bit N for version N of the next line; ! is no set of specifiers", " ".join(versions)]
    for text in sorted(text for text in texts if text.strip(", ")):
        try:
            found = SpecifierSet(text)
            bits = sum(1 << n for n, v in enumerate(versions) if found.contains(v, prereleases=True))
            lines.append(f"{bits:x} {text}")
        except InvalidSpecifier:
            lines.append(f"! {text}")
    (TESTDATA / "specifiers.txt").write_text("\n".join(lines) + "\n")


ENVIRONMENTS = [
    (Target("3.9.25", "x86_64", "musl", "1.2"), "", [], []),
    (Target("3.10.0", "aarch64", "musl", "1.2"), "socks", ["socks", "a-b"], []),
    (Target("3.11.3", "armv7l", "glibc", "2.36"), "a-b", [], ["dev"]),
    (Target("3.12.11", "ppc64le", "glibc", "2.36"), "extra-3-app-cpu", ["extra-3-app-cpu"], ["dev", "test"]),
    (Target("3.13.0", "s390x", "glibc", "2.41"), "", ["a-b"], ["test"]),
    (Target("3.14.6", "x86_64", "glibc", "2.41"), "cpu", ["cpu", "socks"], ["dev"]),
    (Target("3.15.0rc1", "riscv64", "glibc", "2.43"), "", [], []),
]

STRINGS = {
    "os_name": ["posix", "nt", "java"],
    "os.name": ["posix", "nt"],
    "sys_platform": ["linux", "linux2", "win32", "darwin", "win32 linux", "emscripten"],
    "sys.platform": ["linux", "win32"],
    "platform_machine": ["x86_64", "aarch64", "arm64", "AMD64", "armv7l ppc64le", "s390x"],
    "platform.machine": ["x86_64", "arm64"],
    "platform_python_implementation": ["CPython", "PyPy"],
    "platform.python_implementation": ["CPython", "PyPy"],
    "python_implementation": ["CPython", "PyPy"],
    "platform_system": ["Linux", "Windows", "Darwin", ""],
    "platform_version": ["", "#1 SMP", "10.0"],
    "platform.version": ["", "10.0"],
    "implementation_name": ["cpython", "pypy", "PyPy"],
    "unknown_variable": ["x"],
}
VERSIONS = {
    "python_version": ["3.9", "3.10", "3.13", "3", "3.12.0", "3.*", "3.11.*", "2.7 3.10 3.13", "3.9, 3.10", "four", "3.13.0"],
    "python_full_version": ["3.9.25", "3.10", "3.11.3", "3.12.*", "3.13.0rc1", "3.15.0", "3.15.0b1", "3.14", "3.14.6+local", "x"],
    "implementation_version": ["3.9", "3.11.4", "3.15.0a1", "7.3.13"],
    "platform_release": ["", "5.15", "4.4.0-21-generic", "2.6"],
}
NAMES = ["socks", "a_b", "A.B", "cpu", "extra-3-app-cpu", "dev", "Test", "none"]


def comparison(r):
    quote = lambda text: r.choice(["'%s'", '"%s"']) % text
    gap = lambda: r.choice([" ", " ", "", "  ", "\t"])
    match r.randrange(10):
        case 0:
            return f"extra{gap()}{r.choice(['==', '!='])}{gap()}{quote(r.choice(NAMES))}"
        case 1:
            return f"{quote(r.choice(NAMES))} {r.choice(['in', 'not in'])} {r.choice(['extras', 'dependency_groups'])}"
        case 2 | 3 | 4:
            variable = r.choice(list(STRINGS))
            text, operator = r.choice(STRINGS[variable]), r.choice(["==", "==", "!=", "in", "not in", "<", ">=", "~="])
        case _:
            variable = r.choice(list(VERSIONS))
            text = r.choice(VERSIONS[variable])
            operator = r.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "===", "in", "not in"])
    sides = [variable, quote(text)]
    if r.random() < 0.25:
        sides.reverse()
    space = " " if "in" in operator else gap()
    return sides[0] + space + operator + space + sides[1]


def expression(r, depth=0):
    parts = []
    for n in range(r.choice([1, 1, 2, 2, 3])):
        if n:
            parts.append(r.choice(["and", "or"]))
        nested = depth < 3 and r.random() < 0.25
        parts.append(f"({r.choice(['', ' '])}{expression(r, depth + 1)})" if nested else comparison(r))
    return " ".join(parts)


def refused(items):
    """Whether this package differs on purpose: see TestParseMarkerRefuses."""
    for item in items:
        if isinstance(item, list) and refused(item):
            return True
        if isinstance(item, tuple):
            left, operator, right = (part.serialize() for part in item)
            if left.startswith(('"', "'")) == right.startswith(('"', "'")) or "\\" in left + right:
                return True
            if right == "platform_release" and operator == "~=":
                return True  # Not refused, but false: packaging has no answer for an empty release.
            if "extra" in (left, right) and operator not in ("==", "!="):
                return True
            if {left, right} & {"extras", "dependency_groups"} and not (operator in ("in", "not in") and left[0] in "'\""):
                return True
    return False


def answer(marker):
    """A digit for each environment, or ! for what is no marker, or None to leave it out."""
    try:
        parsed = Marker(marker)
    except InvalidMarker:
        return "!"
    if refused(parsed._markers) or "\\" in marker:
        return None
    digits = ""
    for target, extra, extras, groups in ENVIRONMENTS:
        sets = {"extra": extra, "extras": frozenset(extras), "dependency_groups": frozenset(groups)}
        try:
            digits += str(int(parsed.evaluate({**target.environment(), **sets})))
        except (UndefinedComparison, UndefinedEnvironmentName):
            digits += "!"
    if "!" in digits:
        # The operator ~= and === on strings: the same in each environment, or left out.
        return "!" if digits == "!" * len(digits) and "===" not in marker else None
    return digits


def write_markers():
    """Markers, each with a digit for each environment of the head."""
    r = random.Random(508)
    lines = ["# HOLDS MARKER: a digit for each environment; ! is no marker"]
    for target, extra, extras, groups in ENVIRONMENTS:
        lines.append(f"# {target}: {extra or '-'} {','.join(extras) or '-'} {','.join(groups) or '-'}")
    found = {}
    while len(found) < 2500:
        marker = expression(r)
        if r.random() < 0.12:
            marker = mutate(r, marker, "()'\" =<>~!andorinotx3.")
        if marker.strip() and len(marker) < 300:
            found[marker] = answer(marker)
    lines += [f"{digits} {marker}" for marker, digits in found.items() if digits is not None]
    (TESTDATA / "markers.txt").write_text("\n".join(lines) + "\n")
