"""What makes a terminal find the command `workshop`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workshop_cli.terminals import name_shell, put_first, tell_how_to_find


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The scripts of an environment in which the workshop is installed."""
    folder = tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    folder.mkdir(parents=True)
    for name in ("workshop", "workshop.exe", "activate", "activate.fish"):
        (folder / name).touch(mode=0o755)
    return folder


def test_the_commands_of_the_environment_come_first_and_once() -> None:
    path = os.pathsep.join(["/usr/bin", "/env/bin", "/bin"])

    assert put_first(path, Path("/env/bin")).split(os.pathsep) == [str(Path("/env/bin")), "/usr/bin", "/bin"]


@pytest.mark.skipif(os.name == "nt", reason="the shells of Linux and macOS")
@pytest.mark.parametrize(
    ("shell", "line"),
    [("/bin/bash", "source .venv/bin/activate"), ("/usr/bin/fish", "source .venv/bin/activate.fish")],
)
def test_another_terminal_is_told_one_line(scripts: Path, tmp_path: Path, shell: str, line: str) -> None:
    terminal = {"PATH": "/usr/bin", "SHELL": shell}

    assert tell_how_to_find(terminal, scripts=scripts, folder=tmp_path, windows=False) == line


@pytest.mark.skipif(os.name == "nt", reason="the shells of Linux and macOS")
def test_an_environment_that_cannot_be_activated_goes_on_path(scripts: Path, tmp_path: Path) -> None:
    (scripts / "activate").unlink()

    line = tell_how_to_find({"PATH": "/usr/bin"}, scripts=scripts, folder=tmp_path, windows=False)

    assert line == f'export PATH={scripts}:"$PATH"'


def test_windows_has_a_line_of_its_own(scripts: Path, tmp_path: Path) -> None:
    line = tell_how_to_find({"PATH": ""}, scripts=scripts, folder=tmp_path, windows=True)

    assert line == f"{scripts.relative_to(tmp_path)}\\activate"


def test_a_terminal_that_finds_the_command_is_told_nothing(scripts: Path) -> None:
    assert tell_how_to_find({"PATH": str(scripts)}, scripts=scripts) is None


def test_a_terminal_that_finds_the_command_of_another_environment_is_told(scripts: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "workshop").touch(mode=0o755)
    (other / "workshop.exe").touch(mode=0o755)

    assert tell_how_to_find({"PATH": str(other)}, scripts=scripts)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no login shells")
@pytest.mark.parametrize(("on_a_terminal", "count"), [(True, 0), (False, 1)])
def test_the_terminals_are_no_login_shells(on_a_terminal: bool, count: int) -> None:
    options = name_shell({"SHELL": "/bin/bash"}, on_a_terminal=on_a_terminal)

    assert options == ["--ServerApp.terminado_settings=shell_command=['/bin/bash']"][:count]
