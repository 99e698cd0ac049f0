"""From the learner's machine only AWS is reached."""

from __future__ import annotations

import pytest

from local_cloud.cloud import LocalCloud
from tests.rehearsal.kit import RunPython
from tests.rehearsal.ledger import Ledger

CONNECT = "import socket; socket.create_connection(({!r}, {}), timeout=5)"


@pytest.mark.parametrize(("host", "port"), [("203.0.113.5", 443), ("192.0.2.1", 22), ("192.0.3.1", 443)])
def test_a_connection_to_another_place_is_refused_and_written_down(
    run_python: RunPython, ledger: Ledger, host: str, port: int
) -> None:
    output = run_python(CONNECT.format(host, port))

    assert f"The rehearsal refuses a connection to {host}:{port}. AWS mode may only reach AWS." in output
    assert [one.what for one in ledger.refused] == [f"a connection to {host}:{port}"]


def test_the_local_cloud_itself_is_another_place(cloud: LocalCloud, run_python: RunPython, ledger: Ledger) -> None:
    run_python(f"import urllib.request; urllib.request.urlopen({cloud.environment['AWS_ENDPOINT_URL']!r})")

    assert [one.event for one in ledger.refused] == ["refused"]


def test_a_name_that_is_not_of_aws_has_no_address(run_python: RunPython, ledger: Ledger) -> None:
    output = run_python(CONNECT.format("example.org", 443))

    assert "The rehearsal knows no name example.org" in output
    assert [(one.event, one.what) for one in ledger.refused] == [("unknown name", "example.org")]


def test_a_subprocess_of_a_program_is_on_the_same_machine(run_python: RunPython, ledger: Ledger) -> None:
    inner = CONNECT.format("203.0.113.5", 443)
    run_python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])")

    assert ledger.programs == 2
    assert len(ledger.refused) == 1


def test_event_loops_and_datagrams_pass_the_same_way(run_python: RunPython, ledger: Ledger) -> None:
    run_python("import asyncio; asyncio.run(asyncio.open_connection('203.0.113.5', 443))")
    run_python("import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('203.0.113.5', 123))")

    assert [one.what for one in ledger.refused] == [f"a connection to 203.0.113.5:{port}" for port in (443, 123)]
