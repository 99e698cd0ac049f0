"""Without `WORKSHOP_CLOUD=aws` nothing leaves this machine, whatever credentials and settings the machine has."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workshop_lib.cloud import Cloud, connect
from workshop_lib.cloud_process import own_cloud, start_shared_cloud
from workshop_lib.errors import AmbiguousCloud, CloudNotReachable, NotTheLocalCloud
from workshop_lib.guards import is_loopback
from workshop_lib.observe import fetch_page

if TYPE_CHECKING:
    from pathlib import Path

CALLS = {
    "s3": lambda cloud: cloud.s3("eu-west-1").list_objects_v2(Bucket="somebody-elses"),
    "s3control": lambda cloud: cloud.s3control("eu-west-1").list_jobs(AccountId="123456789012"),
    "iam": lambda cloud: cloud.iam.list_roles(),
    "lambda": lambda cloud: cloud.lambda_.list_functions(),
    "route53": lambda cloud: cloud.route53.list_hosted_zones(),
    "cloudfront": lambda cloud: cloud.cloudfront.list_distributions(),
    "logs": lambda cloud: cloud.logs("sa-east-1").describe_log_groups(),
    "sts": lambda cloud: cloud.sts.get_caller_identity(),
}


REFUSAL = b"<ErrorResponse><Error><Code>Refused</Code><Message>No.</Message></Error></ErrorResponse>"


class Recorder:
    """A server on loopback that keeps what it is asked, and refuses it."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                requests.append((self.path, dict(self.headers)))
                self.send_response(400)
                self.send_header("Content-Length", str(len(REFUSAL)))
                self.end_headers()
                self.wfile.write(REFUSAL)

            do_GET = do_POST = do_PUT = do_CONNECT = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Recorder:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def local() -> Iterator[Recorder]:
    """Stands where the local cloud would."""
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def elsewhere() -> Iterator[Recorder]:
    """Stands where the machine's own settings point; nobody may ask it."""
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def hostile_machine(elsewhere: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose every setting leads to a real account."""
    config = tmp_path / "config"
    config.write_text(
        "[default]\nregion = us-gov-west-1\ncredential_process = touch " + str(tmp_path / "was-run") + "\n"
        f"endpoint_url = {elsewhere.url}\nuse_fips_endpoint = true\n"
        f"[profile paid]\nregion = eu-west-1\nendpoint_url = {elsewhere.url}\nservices = all\n"
        f"[services all]\ns3 =\n  endpoint_url = {elsewhere.url}\n"
    )
    credentials = tmp_path / "credentials"
    credentials.write_text("[default]\naws_access_key_id = AKIAPAID\naws_secret_access_key = paid\n")
    settings = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_PROFILE": "does-not-exist",
        "AWS_ACCESS_KEY_ID": "AKIAPAID",
        "AWS_SECRET_ACCESS_KEY": "paid",
        "AWS_SESSION_TOKEN": "paid",
        "AWS_ENDPOINT_URL": elsewhere.url,
        "AWS_ENDPOINT_URL_S3": elsewhere.url,
        "AWS_ENDPOINT_URL_CLOUDFRONT": elsewhere.url,
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": elsewhere.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": elsewhere.url,
        "AWS_CA_BUNDLE": str(tmp_path / "missing.pem"),
        "HTTP_PROXY": elsewhere.url,
        "HTTPS_PROXY": elsewhere.url,
        "ALL_PROXY": elsewhere.url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
        if name.endswith("_PROXY"):
            monkeypatch.setenv(name.lower(), value)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.mark.usefixtures("hostile_machine")
@pytest.mark.parametrize("service", CALLS)
def test_every_client_asks_the_local_cloud_and_nobody_else(
    service: str, local: Recorder, elsewhere: Recorder, tmp_path: Path
) -> None:
    cloud = Cloud({"AWS_ENDPOINT_URL": local.url})

    with pytest.raises(ClientError):
        CALLS[service](cloud)

    _, headers = local.requests[0]
    assert "Credential=local/" in headers["Authorization"]
    assert headers["Host"] == local.url.removeprefix("http://")
    assert elsewhere.requests == []
    assert not (tmp_path / "was-run").exists()


@pytest.mark.usefixtures("hostile_machine")
def test_a_viewer_uses_no_proxy(local: Recorder, elsewhere: Recorder) -> None:
    assert fetch_page(f"{local.url}/page").status == 400
    assert elsewhere.requests == []


@pytest.mark.parametrize("url", ["https://s3.amazonaws.com/", "http://169.254.169.254/", "http://203.0.113.1/"])
def test_a_request_that_would_leave_the_machine_is_never_sent(url: str, local: Recorder) -> None:
    cloud = Cloud({"AWS_ENDPOINT_URL": local.url})

    def lead_astray(request: Any, **_: Any) -> None:
        request.url = url

    cloud.iam.meta.events.register_first("before-send", lead_astray)

    with pytest.raises(NotTheLocalCloud, match="not on this machine"):
        cloud.iam.list_roles()
    assert local.requests == []


def test_a_viewer_of_the_local_cloud_stays_on_this_machine() -> None:
    with pytest.raises(NotTheLocalCloud):
        fetch_page("https://d111111abcdef8.cloudfront.net/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:4566",
        "https://s3.amazonaws.com",
        "http://localhost.evil.net",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1@evil.net",
        "http://evil.net/#127.0.0.1",
        "http://0.0.0.0:4566",
        "127.0.0.1:4566",
        "http://127.0.0.1.evil.com",
        "http://localhost@evil.com",
        "http://evil.com\\@127.0.0.1",
        "http://127.0.0.1\\@evil.com",
        "http://user:word@127.0.0.1:4566",
        "http://[::ffff:192.0.2.1]:4566",
        "http://[::ffff:c000:201]",
        "http://2130706433.evil.com",
        "ftp://127.0.0.1",
    ],
)
def test_an_endpoint_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(NotTheLocalCloud, match="WORKSHOP_CLOUD=aws"):
        connect(environ={"AWS_ENDPOINT_URL": url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "http://d1.cloudfront.localhost:1"]
)
def test_loopback_is_known_without_asking_dns(url: str) -> None:
    assert is_loopback(url)


@pytest.fixture
def dead_url() -> str:
    """An address on loopback where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_connecting_to_a_dead_local_cloud_says_what_to_run(dead_url: str) -> None:
    with pytest.raises(CloudNotReachable, match=r"workshop cloud.*AWS_ENDPOINT_URL"):
        connect(environ={"AWS_ENDPOINT_URL": dead_url})


@pytest.mark.usefixtures("hostile_machine")
@pytest.mark.parametrize("service", CALLS)
def test_with_the_local_cloud_dead_every_client_fails_closed(service: str, dead_url: str, elsewhere: Recorder) -> None:
    cloud = Cloud({"AWS_ENDPOINT_URL": dead_url})

    with pytest.raises(CloudNotReachable, match="does not answer"):
        CALLS[service](cloud)
    assert elsewhere.requests == []


def test_something_else_than_the_local_cloud_is_not_taken_for_it(local: Recorder) -> None:
    with pytest.raises(NotTheLocalCloud, match="isn't the local cloud"):
        connect(environ={"AWS_ENDPOINT_URL": local.url})


def test_without_an_endpoint_the_local_cloud_is_started(dead_url: str) -> None:
    cloud = connect(environ={}, start=lambda: {"AWS_ENDPOINT_URL": dead_url})

    assert cloud.is_local
    assert cloud.environment == {"AWS_ENDPOINT_URL": dead_url}


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("raise SystemExit('no port is free')", "no port is free"),
        ("print('hello')", "workshop doctor"),
        ("import sys; sys.stderr.write('Error: It is busy.'); raise SystemExit(3)", "^It is busy"),
    ],
)
def test_a_local_cloud_that_does_not_start_says_why(program: str, message: str) -> None:
    import sys

    with pytest.raises(CloudNotReachable, match=message):
        start_shared_cloud(command=[sys.executable, "-S", "-c", program])


def test_a_cloud_of_ones_own_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(CloudNotReachable, match="'fast' is not a valid float"), own_cloud(tmp_path, {"speed": "fast"}):
        pass


def test_an_unknown_cloud_is_refused() -> None:
    with pytest.raises(AmbiguousCloud, match="'amazon'"):
        connect(environ={"WORKSHOP_CLOUD": "amazon"})


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_aws_is_not_mixed_with_what_is_left_of_the_local_cloud(name: str) -> None:
    with pytest.raises(AmbiguousCloud, match=f"unset {name}"):
        connect(environ={"WORKSHOP_CLOUD": "aws", name: "http://127.0.0.1:4566"})


def test_aws_is_not_asked_with_the_local_clouds_credentials() -> None:
    with pytest.raises(AmbiguousCloud, match="AWS_ACCESS_KEY_ID"):
        connect(environ={"WORKSHOP_CLOUD": "aws", "AWS_ACCESS_KEY_ID": "local"})
