"""Says whether the floor of coverage in pyproject.toml must be raised; `make check` runs it after the tests."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def judge(measured: float, floor: float) -> str:
    """What is wrong with the floor; nothing when the measured coverage is up to two points above it.

    Two, because the figure differs a little between runs and machines: a floor right below it would fail by chance.
    """
    if measured < floor:
        return f"Coverage is {measured:.2f} %, below the floor of {floor:g} %. Test what you added."
    if measured >= floor + 2:
        return (
            f"Coverage is {measured:.2f} %. Raise fail_under in pyproject.toml from {floor:g} to {int(measured) - 1}."
        )
    return ""


def main() -> None:
    """Compare what the last run measured with the floor. Exits with 1 when one of them must change."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    command = [sys.executable, "-m", "coverage", "report", "--format=total", "--precision=2", "--fail-under=0"]
    total = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    floor = settings["report"]["fail_under"]
    print(f"Coverage: {float(total):.2f} %, floor {floor} %.")
    sys.exit(judge(float(total), floor) or 0)


if __name__ == "__main__":
    main()
