"""What the tests of the rehearsal share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping

RunPython = Callable[[str], str]
"""Runs a program on the learner's machine, and returns its output."""


def run_on_machine(environment: Mapping[str, str], program: str) -> str:
    """Run a program with the variables of the learner's machine, and return its output."""
    finished = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    return finished.stdout + finished.stderr
