"""The zip of the edge function."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workshop_lib.packaging import EDGE_RUNTIMES, FALLBACK_RUNTIME, Package, package_edge_function, read_needed

MINE = f"python{sys.version_info.major}.{sys.version_info.minor}"
OTHER = next(runtime for runtime in EDGE_RUNTIMES if runtime != MINE)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def package() -> Package:
    """The package for this Python."""
    return package_edge_function()


def open_zip(package: Package) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package.zip_bytes))


def test_another_process_in_another_folder_makes_the_same_bytes(package: Package, tmp_path: Path) -> None:
    program = (
        "import json, boto3, dns.message; from workshop_lib.packaging import *; print(package_edge_function().sha256)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Singapore"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == package.sha256


def test_its_sha256_is_written_as_lambda_writes_it(package: Package) -> None:
    assert package.sha256 == base64.b64encode(hashlib.sha256(package.zip_bytes).digest()).decode()


def test_it_holds_the_handler_dnspython_and_its_licence(package: Package) -> None:
    assert {"handler.py", "dns/resolver.py"} < set(package.files)
    assert any(name.endswith("/LICENSE") for name in package.files)
    assert sorted(package.files) == open_zip(package).namelist()


def test_for_the_python_that_packages_it_is_byte_compiled() -> None:
    package = package_edge_function()

    assert package.runtime == (MINE if MINE in EDGE_RUNTIMES else FALLBACK_RUNTIME)
    assert package.byte_compiled == any(name.endswith(".pyc") for name in package.files)
    assert package.byte_compiled == (package.runtime == MINE)


def test_for_another_runtime_it_holds_source_only() -> None:
    package = package_edge_function(runtime=OTHER)

    assert not package.byte_compiled
    assert not [name for name in package.files if name.endswith(".pyc")]


def test_byte_code_is_never_checked_against_its_source(package: Package) -> None:
    with open_zip(package) as archive:
        flags = {archive.read(name)[4:8] for name in package.files if name.endswith(".pyc")}

    assert flags == {b"\x01\0\0\0"}  # PEP 552: by hash, unchecked


def test_no_path_of_this_machine_is_in_it(package: Package) -> None:
    with open_zip(package) as archive:
        contents = b"".join(archive.read(name) for name in package.files)

    assert str(ROOT).encode() not in contents
    assert str(Path(sys.prefix)).encode() not in contents
    assert b"/var/task/handler.py" in contents


def test_all_files_have_one_date_and_can_be_read_by_anyone(package: Package) -> None:
    with open_zip(package) as archive:
        infos = archive.infolist()

    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_every_module_that_was_kept_can_be_imported(package: Package, tmp_path: Path) -> None:
    with open_zip(package) as archive:
        archive.extractall(tmp_path)
    modules = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in package.files
        if name.endswith(".py") and "_no_ssl" not in name
    ]
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfor name in {modules!r}: __import__(name)"

    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", program], capture_output=True, text=True)

    assert done.stderr == ""


def test_a_runtime_that_the_edge_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"python3\.9"):
        package_edge_function(runtime="python3.9")


@pytest.mark.parametrize("files", [None, []])
def test_no_zip_is_made_without_dnspython(files: list[Any] | None) -> None:
    with pytest.raises(FileNotFoundError, match="pip install --force-reinstall dnspython"):
        read_needed(files)


def test_a_handler_that_is_no_python_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "handler.py"
    broken.write_text("def handler(", encoding="utf-8")

    with pytest.raises(SyntaxError):
        package_edge_function(source=broken)
