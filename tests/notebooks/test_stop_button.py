"""Jupyter's ■, in a real kernel: a cell ends at once, and what it caused ends with it."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from local_cloud.cloud import LocalCloud
from tests.kits.processes import wait_for
from workshop_lib import health_checks
from workshop_lib.cloud import Cloud

AT_ONCE = 5.0
"""Seconds in which a stopped cell ends, on a busy machine. Each cell here would take ten or more by itself."""

PREPARE = """
import gc
gc.disable()  # Python loses a KeyboardInterrupt that comes while it finalizes an object
from traffic_lab import designs
from traffic_lab.recording import Action
from traffic_lab.timeline import record_timeline
from workshop_lib import faults, health_checks, observe, waiting
from workshop_lib.cloud import Cloud, connect
from workshop_lib.episodes import Episode
from workshop_lib.polling import wait_until
cloud = connect()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows interrupts kernels in another way")


class Kernel:
    """A kernel in which one cell runs at a time."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client

    def begin(self, code: str) -> str:
        """Begin to run a cell."""
        return str(self._client.execute(code, stop_on_error=False))

    def finish(self, cell: str, seconds: float) -> str:
        """Wait until a cell ends; returns the name of its error, or an empty text."""
        end = time.monotonic() + seconds
        while True:
            try:
                reply = self._client.get_shell_msg(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"the cell took more than {seconds:g} s") from None
            if reply["parent_header"]["msg_id"] == cell:
                return str(reply["content"].get("ename", ""))

    def run(self, code: str) -> None:
        """Run a cell to its end."""
        assert self.finish(self.begin(code), 60) == ""

    def fail(self, code: str) -> str:
        """Run a cell that fails, and return what the notebook shows of the error."""
        cell, said = self.begin(code), ""
        assert self.finish(cell, 60)
        while not said:
            message = self._client.get_iopub_msg(timeout=10)
            if message["parent_header"].get("msg_id") == cell and message["msg_type"] == "error":
                said = "\n".join(message["content"]["traceback"])
        return said

    def stop(self, cell: str) -> None:
        """Press ■, and wait until the cell has ended."""
        self._manager.interrupt_kernel()
        assert self.finish(cell, AT_ONCE) == "KeyboardInterrupt"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel that has imported what notebook 05 imports, except for a cloud."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path_factory.mktemp("kernel")))
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def notebook(kernel: Kernel, cloud: LocalCloud) -> Kernel:
    """The kernel, connected to the local cloud."""
    kernel.run(f"import os; os.environ.update({cloud.environment!r})\n{PREPARE}")
    return kernel


@pytest.fixture
def began(tmp_path: Path) -> Path:
    """A file that a cell touches when it has begun."""
    return tmp_path / "began"


@pytest.fixture
def silent() -> Iterator[str]:
    """`HOST:PORT` where connections and packets get no answer."""
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        tcp.listen(64)
        yield f"127.0.0.1:{tcp.getsockname()[1]}"


def is_inverted(connected: Cloud, check_id: str) -> bool:
    return connected.route53.get_health_check(HealthCheckId=check_id)["HealthCheck"]["HealthCheckConfig"]["Inverted"]


@pytest.fixture
def check_id(connected: Cloud) -> str:
    """A health check."""
    return health_checks.create_health_check(connected.route53, name="ada", region="eu-west-1")


DRILL = """
def invert(inverted):
    health_checks.invert_health_check(cloud.route53, health_check_id={check_id!r}, inverted=inverted)
drill = Episode(begin=lambda: invert(True), end=lambda: invert(False))
with drill:
    record_timeline("http://{silent}/", seconds=60, actions=[Action(0, "begin", drill.begin)])
"""


def test_a_drill_ends_with_its_cell(notebook: Kernel, connected: Cloud, check_id: str, silent: str) -> None:
    cell = notebook.begin(DRILL.format(check_id=check_id, silent=silent))
    wait_for("the drill", lambda: is_inverted(connected, check_id))

    notebook.stop(cell)

    assert not is_inverted(connected, check_id)
    notebook.run("import sys; assert [mark.label for mark in sys.last_value.timeline.marks] == ['begin']")


EXPIRED = """
from workshop_lib.errors import CredentialsRefused
def expire():
    raise CredentialsRefused("Your AWS credentials have expired.")
with Episode(begin=lambda: None, end=expire) as drill:
    actions = [Action(0, "begins", drill.begin), Action(0, "ends", expire)]
    record_timeline("http://{silent}/", seconds=60, actions=actions)
"""


def test_credentials_that_expire_in_a_recording_end_it_with_a_sentence_and_lose_nothing(
    notebook: Kernel, silent: str
) -> None:
    said = notebook.fail(EXPIRED.format(silent=silent))

    assert "The drill could not be ended" in said
    assert "kept in sys.last_value.timeline" in said
    assert "Your AWS credentials have expired." in said
    notebook.run(
        "assert [mark.label for mark in sys.last_value.timeline.marks] == ['begins', 'ends: CredentialsRefused']"
    )


REGION = """
def fail():
    faults.fail_region(cloud, region="eu-west-1", health_check_id="any", seconds=600)
outage = Episode(begin=fail, end=lambda: faults.restore_region(cloud, health_check_id="any"))
urls = {{design: "http://{silent}/" for design in designs.ALL}}
with outage:
    designs.record_side_by_side(urls, seconds=60, actions=[Action(0, "fails", outage.begin)])
"""


def test_an_outage_ends_with_its_cell(notebook: Kernel, cloud: LocalCloud, silent: str) -> None:
    cell = notebook.begin(REGION.format(silent=silent))
    wait_for("the fault", lambda: bool(cloud.faults.in_force))

    notebook.stop(cell)

    assert cloud.faults.in_force == ()


CELLS = {
    "counting regions": "cloud.page_url = lambda *_: 'http://{silent}/'\nobserve.count_regions(cloud, domain_name='d')",
    "recording": "record_timeline('http://{silent}/', seconds=60)",
    "waiting for the last answers": "record_timeline('http://{silent}/', seconds=0.1)",
    "looking up a record": (
        "cloud.environment['WORKSHOP_NAMESERVER'] = '{silent}'\n"
        "while True: observe.look_up_txt(cloud, record_name='origin.test')"
    ),
    "fetching a page": "observe.fetch_page('http://{silent}/')",
    "waiting": "wait_until(lambda: 1, lambda _: False, what='Waiting')",
    "waiting for a page": "waiting.wait_until_page_is_served('http://{silent}/')",
    "calling AWS": "Cloud({{'AWS_ENDPOINT_URL': 'http://{silent}'}}).iam.list_roles()",
    "asking for the speed": "Cloud({{**cloud.environment, 'WORKSHOP_CONTROL_URL': 'http://{silent}'}}).speed",
    "waiting for AWS's propagation": "waiting.wait_for_propagation(Cloud(None).iam, what='New role')",
    "a boto3 waiter": "cloud.s3('eu-west-1').get_waiter('bucket_exists').wait(Bucket='nothing-there')",
}


@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS)
def test_a_cell_that_waits_ends_at_once(notebook: Kernel, began: Path, silent: str, code: str) -> None:
    cell = notebook.begin(f"import pathlib; pathlib.Path({str(began)!r}).touch()\n{code.format(silent=silent)}")
    wait_for("the cell", began.exists)

    notebook.stop(cell)
