"""The file that a function's output goes to: nothing is lost, and it stays small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.engines.sandbox.output import LARGEST_OUTPUT, Output


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Output]:
    output = Output(tmp_path / "output")
    yield output
    output.close()


def size_of(output: Output) -> int:
    return Path(output.file.name).stat().st_size


def test_what_a_process_writes_stands_before_what_lambda_adds_after_it(output: Output) -> None:
    output.add("START")
    output.file.write(b"one\ntwo without an end")
    output.read()
    output.add("END")
    assert output.take() == ["START", "one", "two without an end", "END"]
    assert output.take() == []


def test_a_process_that_lives_long_does_not_fill_the_disk(output: Output) -> None:
    for _ in range(20):
        output.file.write(b"x" * (LARGEST_OUTPUT // 4) + b"\n")
        output.read()
    assert size_of(output) <= 2 * LARGEST_OUTPUT
    assert [len(line) for line in output.take()] == [LARGEST_OUTPUT // 4] * 20


def test_a_process_that_never_stops_writing_does_not_fill_the_disk(output: Output) -> None:
    for _ in range(20):
        output.file.write(b"x" * LARGEST_OUTPUT)
        output.bound()
    assert size_of(output) <= 3 * LARGEST_OUTPUT
    output.read()
    assert "more than 1 MB" in output.take()[-1]


def test_the_file_goes_and_its_last_lines_stay(output: Output) -> None:
    output.file.write(b"last words")
    output.close()
    output.close()
    assert not Path(output.file.name).exists()
    assert output.take() == ["last words"]
