"""What the tests of the rehearsal share."""

from __future__ import annotations

from collections.abc import Callable

RunPython = Callable[[str], str]
"""Runs a program on the learner's machine, and returns its output."""
