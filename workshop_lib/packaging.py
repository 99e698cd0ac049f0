"""Makes the zip of the edge function. The bytes depend neither on the time nor on the folder.

Lambda compares packages by their SHA-256, so a zip that contains a date would become a new version each time.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import importlib.resources
import io
import marshal
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

EDGE_RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Python runtimes of Lambda@Edge. Deprecated and unreleased runtimes are left out."""

FALLBACK_RUNTIME = "python3.13"
"""The runtime that AWS announced for Lambda@Edge by name (CFDG, what's new, 2024-11-13)."""

LEFT_OUT = {
    "asyncresolver", "_asyncio_backend", "_trio_backend", "win32util",  # other ways to run
    "btree", "btreezone", "grange", "versioned", "zone", "zonefile", "zonetypes", "namedict",  # zones, to serve them
    "dnssec", "e164", "tsigkeyring",  # what a TXT look-up never asks
}  # fmt: skip
"""Modules of dnspython that a TXT look-up never imports."""

RECORD_TYPES = {
    "ANY": {"__init__", "CNAME", "DNAME", "NS", "OPT", "PTR", "SOA", "TSIG", "TXT"},
    "IN": {"__init__", "A", "AAAA", "HTTPS", "SVCB"},
}
"""Record types that are kept. dnspython reads all others as opaque bytes."""

RECORD_BASES = {"__init__", "nsbase", "svcbbase", "txtbase", "util"}

_COMPILE = """
import importlib.util, marshal, sys
def compile_one(name, source):
    code = marshal.dumps(compile(source, "/var/task/" + name, "exec", dont_inherit=True))
    return importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source) + code
sources = marshal.load(sys.stdin.buffer)
sys.stdout.buffer.write(marshal.dumps([(name, compile_one(name, source)) for name, source in sources]))
"""


@dataclass(frozen=True)
class Package:
    """A zip for Lambda.

    Attributes:
        zip_bytes: The zip.
        sha256: Its SHA-256 as Lambda writes it (base64), to compare with `CodeSha256`.
        runtime: Its Lambda runtime.
        byte_compiled: Whether it holds byte code, so that a cold start doesn't have to compile.
        files: Names of the files in it.
    """

    zip_bytes: bytes = field(repr=False)
    sha256: str
    runtime: str
    byte_compiled: bool
    files: tuple[str, ...] = field(repr=False)

    @property
    def size(self) -> int:
        """Size of the zip in bytes."""
        return len(self.zip_bytes)


def package_edge_function(*, runtime: str | None = None, source: Path | str | None = None) -> Package:
    """Put the edge function and dnspython in a zip. Safe to repeat: the same sources give the same bytes.

    Args:
        runtime: A Lambda runtime. The default is this Python's version, if Lambda@Edge has it. For another version the
            zip has no byte code. It works, but compiles at each cold start.
        source: The handler. The default is `edge_function/handler.py`.

    Returns:
        The package.

    Raises:
        FileNotFoundError: dnspython is not installed, so it can't be packaged.
        SyntaxError: `source` is no valid Python.
        ValueError: Lambda@Edge has no such runtime.
    """
    mine = f"python{sys.version_info.major}.{sys.version_info.minor}"
    runtime = runtime or (mine if mine in EDGE_RUNTIMES else FALLBACK_RUNTIME)
    if runtime not in EDGE_RUNTIMES:
        raise ValueError(f"Lambda@Edge has no runtime {runtime!r}. Choose one of {', '.join(EDGE_RUNTIMES)}.")
    path = Path(source) if source else Path(str(importlib.resources.files("edge_function"))) / "handler.py"
    handler = path.read_bytes().replace(b"\r\n", b"\n")
    compile(handler, str(path), "exec", dont_inherit=True)
    files = {"handler.py": handler, **_read_dnspython()}
    byte_compiled = runtime == mine
    if byte_compiled:
        files.update(_byte_compile((("handler.py", handler),)))
        files.update(
            _byte_compile(tuple((name, text) for name, text in _read_dnspython().items() if name.endswith(".py")))
        )
    zip_bytes = _zip(files)
    sha256 = base64.b64encode(hashlib.sha256(zip_bytes).digest()).decode()
    return Package(zip_bytes, sha256, runtime, byte_compiled, tuple(sorted(files)))


@lru_cache(maxsize=1)
def _read_dnspython() -> dict[str, bytes]:
    return read_needed(importlib.metadata.files("dnspython"))


def read_needed(files: Iterable[importlib.metadata.PackagePath] | None) -> dict[str, bytes]:
    """Read the needed files of the installed dnspython, with its licence.

    Args:
        files: The list of its files. None if the installer left no list, as Linux distributions do.

    Raises:
        FileNotFoundError: It isn't there. Without it the function would always use the configured origin.
    """
    found = {}
    for file in files or ():
        if _is_needed(file.as_posix()):
            found[file.as_posix()] = Path(str(file.locate())).read_bytes().replace(b"\r\n", b"\n")
    if "dns/resolver.py" not in found:
        how = f"{sys.executable} -m pip install --force-reinstall dnspython"
        raise FileNotFoundError(f"dnspython was not installed by pip, so its files can't be found. Run: {how}")
    return found


def _is_needed(name: str) -> bool:
    """Whether a file of dnspython's distribution belongs in the zip."""
    folder, _, file = name.rpartition("/")
    stem = file.removesuffix(".py")
    if file.upper().startswith("LICENSE"):
        return True
    if not file.endswith(".py"):
        return False
    if folder.startswith("dns/rdtypes/"):
        return stem in RECORD_TYPES.get(folder.removeprefix("dns/rdtypes/"), ())
    kept = {"dns/rdtypes": stem in RECORD_BASES, "dns/quic": stem == "__init__", "dns": stem not in LEFT_OUT}
    return kept.get(folder, False)


@lru_cache(maxsize=8)
def _byte_compile(sources: tuple[tuple[str, bytes], ...]) -> dict[str, bytes]:
    """Compile sources to byte code, at the paths where Python looks for it.

    Python must not check the byte code against its source, because dates in the zip mean nothing. File names in it are
    those on Lambda. A process of its own compiles: `marshal` writes reference counts, so that a busy process would give
    other bytes than a fresh one.
    """
    command = [sys.executable, "-I", "-S", "-B", "-c", _COMPILE]
    done = subprocess.run(command, input=marshal.dumps(sources), stdout=subprocess.PIPE, check=True)
    compiled = {}
    for name, byte_code in marshal.loads(done.stdout):
        folder, slash, file = name.rpartition("/")
        compiled[f"{folder}{slash}__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"] = (
            byte_code
        )
    return compiled


def _zip(files: dict[str, bytes]) -> bytes:
    """Zip these files, sorted, all readable, all with the date 1 January 1980."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # as if written on Unix, so that the permissions count
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()
