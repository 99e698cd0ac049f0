"""Builds the wheel, installs it outside the checkout, and runs notebooks 00 and 01 from it: `make wheel`.

It is no test of the suite, because it installs an environment of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = (sys.executable, "-m", "uv")


def run(*command: str | Path, folder: Path, environment: dict[str, str] | None = None) -> None:
    """Run a command. It ends this program when it fails."""
    subprocess.run([str(part) for part in command], cwd=folder, check=True, env={**os.environ, **(environment or {})})


def main() -> None:
    """Build, install, run; say how long each took."""
    with tempfile.TemporaryDirectory(prefix="two regions ") as temporary:
        folder = Path(temporary)
        learner, state = folder / "a learner", folder / "state"
        learner.mkdir()
        began = time.monotonic()
        run(*UV, "build", "-q", "--wheel", "--out-dir", folder / "dist", folder=ROOT)
        (wheel,) = (folder / "dist").glob("*.whl")
        run(*UV, "venv", "-q", "--python", sys.executable, folder / "env", folder=folder)
        scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        python = scripts / ("python.exe" if os.name == "nt" else "python")
        constraints = ROOT / "constraints.txt"
        run(*UV, "pip", "install", "-q", "--python", python, "-c", constraints, wheel, folder=folder)
        installed = time.monotonic()
        environment = {"WORKSHOP_STATE_DIR": str(state)}
        run(scripts / "workshop", "run", "--to", "01", folder=learner, environment=environment)
        ended = time.monotonic()
        assert (learner / "build" / "run" / "junit.xml").exists(), "the run left no report in the learner's folder"
        assert not (ROOT / "notebooks" / ".workshop-manifest.json").exists(), "the copy went to the checkout"
        changed = learner / "notebooks" / "00_start_here.ipynb"
        mine = changed.read_text(encoding="utf-8").replace("# ", "# My ", 1)
        changed.write_text(mine, encoding="utf-8")
        run(scripts / "workshop", "run", "--to", "00", folder=learner, environment=environment)
        assert changed.read_text(encoding="utf-8") == mine, "a notebook that the learner changed was overwritten"
        print(f"{wheel.name}: built and installed in {installed - began:.0f} s, ran in {ended - installed:.0f} s.")


if __name__ == "__main__":
    main()
