"""A learner's copy of the notebooks: brought, upgraded, and never overwritten."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from workshop_cli.working_copy import MANIFEST, Copied, update_working_copy


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """The notebooks of a release."""
    (tmp_path / "kit" / "website").mkdir(parents=True)
    (tmp_path / "kit" / "00.ipynb").write_text("first")
    (tmp_path / "kit" / "website" / "index.html").write_text("page")
    return tmp_path / "kit"


def update(tmp_path: Path, kit: Path) -> Copied:
    return update_working_copy(tmp_path / "copy of ada", sources={"notebooks": kit})


def notebook(tmp_path: Path) -> Path:
    return tmp_path / "copy of ada" / "notebooks" / "00.ipynb"


def test_an_empty_folder_gets_every_file(tmp_path: Path, kit: Path) -> None:
    assert update(tmp_path, kit) == Copied(("notebooks/00.ipynb", "notebooks/website/index.html"), ())
    assert notebook(tmp_path).read_text() == "first"


def test_a_second_start_writes_nothing(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)

    assert update(tmp_path, kit) == Copied((), ())


def test_a_changed_notebook_is_left_alone(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)
    notebook(tmp_path).write_text("mine")

    assert update(tmp_path, kit) == Copied((), ())
    assert notebook(tmp_path).read_text() == "mine"


def test_a_changed_notebook_outlives_every_new_release(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)
    notebook(tmp_path).write_text("mine")
    for release in ("second", "third"):
        (kit / "00.ipynb").write_text(release)

        assert update(tmp_path, kit).kept == ("notebooks/00.ipynb",)
        assert notebook(tmp_path).read_text() == "mine"


def test_an_unchanged_notebook_is_upgraded(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)
    (kit / "00.ipynb").write_text("second")

    assert update(tmp_path, kit).written == ("notebooks/00.ipynb",)
    assert notebook(tmp_path).read_text() == "second"


def test_a_file_that_was_there_before_the_first_start_is_left_alone(tmp_path: Path, kit: Path) -> None:
    notebook(tmp_path).parent.mkdir(parents=True)
    notebook(tmp_path).write_text("something else")

    assert update(tmp_path, kit).kept == ("notebooks/00.ipynb",)
    assert notebook(tmp_path).read_text() == "something else"


def test_a_deleted_notebook_comes_back(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)
    notebook(tmp_path).unlink()

    assert update(tmp_path, kit).written == ("notebooks/00.ipynb",)


def test_a_manifest_that_cannot_be_read_is_named_and_nothing_is_written(tmp_path: Path, kit: Path) -> None:
    update(tmp_path, kit)
    (tmp_path / "copy of ada" / MANIFEST).write_text("{")
    (kit / "00.ipynb").write_text("second")

    with pytest.raises(click.ClickException, match=MANIFEST):
        update(tmp_path, kit)
    assert notebook(tmp_path).read_text() == "first"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, kit: Path) -> None:
    (tmp_path / "copy of ada").write_text("a file, not a folder")

    with pytest.raises(click.ClickException, match="copy of ada"):
        update(tmp_path, kit)
