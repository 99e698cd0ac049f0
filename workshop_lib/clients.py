"""Makes boto3 clients. Those of the local cloud never leave this machine. Those of AWS change nothing before consent.

The machine's credentials, profiles, configuration files, endpoints and proxies are for AWS only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from workshop_lib.accounts import AccountGuard
from workshop_lib.blind_session import open_blind_session
from workshop_lib.credentials import REFUSED, UNKNOWN, Explaining, configuring
from workshop_lib.errors import CloudNotReachable, NotTheLocalCloud, RegionNotEnabled
from workshop_lib.guards import LOCAL_KEY, pin, require_loopback
from workshop_lib.sign_in import SignIn
from workshop_lib.viewers import examine_settings

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSRequest
    from botocore.credentials import ReadOnlyCredentials
    from botocore.model import OperationModel

GLOBAL_REGION = "us-east-1"
"""The region of the IAM, Route 53 and CloudFront endpoints. Edge functions must be in it too."""

KNOWN_SECONDS = 60.0
"""How long AWS is taken to know an access key that it has just known, though a region doesn't."""

LOCAL_CONFIG = Config(  # type: ignore[call-arg]  # the stubs don't know ignore_configured_endpoint_urls
    proxies={},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 3},
    s3={"addressing_style": "path"},
    ignore_configured_endpoint_urls=True,
)
AWS_CONFIG = Config(  # type: ignore[call-arg]
    retries={"mode": "adaptive", "total_max_attempts": 8},
    ignore_configured_endpoint_urls=True,
)

IMPATIENT = Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
"""For calls that come again and again. One that is refused is not worth a retry."""


class _Clients:
    """Base of both. It needs no permission to know AWS's regions, because botocore knows them."""

    _session: boto3.Session

    @property
    def regions(self) -> list[str]:
        """AWS's regions, with the exception of China's and the government's. An account has not enabled all."""
        return self._session.get_available_regions("logs")


class LocalClients(_Clients):
    """Clients of the local cloud. A request that would leave the machine is refused before it is sent.

    Args:
        endpoint: The local cloud's `AWS_ENDPOINT_URL`.
        secret: The secret of its access key.
    """

    def __init__(self, endpoint: str, secret: str) -> None:
        self._endpoint, self._secret = require_loopback(endpoint), secret
        self._session = _make_session(open_blind_session())

    def make(self, service: str, region: str, *, patient: bool = True) -> Any:
        """Make a client. Sends no request yet."""
        client = self._session.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=self._endpoint,
            aws_access_key_id=LOCAL_KEY,
            aws_secret_access_key=self._secret,
            config=LOCAL_CONFIG if patient else LOCAL_CONFIG.merge(IMPATIENT),
        )
        client.meta.events.register("before-sign", self._leave_out_the_account)
        client.meta.events.register("before-send", self._stay_on_this_machine)
        client.meta.events.register_first(
            f"needs-retry.{client.meta.service_model.service_id.hyphenize()}", self._give_up_if_nothing_answers
        )
        return client

    def _leave_out_the_account(self, request: AWSRequest, **_: Any) -> None:
        """S3 Control writes the account id before the host, and no resolver knows such a name. The host is signed."""
        endpoint, url = urlsplit(self._endpoint), urlsplit(str(request.url))
        if url.hostname and url.hostname.endswith(f".{endpoint.hostname}"):
            request.url = url._replace(netloc=endpoint.netloc).geturl()

    def _stay_on_this_machine(self, request: AWSPreparedRequest, **_: Any) -> None:
        """Refuse a request to any address but the local cloud's, just before it is sent."""
        require_loopback(request.url)
        if urlsplit(request.url).netloc != urlsplit(self._endpoint).netloc:
            raise NotTheLocalCloud(
                f"{request.url} is on this machine, but it isn't the local cloud, so the request was not sent. "
                "Use the clients of the `cloud` that connect() returns."
            )
        request.url, request.headers["Host"] = pin(request.url)

    def _give_up_if_nothing_answers(self, caught_exception: Exception | None, **_: Any) -> None:
        """Raise at once. Botocore would retry for seconds, but a refused connection on loopback stays refused."""
        if isinstance(caught_exception, EndpointConnectionError | ConnectTimeoutError):
            raise describe_silence(self._endpoint) from caught_exception


class AwsClients(_Clients):
    """Clients of AWS, with the machine's credentials. A change is refused until its account's costs are accepted.

    Args:
        environ: Environment variables.

    Attributes:
        guard: Knows the account of the credentials, and refuses changes.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._sign_in = SignIn()
        self._confirming, self._known_until = threading.Lock(), dict[str | None, float]()
        self._making = threading.Lock()  # boto3 makes one client at a time, and regions are asked in threads
        with configuring():
            core = botocore.session.get_session()
            self._session = _make_session(core)
            examine_settings()
        core.register_component("credential_provider", self._sign_in)
        core.register("creating-client-class", Explaining.add_to)  # type: ignore[arg-type]
        core.register("after-call", self._examine_refusal)  # type: ignore[arg-type]
        self.guard = AccountGuard(self._sign_in.get_frozen_credentials, self._ask_account, environ)

    def make(self, service: str, region: str, *, patient: bool = True) -> Any:
        """Make a client. Sends no request yet."""
        config = AWS_CONFIG if patient else AWS_CONFIG.merge(IMPATIENT)
        with configuring(), self._making:
            client: Any = self._session.client(service, region_name=region, config=config)  # type: ignore[call-overload]
        client.meta.events.register_last("before-send", self.guard.refuse_unpaid_change)
        return client

    def _examine_refusal(self, parsed: dict[str, Any], model: OperationModel, context: Any, **_: Any) -> None:
        """Handle botocore's event `after-call`: find out whether AWS refuses the credentials.

        The answer to a HEAD request has no body, so its status may mean anything. AWS says of a key that it doesn't
        know it, where a region isn't enabled for the account. So another region is asked whose the key is.

        Raises:
            CredentialsRefused: It doesn't know the key either.
            RegionNotEnabled: It does.
        """
        code, service = parsed.get("Error", {}).get("Code"), model.service_model.service_name
        is_vague = code in ("400", "403") and model.http["method"] == "HEAD"
        region = context.get("client_region", GLOBAL_REGION)
        if service != "sts" and (is_vague or (code in UNKNOWN and region != GLOBAL_REGION)):
            self._confirm(self._sign_in.get_frozen_credentials(), again=is_vague)
            if code in UNKNOWN:
                raise RegionNotEnabled(region)  # and what is signed in stays
        if code in REFUSED:
            self._sign_in.forget()

    def _confirm(self, credentials: ReadOnlyCredentials, *, again: bool) -> None:
        """Ask whether AWS knows some credentials: once in a while, or again, because they may have expired."""
        with self._confirming:
            if again or time.monotonic() >= self._known_until.get(credentials.access_key, 0.0):
                self._ask_account(credentials)
                self._known_until[credentials.access_key] = time.monotonic() + KNOWN_SECONDS

    def _ask_account(self, credentials: ReadOnlyCredentials) -> str:
        """Ask with exactly these credentials. The session's may change at any time."""
        with self._making:
            client = self._session.client(
                "sts",
                region_name=GLOBAL_REGION,
                aws_access_key_id=credentials.access_key,
                aws_secret_access_key=credentials.secret_key,
                aws_session_token=credentials.token,
                config=AWS_CONFIG,
            )
        return client.get_caller_identity()["Account"]


def describe_silence(url: str) -> CloudNotReachable:
    """Make the error for a local cloud that doesn't answer."""
    return CloudNotReachable(
        f"The local cloud does not answer at {url}. It has ended, and everything in it is gone. Start JupyterLab again "
        "with `workshop lab`, then begin with notebook 01. Outside JupyterLab, run `workshop cloud` and its export "
        "lines, or unset AWS_ENDPOINT_URL."
    )


def _make_session(core: botocore.session.Session) -> boto3.Session:
    session = boto3.Session(botocore_session=core)
    paths = core.get_component("data_loader").search_paths
    paths[:] = dict.fromkeys(paths)  # each boto3 session adds its path to the loader, which all sessions share
    return session
