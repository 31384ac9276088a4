"""Runs the unit and command-line tests at an end of what the dependencies allow.

``python tools/ends.py python oldest`` names the oldest Python at hand (``newest``: the newest);
``python tools/ends.py oldest``, run by the Python of an environment, puts the lowest versions
that requirements.txt admits into it (``newest``: the newest that there are, whatever the upper
ends say), says which these are, and runs the tests with them.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PIP = (sys.executable, "-m", "pip", "install", "--quiet")
TESTED = re.compile(r"""extra == ["'](test|trackers)["']""")


def python_at_hand(end: str) -> str:
    """Returns the oldest or the newest Python on the path or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for minor in PYTHONS if end == "oldest" else reversed(PYTHONS):
        mine = (str(p) for p in sorted(pyenv.glob(f"{minor}.*/bin/python{minor}")))
        for python in (f"python{minor}", *mine):
            try:  # a shim of pyenv is there and still may not run
                subprocess.run([python, "-c", ""], check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                continue
            return python
    return sys.executable


def requirements() -> list[str]:
    """Returns what the package and its unit tests need, as the package's metadata say it."""
    lines = (line.partition(";") for line in requires("shiftdemo") or ())
    return [
        spec.strip()
        for spec, _, marker in lines
        if not spec.startswith("shiftdemo") and (not marker or TESTED.search(marker))
    ]


def without_upper_end(spec: str) -> str:
    """Returns a requirement such as ``name<2,>=1`` as ``name>=1``."""
    return re.sub(r"<[^,]+,|,<[^,]+", "", spec)


def install(end: str, needed: list[str]) -> None:
    """Installs the lowest versions, or the newest ones without their upper ends."""
    asked, lowest = Path(sys.prefix, "asked.txt"), Path(sys.prefix, "lowest.txt")
    if end == "newest":
        needed = [without_upper_end(spec) for spec in needed]
    asked.write_text("\n".join(needed) + "\n", encoding="utf-8")
    if end == "newest":
        subprocess.run([*PIP, "--upgrade", "--upgrade-strategy", "eager", "-r", asked], check=True)
        return
    uv = (sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python", sys.executable)
    to = ("--resolution", "lowest-direct", "--output-file", lowest, asked)
    subprocess.run([*uv, *to], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*PIP, "-r", lowest], check=True)


def main() -> int:
    """Returns the exit status of the tests."""
    end = sys.argv[-1]
    if end not in ("oldest", "newest"):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.argv[1] == "python":
        print(python_at_hand(end))
        return 0
    subprocess.run([*PIP, "-c", "constraints.txt", "setuptools", "uv"], check=True)
    subprocess.run([*PIP, "--no-build-isolation", "--no-deps", "-e", "."], check=True)
    needed = requirements()
    install(end, needed)
    print(f"The {end} versions:\n  {'python':18} {platform.python_version()}")
    for name in (re.split(r"[<>=\[]", spec)[0] for spec in needed):
        print(f"  {name:18} {version(name)}")
    sys.stdout.flush()
    tests = ("-n", "2", "--dist", "loadfile", "tests/unit", "tests/cli")
    return subprocess.call([sys.executable, "-m", "pytest", *tests])


if __name__ == "__main__":
    sys.exit(main())
