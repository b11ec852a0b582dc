"""The programs that the benchmarks measure beside asl: found, installed where need be, and called.

Each has a driver, a script in ``shared/bench/peers`` beside the repository that measures and prints
one JSON document. The packages of the npm peers are those of ``package.json`` here; they are in the
``node_modules`` of the folder that NODE_PEERS names, and without it are installed here. A peer from
PyPI gets a virtual environment of its own below ``.peers``.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
BENCH = SHARED / "bench"
PEERS = BENCH / "peers"
#: So that a start is that of an installed package, wherever byte code must not be written.
_WITH_BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(HERE / ".peers" / "bytecode"),
}


class Driver(NamedTuple):
    name: str
    command: list[str]
    environment: dict[str, str]

    def call(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [*self.command, *arguments],
            env={**os.environ, **_WITH_BYTECODE, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            told = [line for line in lines if "Error: " in line] or lines  # Node goes on after it
            raise RuntimeError(f"{self.name} ended with {done.returncode}: {told[-1]}")
        return done.stdout


def npm_drivers(scripts: Mapping[str, Sequence[str]]) -> list[Driver]:
    """The drivers of the npm packages that are here: by package a script and its arguments."""
    node = shutil.which("node")
    folder = _npm_folder() if node else None
    if not node or not folder:
        return []
    return [
        Driver(package, [node, str(PEERS / script), *arguments], {"NODE_PEERS": str(folder)})
        for package, (script, *arguments) in scripts.items()
        if (folder / "node_modules" / package).is_dir()
    ]


def _npm_folder() -> Path | None:
    """The folder whose node_modules holds the npm peers; installs them where it can."""
    if "NODE_PEERS" in os.environ:
        return Path(os.environ["NODE_PEERS"])
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    if all(_npm_version(package) == version for package, version in wanted.items()):
        return HERE
    npm = shutil.which("npm")
    if not npm:
        return None
    print("installing the npm peers", file=sys.stderr)
    flags = ["--no-package-lock", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run([npm, "install", *flags], cwd=HERE, check=False).returncode:
        return None
    return HERE


def _npm_version(package: str) -> str | None:
    file = HERE / "node_modules" / package / "package.json"
    return json.loads(file.read_text("utf-8"))["version"] if file.is_file() else None


def pypi_python(package: str, version: str) -> str | None:
    """The Python of an environment that holds nothing but a package from PyPI and what it needs.

    None if the package can't be installed.
    """
    folder = HERE / ".peers" / f"{package}-{version}"
    python = str(folder / "bin" / "python")
    if not any(folder.glob(f"lib/*/site-packages/{package}-{version}.dist-info")):
        print(f"installing {package} {version}", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", f"{package}=={version}"]
        if subprocess.run(install, check=False).returncode:
            return None
    return python
