"""The quick form of the rehearsal: the whole workshop in AWS mode, at AWS's own host names."""

from __future__ import annotations

from pathlib import Path

from tests.rehearsal.playing import choose_stops, rehearse


def test_in_aws_mode_the_workshop_holds_from_the_first_notebook_to_the_last_receipt(tmp_path: Path) -> None:
    assert rehearse(tmp_path, stops=choose_stops(3, seed=1)) == []
