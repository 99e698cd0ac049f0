"""Where terminals find the commands `workshop` and `aws`: in the folder of scripts of this environment.

Run as a program, it prints what `make setup` tells.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sysconfig
from collections.abc import Mapping
from pathlib import Path

SCRIPTS = Path(sysconfig.get_path("scripts"))
"""`bin` of this environment; `Scripts` on Windows."""

ENDINGS = {"fish": ".fish", "csh": ".csh", "tcsh": ".csh"}
"""Shells that need another script than `activate`."""


def put_first(path: str, scripts: Path = SCRIPTS) -> str:
    """A PATH in which `scripts` comes first."""
    others = [part for part in path.split(os.pathsep) if part and part != str(scripts)]
    return os.pathsep.join([str(scripts), *others])


def name_shell(environment: Mapping[str, str], *, on_a_terminal: bool) -> list[str]:
    """Options that keep JupyterLab's terminals from being login shells, whose `/etc/profile` may set PATH again.

    JupyterLab starts login shells where it was not started on a terminal itself, such as in a container.
    """
    if on_a_terminal or os.name == "nt":
        return []
    shell = environment.get("SHELL") or shutil.which("sh") or "sh"
    return [f"--ServerApp.terminado_settings=shell_command={[shell]!r}"]


def tell_how_to_find(
    environment: Mapping[str, str],
    *,
    scripts: Path = SCRIPTS,
    folder: Path | None = None,
    windows: bool = os.name == "nt",
) -> str | None:
    """The line that makes another terminal find `workshop`; None where it is found already.

    Args:
        environment: Variables of that terminal.
        scripts: Where `workshop` lies.
        folder: Where the terminal is; by default the current folder.
        windows: Whether to say it for Windows.
    """
    own, found = (shutil.which("workshop", path=path) for path in (str(scripts), environment.get("PATH", "")))
    if own and found and Path(own).samefile(found):
        return None
    here = folder or Path.cwd()
    near = scripts.relative_to(here) if scripts.is_relative_to(here) else scripts
    if windows:
        return f'& "{near}\\activate"' if " " in str(near) else f"{near}\\activate"
    script = "activate" + ENDINGS.get(Path(environment.get("SHELL", "")).name, "")
    if (scripts / script).is_file():
        return f"source {shlex.quote(str(near / script))}"
    return f'export PATH={shlex.quote(str(scripts))}:"$PATH"'


def render_advice(environment: Mapping[str, str]) -> str:
    """What to tell a person, or an empty text."""
    line = tell_how_to_find(environment)
    return f"To use `workshop` and `aws` in another terminal, run this there first:\n  {line}\n" if line else ""


if __name__ == "__main__":
    print(render_advice(os.environ), end="")
