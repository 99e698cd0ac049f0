"""The first code in a function's process; uses the standard library only.

It prepares what Lambda's machines have and this one hasn't: DNS that is asked at the local nameserver, whatever the
address and whatever this machine's configuration, and no packages but the function's own. Then the runtime takes over.

What reaches DNS through the C library (`socket.getaddrinfo` of a name) is not redirected.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.machinery
import io
import json
import os
import runpy
import signal
import socket
import sys
import threading
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DNS_PORT = 53
PR_SET_CHILD_SUBREAPER = 36
RUNTIME_PACKAGES = {"awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"}


def end_with_the_cloud() -> None:
    """Wait until the other end of standard input is closed, which happens however the local cloud ends."""
    while os.read(0, 4096):
        pass
    end_tree(os.getpid())
    os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of every process whose own parent ends, so that `end_tree` finds it. Only Linux can do this."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError):
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_tree(pid: int) -> None:
    """Kill what a function's process has started, also in sessions of their own, and its process group."""
    if pid != os.getpid() and sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGSTOP)  # so that it starts no more
    ended: set[int] = set()
    while found := descendants(pid) - ended:
        ended |= found
        for child in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(child, signal.SIGKILL)
    end_group(pid)


def descendants(pid: int) -> set[int]:
    """The children of a process, and theirs. Only Linux lists them."""
    found: set[int] = set()
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found |= {int(child) for child in file.read_text().split()}
    return found.union(*map(descendants, found))


def end_group(pid: int) -> None:
    """Kill the processes of a group that are left."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def end_marked(name: str, value: str) -> None:
    """Kill the processes that still have a variable with this value. A process that crashed can leave some."""
    marker = f"{name}={value}".encode()
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if marker in file.read_bytes().split(b"\0"):
                os.kill(int(file.parent.name), signal.SIGKILL)


def redirect_dns(nameserver: tuple[str, int]) -> None:
    """Send whatever goes to port 53, of any address, over UDP or TCP, to the nameserver."""

    class RedirectedSocket(socket.socket):
        """A socket that says it talks to the server that was named, and talks to ours."""

        asked: Any = None

        def _redirect(self, address: Any) -> Any:
            if not isinstance(address, tuple) or address[1] != DNS_PORT:
                return address
            self.asked = address
            if self.family != socket.AF_INET6:
                return nameserver
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            return (f"::ffff:{nameserver[0]}", nameserver[1], 0, 0)

        def connect(self, address: Any) -> None:
            super().connect(self._redirect(address))

        def connect_ex(self, address: Any) -> int:
            return super().connect_ex(self._redirect(address))

        def sendto(self, data: Any, *rest: Any) -> int:  # data, perhaps flags, address
            flags = rest[0] if len(rest) == 2 else 0
            return super().sendto(data, flags, self._redirect(rest[-1]))

        def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
            data, sender = super().recvfrom(size, flags)
            return data, self.asked or sender

        def recvfrom_into(self, *arguments: Any, **keywords: Any) -> tuple[int, Any]:
            size, sender = super().recvfrom_into(*arguments, **keywords)
            return size, self.asked or sender

    socket.socket = RedirectedSocket  # type: ignore[misc]


def name_a_nameserver(host: str) -> None:
    """Give resolvers the configuration of a machine that has one nameserver: on Unix a file, on Windows a module."""
    open_file = builtins.open

    def open_or_pretend(file: Any, *arguments: Any, **keywords: Any) -> Any:
        if file == "/etc/resolv.conf":
            return io.StringIO(f"nameserver {host}\n")
        return open_file(file, *arguments, **keywords)

    builtins.open = open_or_pretend
    io.open = open_or_pretend
    sys.meta_path.insert(0, WindowsConfiguration(host))


class WindowsConfiguration:
    """Finds and loads the module from which dnspython reads the registry of Windows; packages needn't hold it."""

    def __init__(self, host: str) -> None:
        self.host = host

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """This finder is the loader too."""
        return importlib.machinery.ModuleSpec(name, self) if name == "dns.win32util" else None  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> None:
        """None asks for an ordinary module."""

    def exec_module(self, module: Any) -> None:
        """The one function that dnspython calls."""
        info = types.SimpleNamespace(domain=None, nameservers=[self.host], search=[])
        module.get_dns_info = lambda: info


class RuntimePackages:
    """Finds AWS's runtime interface client where this Python has it, and nothing else of what is installed there."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """Look into the folder for the runtime's packages; for all others, nowhere."""
        if name.partition(".")[0] not in RUNTIME_PACKAGES:
            return None
        return importlib.machinery.PathFinder.find_spec(name, path or [self.folder], target)


def main(settings: dict[str, Any]) -> None:
    """Prepare the process, then run the runtime for ever."""
    adopt_orphans()
    threading.Thread(target=end_with_the_cloud, daemon=True).start()
    host, port = settings["nameserver"]
    redirect_dns((host, port))
    name_a_nameserver(host)
    sys.path.insert(0, settings["task_root"])
    sys.argv = ["bootstrap", settings["handler"]]
    if settings["runtime_folder"]:
        sys.meta_path.append(RuntimePackages(settings["runtime_folder"]))  # type: ignore[arg-type]
        runpy.run_module("awslambdaric", run_name="__main__")
    else:
        runpy.run_path(str(Path(__file__).with_name("plain_runtime.py")), run_name="__main__")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
