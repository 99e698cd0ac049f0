"""The cloud that `WORKSHOP_CLOUD` names, and no other: its clients, addresses and account. Local is the default."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3

from workshop_lib.calls import CallLog
from workshop_lib.clients import GLOBAL_REGION, AwsClients, LocalClients, describe_silence
from workshop_lib.cloud_process import find_shared_cloud, start_shared_cloud
from workshop_lib.control import ask_control, sign_control
from workshop_lib.delays import Delays, read_delays_of_aws, shorten_delays
from workshop_lib.errors import CostNotAccepted, InvalidName, NotTheLocalCloud, WorkshopError
from workshop_lib.guards import LOCAL_KEY, choose_cloud, require_loopback
from workshop_lib.loopback import send
from workshop_lib.plan import summarize_costs

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient
    from mypy_boto3_sts import STSClient

__all__ = ["GLOBAL_REGION", "Cloud", "accept_costs", "connect"]


class Cloud:
    """The cloud: one client per service and region, made when first used. Get it from `connect`.

    Attributes:
        is_local: Whether this is the local cloud.
        environment: The local cloud's variables, as `make cloud` prints them. Empty on AWS.
        calls: The AWS calls made since the last `forget_calls`. Shows itself as a table.
    """

    def __init__(self, environment: Mapping[str, str] | None, *, environ: Mapping[str, str] = os.environ) -> None:
        """Make it from the local cloud's variables, or from None for AWS. Sends no request yet.

        Raises:
            InvalidNumber: A variable gives no number of seconds for how slow AWS is.
        """
        self.is_local = environment is not None
        self.environment = dict(environment or {})
        log = None if self.is_local else environ.get("WORKSHOP_CALL_LOG")  # the local cloud has a log of its own
        self.calls = CallLog(Path(log) if log else None)
        self._environ = environ
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._making = threading.Lock()
        if self.is_local:
            if self.nameserver:
                require_loopback(f"http://{self.nameserver}")
            for url in self.edge_locations.values():
                require_loopback(url)
            self._maker: LocalClients | AwsClients = LocalClients(
                self.environment["AWS_ENDPOINT_URL"], self.environment.get("AWS_SECRET_ACCESS_KEY", "unknown")
            )
        else:
            read_delays_of_aws(environ)  # a wrong setting is refused now, not in the middle of notebook 01
            self._maker = AwsClients(environ)

    def client(self, service: str, region: str = GLOBAL_REGION, *, patient: bool = True) -> Any:
        """Return a boto3 client, the same one each time.

        Args:
            service: AWS's name of the service, such as `s3`.
            region: The region.
            patient: Whether it retries calls that AWS throttles. Such retries slow down all calls of the same client.
        """
        key = (service, region, patient)
        with self._making:  # regions are asked in threads
            if key not in self._clients:
                client = self._clients[key] = self._maker.make(service, region, patient=patient)
                self.calls.connect(client.meta.events)  # not the session's: it may have clients to look up credentials
            return self._clients[key]

    def s3(self, region: str) -> S3Client:
        """S3 in one region."""
        client: S3Client = self.client("s3", region)
        return client

    def s3control(self, region: str) -> S3ControlClient:
        """S3 Batch Operations in one region."""
        client: S3ControlClient = self.client("s3control", region)
        return client

    def logs(self, region: str) -> CloudWatchLogsClient:
        """CloudWatch Logs in one region. An edge function logs in the region where it ran."""
        client: CloudWatchLogsClient = self.client("logs", region)
        return client

    @property
    def iam(self) -> IAMClient:
        """IAM, which is global."""
        client: IAMClient = self.client("iam")
        return client

    @property
    def lambda_(self) -> LambdaClient:
        """Lambda in us-east-1, the only region from which functions go to the edge."""
        client: LambdaClient = self.client("lambda")
        return client

    @property
    def route53(self) -> Route53Client:
        """Route 53, which is global."""
        client: Route53Client = self.client("route53")
        return client

    @property
    def cloudfront(self) -> CloudFrontClient:
        """CloudFront, which is global."""
        client: CloudFrontClient = self.client("cloudfront")
        return client

    @property
    def sts(self) -> STSClient:
        """STS, which tells the account of the credentials."""
        client: STSClient = self.client("sts")
        return client

    @property
    def account_id(self) -> str:
        """The account that the credentials belong to.

        Raises:
            AccountChanged: Earlier credentials of this cloud belonged to another account.
        """
        return self._maker.guard.find_account() if isinstance(self._maker, AwsClients) else self._local_account

    @functools.cached_property
    def _local_account(self) -> str:
        return self.sts.get_caller_identity()["Account"]

    @property
    def nameserver(self) -> str | None:
        """`HOST:PORT` of the local cloud's nameserver; None on AWS, where each hosted zone has its own."""
        return self.environment.get("WORKSHOP_NAMESERVER")

    @property
    def control_url(self) -> str | None:
        """Address of the local cloud's own API, for example for faults; None on AWS."""
        url = self.environment.get("WORKSHOP_CONTROL_URL")
        return require_loopback(url) if url else None

    @functools.cached_property
    def speed(self) -> float:
        """How many times faster long waits are than on AWS, where it is 1. Asked once. TTLs are the same on both."""
        if not self.control_url:
            return 1.0
        return float(ask_control(self.control_url, "GET", "speed", keys=self.environment)["speed"])

    @property
    def regions(self) -> Sequence[str]:
        """All regions in which something of the workshop may be. On AWS these are all that botocore knows.

        The local cloud says where something is, because it would take longer to look in all.
        """
        if isinstance(self._maker, AwsClients) or not self.control_url:
            return self._maker.regions
        return list(ask_control(self.control_url, "GET", "regions", keys=self.environment))

    @functools.cached_property
    def delays(self) -> Delays:
        """How long changes take until they are true everywhere. On AWS, the environment may say otherwise."""
        return shorten_delays(self.speed) if self.is_local else read_delays_of_aws(self._environ)

    @property
    def edge_locations(self) -> dict[str, str]:
        """The local cloud's edge locations: city → URL. Empty on AWS, where DNS leads to the nearest one."""
        listed = self.environment.get("WORKSHOP_EDGE_LOCATIONS", "").split(",")
        return {city: url for city, _, url in (pair.partition("=") for pair in listed) if city}

    def page_url(self, domain_name: str, path: str = "/", seen_from: str | None = None) -> str:
        """Return the URL of a page of a distribution.

        Args:
            domain_name: The distribution's domain name, `d….cloudfront.net`.
            path: Begins with a slash.
            seen_from: A city with an edge location of the local cloud. The default is the first one. Each has a cache
                of its own.

        Raises:
            InvalidName: The local cloud has no edge location in this city.
            WorkshopError: A city was named on AWS.
        """
        if not self.is_local:
            if seen_from is not None:
                raise WorkshopError(
                    f"On AWS you see the edge location nearest to you, so you can't look from {seen_from!r}. Leave "
                    "seen_from out. To look from elsewhere, run curl in CloudShell of another region, for example."
                )
            return f"https://{domain_name}{path}"
        edge = urlsplit(self._find_edge(seen_from))
        return f"http://{domain_name.removesuffix('.cloudfront.net')}.cloudfront.localhost:{edge.port}{path}"

    def _find_edge(self, city: str | None) -> str:
        if city is None:
            return self.environment["WORKSHOP_EDGE_URL"]
        if city not in self.edge_locations:
            raise InvalidName(
                f"The local cloud has no edge location in {city!r}. Choose one of {', '.join(self.edge_locations)}."
            )
        return self.edge_locations[city]

    def forget_calls(self) -> None:
        """Empty `calls`, so that it shows only the calls of the next step."""
        self.calls.forget()

    def __repr__(self) -> str:
        return f"<the local cloud at {self.environment['AWS_ENDPOINT_URL']}>" if self.is_local else "<AWS>"

    @property
    def may_cost(self) -> bool:
        """Whether changes cost nothing here, or the learner accepted the costs in the account of the credentials."""
        return not isinstance(self._maker, AwsClients) or self._maker.guard.is_accepted(self.account_id)

    def accept(self, account_id: str) -> None:
        """Keep that the learner accepted the costs in an account. Notebooks call `accept_costs`, which asks first."""
        if isinstance(self._maker, AwsClients):
            self._maker.guard.accept(account_id)


def connect(*, environ: Mapping[str, str] = os.environ, start: Callable[[], dict[str, str]] | None = None) -> Cloud:
    """Connect to the cloud that `WORKSHOP_CLOUD` names. Unset means the local cloud, which it starts if none runs.

    Args:
        environ: Environment variables.
        start: Starts the local cloud and returns its variables. A seam for tests.

    Raises:
        AmbiguousCloud: The environment names no cloud, or two at once.
        NotTheLocalCloud: `AWS_ENDPOINT_URL` leaves this machine, or another program answers there.
        CloudNotReachable: Nothing answers there, or the local cloud can't be started.
    """
    if choose_cloud(environ) == "aws":
        return Cloud(None, environ=environ)
    if url := environ.get("AWS_ENDPOINT_URL"):
        return Cloud(_ask_local_cloud(require_loopback(url).rstrip("/"), environ), environ=environ)
    return Cloud((start or start_shared_cloud)(), environ=environ)


def accept_costs(cloud: Cloud, account_id: str) -> str:
    """Accept the costs of what the workshop makes in one AWS account. Kept for all notebooks, beside the names.

    Args:
        cloud: The cloud.
        account_id: The account that your credentials belong to, as you typed it. Empty accepts nothing.

    Returns:
        What is accepted, in words.

    Raises:
        CostNotAccepted: Your credentials belong to another account.
    """
    if cloud.is_local:
        return "There is nothing to accept: the local cloud costs nothing."
    if account_id.strip() not in ("", cloud.account_id):
        raise CostNotAccepted(
            f"You typed {account_id}, but your credentials belong to the account {cloud.account_id}. "
            "Type that account, or sign in to the other one."
        )
    if account_id.strip():
        cloud.accept(cloud.account_id)
    if not cloud.may_cost:
        return "Nothing is accepted. To accept the costs, type the number of the account."
    return f"Accepted for the AWS account {cloud.account_id}. {summarize_costs()}"


def _ask_local_cloud(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Ask the program at this address for the variables of the local cloud.

    The request is signed with the local cloud's key. Other keys in the environment may belong to a paid account, and
    nothing is signed with them.
    """
    keys = environ if environ.get("AWS_ACCESS_KEY_ID") == LOCAL_KEY else find_shared_cloud()
    address = f"{url}/_local_cloud/environment"
    try:
        response = send("GET", address, headers=sign_control("GET", address, keys))
    except urllib3.exceptions.HTTPError as error:
        raise describe_silence(url) from error
    try:
        environment: dict[str, str] = response.json()
        if response.status == 403 and "code" in environment:
            raise NotTheLocalCloud(
                f"The local cloud at {url} does not accept your key. Its secret is another one. Run `workshop status` "
                "in a terminal and paste its export lines, or unset AWS_ENDPOINT_URL."
            )
        require_loopback(environment["AWS_ENDPOINT_URL"])
    except (ValueError, LookupError, TypeError) as error:
        raise NotTheLocalCloud(
            f"A program answers at {url}, but it isn't the local cloud. Unset AWS_ENDPOINT_URL, then run the cell "
            "with connect() again."
        ) from error
    return environment
