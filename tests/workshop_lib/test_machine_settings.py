"""Each setting by which a machine leads AWS clients elsewhere: it works on a plain client, and not on ours."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from workshop_lib.cloud import Cloud, connect
from workshop_lib.control import ask_control
from workshop_lib.doctor import examine_machine
from workshop_lib.errors import CloudNotReachable, NotTheLocalCloud, WorkshopError
from workshop_lib.guards import is_loopback, pin
from workshop_lib.observe import fetch_page, look_up_txt

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPAID", "AWS_SECRET_ACCESS_KEY": "paid"}
FILES = {"AWS_CONFIG_FILE": "{folder}/config", "AWS_SHARED_CREDENTIALS_FILE": "{folder}/credentials"}

SETTINGS: dict[str, dict[str, str]] = {
    "no setting at all": KEYS,
    "AWS_ENDPOINT_URL": KEYS | {"AWS_ENDPOINT_URL": "{elsewhere}"},
    "AWS_ENDPOINT_URL_S3": KEYS | {"AWS_ENDPOINT_URL_S3": "{elsewhere}"},
    "endpoint_url in the config file": KEYS | FILES | {"AWS_PROFILE": "endpoint"},
    "endpoint_url in a services section": KEYS | FILES | {"AWS_PROFILE": "services"},
    "AWS_USE_DUALSTACK_ENDPOINT": KEYS | {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    "AWS_USE_FIPS_ENDPOINT": KEYS | {"AWS_USE_FIPS_ENDPOINT": "true"},
    "HTTPS_PROXY": KEYS | {"HTTPS_PROXY": "{elsewhere}", "https_proxy": "{elsewhere}"},
    "HTTP_PROXY": KEYS
    | {"AWS_ENDPOINT_URL": "http://s3.test", "HTTP_PROXY": "{elsewhere}", "http_proxy": "{elsewhere}"},
    "ALL_PROXY": KEYS | {"AWS_ENDPOINT_URL": "http://s3.test", "ALL_PROXY": "{elsewhere}", "all_proxy": "{elsewhere}"},
    "credential_process": FILES | {"AWS_PROFILE": "process"},
    "a profile that assumes a role": FILES | {"AWS_PROFILE": "role"},
    "AWS_WEB_IDENTITY_TOKEN_FILE": FILES
    | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/paid"},
    "credentials of a container": FILES | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{elsewhere}/credentials"},
    "credentials of an instance": FILES | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{elsewhere}"},
}

CREDENTIALS = (
    b'{"AccessKeyId": "AKIAPAID", "SecretAccessKey": "paid", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}'
)

CONFIG = """
[profile endpoint]
endpoint_url = {elsewhere}
[profile services]
services = all
[services all]
s3 =
  endpoint_url = {elsewhere}
[profile process]
credential_process = {python} -c "import pathlib; pathlib.Path(r'{folder}/was-run').touch()"
[profile role]
role_arn = arn:aws:iam::111122223333:role/paid
source_profile = keys
[profile keys]
aws_access_key_id = AKIAPAID
aws_secret_access_key = paid
"""

watching: list[list[str]] = []
"""Where the audit hook writes what is tried; hooks can't be taken off, so it is empty between tests."""


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    if watching and event == "socket.getaddrinfo":
        watching[-1].append(f"{arguments[0]}:{arguments[1]}")
    elif watching and event == "socket.connect":
        watching[-1].append(":".join(map(str, arguments[1][:2])))
    elif watching and event == "subprocess.Popen":
        watching[-1].append("a program")


sys.addaudithook(hook)


@contextmanager
def watch() -> Iterator[list[str]]:
    """All addresses that are looked up or connected to meanwhile, and programs that are run."""
    seen: list[str] = []
    watching.append(seen)
    try:
        yield seen
    finally:
        watching.pop()


class Refuser(BaseHTTPRequestHandler):
    """Refuses everything; or, if told to, leads elsewhere as S3 does."""

    def answer(self) -> None:
        vars(self.server).setdefault("hosts", []).append(self.headers["Host"])
        location = getattr(self.server, "location", "")
        self.send_response(getattr(self.server, "status", 400))
        if location:
            self.send_header("Location", location)
            self.send_header("x-amz-bucket-region", "us-west-2")
        body = getattr(self.server, "body", b"")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_HEAD = do_CONNECT = answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuser)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def local() -> Iterator[ThreadingHTTPServer]:
    """Stands where the local cloud would."""
    with serve() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """Stands for the rest of the world."""
    with serve() as server:
        yield server


def address(server: ThreadingHTTPServer) -> str:
    return f"127.0.0.1:{server.server_port}"


@pytest.fixture
def set_machine(
    elsewhere: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, str]], None]:
    """Gives the machine some settings, and takes all others of the kind away."""

    def set_machine(settings: dict[str, str]) -> None:
        values = {"elsewhere": f"http://{address(elsewhere)}", "folder": str(tmp_path), "python": sys.executable}
        (tmp_path / "config").write_text(CONFIG.format(**values), encoding="utf-8")
        (tmp_path / "token").write_text("token", encoding="utf-8")
        vars(elsewhere).update(status=200, body=CREDENTIALS)  # so that nobody asks again and again
        for name in {name for row in SETTINGS.values() for name in row} | {"NO_PROXY", "no_proxy"}:
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value.format(**values))

    return set_machine


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_leads_a_plain_client_away_does_not_lead_ours(
    settings: dict[str, str], local: ThreadingHTTPServer, set_machine: Callable[[dict[str, str]], None]
) -> None:
    set_machine(settings)
    impatient = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})

    with watch() as plain, suppress(BotoCoreError, ClientError, ValueError):
        boto3.Session().client("s3", region_name="eu-west-1", config=impatient).list_buckets()
    with watch() as ours, suppress(ClientError):
        Cloud({"AWS_ENDPOINT_URL": f"http://{address(local)}"}).s3("eu-west-1").list_buckets()

    assert [place for place in plain if place != address(local)], "the setting proves nothing"
    assert set(ours) == {address(local)}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_elsewhere_is_not_followed(
    status: int, local: ThreadingHTTPServer, elsewhere: ThreadingHTTPServer
) -> None:
    vars(local).update(status=status, location=f"http://{address(elsewhere)}/")
    s3 = Cloud({"AWS_ENDPOINT_URL": f"http://{address(local)}"}).s3("eu-west-1")

    with watch() as tried, pytest.raises(ClientError):
        s3.head_object(Bucket="my-bucket", Key="index.html")

    assert set(tried) == {address(local)}


@pytest.mark.parametrize(
    "bucket",
    [
        "my-bucket--use1-az4--x-s3",
        "arn:aws:s3:us-west-2:111122223333:accesspoint/mine",
        "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-01234567890123456/accesspoint/mine",
        "arn:aws:s3-object-lambda:us-west-2:111122223333:accesspoint/mine",
        "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
    ],
)
def test_a_bucket_with_an_endpoint_of_its_own_is_not_asked_there(bucket: str, local: ThreadingHTTPServer) -> None:
    s3 = Cloud({"AWS_ENDPOINT_URL": f"http://{address(local)}"}).s3("us-east-1")

    with watch() as tried, suppress(ClientError, BotoCoreError, NotTheLocalCloud):
        s3.get_object(Bucket=bucket, Key="index.html")

    assert set(tried) <= {address(local)}


def test_a_client_does_not_ask_another_server_of_this_machine(
    local: ThreadingHTTPServer, elsewhere: ThreadingHTTPServer
) -> None:
    iam = Cloud({"AWS_ENDPOINT_URL": f"http://{address(local)}"}).iam

    def lead_astray(request: Any, **_: Any) -> None:
        request.url = f"http://{address(elsewhere)}/"

    iam.meta.events.register_first("before-send", lead_astray)

    with watch() as tried, pytest.raises(NotTheLocalCloud, match="isn't the local cloud"):
        iam.list_roles()
    assert tried == []


def test_a_presigned_url_is_on_this_machine(local: ThreadingHTTPServer) -> None:
    s3 = Cloud({"AWS_ENDPOINT_URL": f"http://{address(local)}"}).s3("eu-west-1")

    url = s3.generate_presigned_url("get_object", Params={"Bucket": "my-bucket", "Key": "index.html"})

    assert url.startswith(f"http://{address(local)}/my-bucket/index.html?")


def test_a_nameserver_elsewhere_is_refused() -> None:
    with pytest.raises(NotTheLocalCloud, match=r"192\.0\.2\.1"):
        Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WORKSHOP_NAMESERVER": "192.0.2.1:53"})


def test_an_edge_location_elsewhere_is_refused() -> None:
    with pytest.raises(NotTheLocalCloud, match=r"192\.0\.2\.1"):
        Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WORKSHOP_EDGE_LOCATIONS": "Cork=http://192.0.2.1:80"})


def test_without_the_local_nameserver_nobody_elses_is_asked() -> None:
    cloud = Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})

    with watch() as tried, pytest.raises(Exception, match="no nameserver"):
        look_up_txt(cloud, record_name="origin.test", name_servers=["ns.test"])
    assert tried == []


# ------------------------------------------------------------------------------------------- names below `localhost`


ASKS: dict[str, Callable[[str], Any]] = {
    "a client": lambda url: Cloud({"AWS_ENDPOINT_URL": url}).s3("eu-west-1").put_object(Bucket="b", Key="k", Body=b"?"),
    "a client of an account": lambda url: (
        Cloud({"AWS_ENDPOINT_URL": url}).s3control("eu-west-1").list_jobs(AccountId="123456789012")
    ),
    "connect": lambda url: connect(environ={"AWS_ENDPOINT_URL": url}),
    "a viewer": lambda url: fetch_page(f"{url}/index.html"),
    "the control API": lambda url: ask_control(url, "GET", "speed", keys={}),
    "the doctor": lambda url: examine_machine(environment={"WORKSHOP_CONTROL_URL": url}),
}


@pytest.mark.parametrize("name", ["foo.localhost", "localhost", "s3.eu-west-1.amazonaws.com.localhost", "LOCALHOST"])
@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_a_name_below_localhost_is_this_machine_and_is_not_looked_up(
    ask: Callable[[str], Any], name: str, local: ThreadingHTTPServer
) -> None:
    port = local.server_port

    with watch() as tried, suppress(ClientError, WorkshopError):
        ask(f"http://{name}:{port}")

    assert {place for place in tried if place.endswith(f":{port}") or "localhost" in place.lower()} == {address(local)}
    assert {host.lower() for host in vars(local)["hosts"]} == {f"{name.lower()}:{port}"}


def test_a_nameserver_below_localhost_is_not_looked_up(local: ThreadingHTTPServer) -> None:
    cloud = Cloud(
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "WORKSHOP_NAMESERVER": f"ns.localhost:{local.server_port}"}
    )

    with watch() as tried, suppress(CloudNotReachable):
        look_up_txt(cloud, record_name="origin.test")

    assert {place.partition(":")[0] for place in tried} <= {"127.0.0.1"}


@pytest.mark.parametrize("control", ["http://192.0.2.1/", "http://localhost.evil.com/", "http://127.0.0.1@192.0.2.1/"])
def test_a_control_api_elsewhere_is_not_asked(control: str) -> None:
    with watch() as tried:
        examination = examine_machine(environment={"WORKSHOP_CONTROL_URL": control})
        with pytest.raises(NotTheLocalCloud):
            ask_control(control, "GET", "speed", keys={})

    assert not [place for place in tried if "192.0.2.1" in place or "evil" in place]
    assert not examination.is_fit
    assert "not on this machine" in str(examination)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.1:1", "http://0:1", "http://0.0.0.0:1", "http://2130706433:1", "http://0x7f000001:1"),
        *("http://0177.0.0.1:1", "http://[::]:1", "http://[::ffff:1.2.3.4]:1", "http://localhost.:1"),
        *("http://foo.localhost.:1", "http://localhost.evil.com", "http://evillocalhost", "http://127.0.0.1@evil.com"),
        *("http://localhost:80@evil.com", "http://evil.com#.localhost", "http://evil.com?.localhost", "http://[::1"),
        *("http://localhost:99999", "http://localhost:0", "http://local\u017fost", "file://localhost/etc/passwd"),
    ],
)
def test_an_address_that_some_program_may_read_otherwise_is_refused(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://d1.cloudfront.localhost:8080/a?b=c", "http://127.0.0.1:8080/a?b=c", "d1.cloudfront.localhost:8080"),
        ("http://localhost/", "http://127.0.0.1/", "localhost"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/", "127.0.0.1:1"),
        ("http://[::1]:1/", "http://[::1]:1/", "[::1]:1"),
    ],
)
def test_a_name_is_replaced_by_its_address_and_sent_as_host(url: str, target: str, host: str) -> None:
    assert pin(url) == (target, host)
