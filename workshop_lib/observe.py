"""Looks at the cloud as a viewer (HTTP), a resolver (DNS), or an operator (AWS's statuses)."""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import ClientError

from workshop_lib.credentials import CHECK_THE_WAY
from workshop_lib.errors import STEPS, CloudNotReachable, InvalidName, get_error_code, name_missed_step
from workshop_lib.guards import choose_cloud, pin
from workshop_lib.loopback import send
from workshop_lib.names import S3Origin
from workshop_lib.zones import DNS_PORT, TxtAnswer, ask_api, ask_name_servers, read_txt

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53.type_defs import ResourceRecordSetOutputTypeDef as ResourceRecordSetTypeDef
    from mypy_boto3_s3 import S3Client

    from workshop_lib.cloud import Cloud

TIMEOUT = 30.0
"""Seconds for which a viewer waits for a part of a page."""

PORT_CLOSED = (
    "No name server of AWS answers. This network probably closes UDP port 53. Route 53's API is asked instead "
    "(TestDNSAnswer). It tells no TTL."
)

HEALTHY_SHARE = 0.18
"""Route 53 reports an endpoint as healthy if more than this share of its checkers do (R53DG, determining health)."""


@dataclass(frozen=True)
class Page:
    """A page as a viewer gets it. Its repr is one line: status, region, cache, age, length."""

    url: str
    status: int
    headers: dict[str, str] = field(repr=False)
    text: str = field(repr=False)

    @property
    def region(self) -> str | None:
        """The region that a region marker names. None for other pages, because AWS doesn't name the bucket."""
        try:
            marker = json.loads(self.text)
        except ValueError:
            return None
        return marker.get("region") if isinstance(marker, dict) else None

    @property
    def x_cache(self) -> str:
        """CloudFront's header on its cache, such as `"Miss from cloudfront"`."""
        return self.headers.get("x-cache", "")

    @property
    def age(self) -> int:
        """Seconds for which the page has been in the cache. 0 if it comes from the origin."""
        return int(self.headers.get("age", "0"))

    @property
    def replication_status(self) -> str | None:
        """`"REPLICA"` if the destination bucket answered, `"COMPLETED"` if the source bucket did."""
        return self.headers.get("x-amz-replication-status")

    def __repr__(self) -> str:
        region = f" from {self.region}" if self.region else ""
        cache = self.x_cache or "no X-Cache"
        return f"<Page {self.status}{region}, {cache}, age {self.age} s, {len(self.text)} characters>"


def fetch_page(url: str, *, headers: dict[str, str] | None = None) -> Page:
    """Request a page as a viewer would. Redirects are not followed.

    Args:
        url: From `cloud.page_url`. In the local cloud it must be on this machine.
        headers: Headers of the request.

    Returns:
        The page, whatever its status.

    Raises:
        NotTheLocalCloud: The URL leaves this machine, and `WORKSHOP_CLOUD=aws` isn't set.
        CloudNotReachable: Nothing answers.
    """
    try:
        if choose_cloud(os.environ) == "local":
            response = send("GET", url, headers=headers, timeout=TIMEOUT)
        else:
            from workshop_lib.viewers import request_page  # here, because only AWS needs it

            response = request_page(url, headers=headers, timeout=TIMEOUT)
    except urllib3.exceptions.HTTPError as error:
        is_local = choose_cloud(os.environ) == "local"
        fix = "Run `workshop status` in a terminal to see whether the cloud runs." if is_local else CHECK_THE_WAY
        raise CloudNotReachable(f"{url} does not answer ({error}). {fix}") from error
    text = response.data.decode("utf-8", errors="replace")
    return Page(url, response.status, {key.lower(): value for key, value in response.headers.items()}, text)


def is_name_unknown(error: BaseException | None) -> bool:
    """Whether a request failed because DNS doesn't know the name. A proxy then opens no tunnel, and says 502 to 504."""
    tunnel = isinstance(error, urllib3.exceptions.ProxyError) and "Tunnel connection failed: 50" in str(error)
    return tunnel or isinstance(error, urllib3.exceptions.NameResolutionError)


def region_by_replication(source: S3Origin, destination: S3Origin) -> Callable[[Page], str | None]:
    """Make a function that tells which region sent a page, by the replication status of the S3 object.

    Use it for `record_timeline(region_of=…)` with pages that are no region markers. It is right for pages published in
    the source bucket. With replication both ways, it confuses the regions of a page published in the destination. It
    returns None for an error page, and for a page without a status, to which no rule applied.

    Args:
        source: The bucket in which the pages were published.
        destination: The bucket to which S3 copied them.
    """
    regions = dict.fromkeys(("PENDING", "COMPLETED", "FAILED"), source.region) | {"REPLICA": destination.region}
    return lambda page: regions.get(page.replication_status or "")


def count_regions(
    cloud: Cloud, *, domain_name: str, requests: int = 100, path: str = "/region.json", show_progress: bool = True
) -> Counter[str]:
    """Ask a distribution many times which region it reads from.

    The region marker is never cached at the edge, so each request runs the function. But each copy of the function
    keeps a DNS answer for its TTL. Only with a TTL of 0 does each request get a new random answer.

    Args:
        cloud: The cloud.
        domain_name: The distribution's domain name.
        requests: How often.
        path: The page to request.
        show_progress: Whether a progress bar is drawn.

    Returns:
        Region → number of answers. Answers that are no region marker count under `"error 502"` and the like.
    """
    from tqdm.auto import tqdm

    url = cloud.page_url(domain_name, path)

    def ask(_: int) -> str:
        page = fetch_page(url)
        return page.region or f"error {page.status}"

    viewers = ThreadPoolExecutor(max_workers=8)
    try:
        answers = viewers.map(ask, range(requests))
        return Counter(tqdm(answers, total=requests, desc="Asking", disable=not show_progress))
    finally:
        viewers.shutdown(wait=False, cancel_futures=True)  # Ctrl-C doesn't wait for slow answers


def look_up_txt(
    cloud: Cloud, *, record_name: str, name_servers: Sequence[str] = (), patient: bool = True
) -> list[TxtAnswer]:
    """Look up TXT records as the edge function does, without any cache.

    Args:
        cloud: The cloud. The local one knows its nameserver.
        record_name: Without a dot at the end.
        name_servers: On AWS, host names of the zone's name servers (`dns_records.get_name_servers`). A zone without
            delegation needs them. Where none of them answers, Route 53's API is asked, and a warning says so.
            Without them the machine's own resolver is asked.
        patient: Whether a throttled call of the API is tried again.

    Returns:
        One answer for each record. The list is empty if there is no such name or no such record.

    Raises:
        CloudNotReachable: No name server answers.
    """
    if cloud.is_local or not name_servers:
        return _ask_resolver(cloud, record_name)
    answers = ask_name_servers(name_servers, record_name=record_name)
    if answers is None:
        warnings.warn(PORT_CLOSED, stacklevel=2)
        route53 = cloud.client("route53", patient=patient)
        answers = ask_api(route53, record_name=record_name, name_servers=name_servers)
    return answers


def _ask_resolver(cloud: Cloud, record_name: str) -> list[TxtAnswer]:
    """Ask the local cloud's nameserver, or this machine's resolver."""
    import dns.exception
    import dns.resolver

    if cloud.is_local and not cloud.nameserver:
        raise CloudNotReachable("The local cloud has no nameserver. Run the cell with connect() again.")
    resolver = dns.resolver.Resolver(configure=not cloud.nameserver)
    if cloud.nameserver:
        address = urlsplit(pin(f"http://{cloud.nameserver}")[0])
        resolver.nameservers, resolver.port = [address.hostname or ""], address.port or DNS_PORT
    resolver.lifetime = 5
    try:
        answer = resolver.resolve(f"{record_name}.", "TXT", raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN:
        return []
    except dns.exception.DNSException as error:
        raise CloudNotReachable(
            f"No name server answers for {record_name} ({error}). Run `workshop status` in a terminal. "
            f"On AWS, run {STEPS['hosted zone']} and pass its name servers."
        ) from error
    return [read_txt(record, answer.rrset.ttl) for record in answer.rrset] if answer.rrset else []


def look_up_region(
    cloud: Cloud, *, record_name: str, name_servers: Sequence[str] = (), patient: bool = True
) -> str | None:
    """Look up the region that DNS names now, without any cache. With weights, this is one random answer.

    Args:
        cloud: The cloud.
        record_name: Without a dot at the end.
        name_servers: As for `look_up_txt`.
        patient: As for `look_up_txt`.

    Returns:
        The region of the first answer. None if there is no such record, or its text names no bucket.

    Raises:
        CloudNotReachable: No name server answers.
    """
    answers = look_up_txt(cloud, record_name=record_name, name_servers=name_servers, patient=patient)
    try:
        return S3Origin.from_domain_name(answers[0].text).region if answers else None
    except InvalidName:
        return None


def get_replication_status(s3: S3Client, *, bucket: str, key: str) -> dict[str, Any]:
    """Get the replication status of one object.

    Args:
        s3: Client in the bucket's region.
        bucket: Source or destination bucket.
        key: The object.

    Returns:
        `{"key", "version_id", "status"}`. The version id is None if the object is missing or deleted. The status is
        `PENDING`, `COMPLETED` or `FAILED` on the source, `REPLICA` on the destination, and None if no rule applied.
    """
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if get_error_code(error) != "404":
            raise
        return {"key": key, "version_id": None, "status": None}
    return {"key": key, "version_id": head.get("VersionId", "null"), "status": head.get("ReplicationStatus")}


@name_missed_step("NoSuchHealthCheck")
def get_health(route53: Route53Client, *, health_check_id: str) -> bool:
    """Whether Route 53 reports a health check as healthy now.

    It follows Route 53's rules. More than 18 % of the checkers must succeed. A disabled check counts as healthy. An
    inverted check reports the opposite.

    Args:
        route53: Client.
        health_check_id: The health check.
    """
    config = route53.get_health_check(HealthCheckId=health_check_id)["HealthCheck"]["HealthCheckConfig"]
    healthy = True
    if not config.get("Disabled", False):
        reports = route53.get_health_check_status(HealthCheckId=health_check_id)["HealthCheckObservations"]
        good = sum(report.get("StatusReport", {}).get("Status", "").startswith("Success") for report in reports)
        # A new check counts as healthy until its checkers have reported (R53DG).
        healthy = not reports or good / len(reports) > HEALTHY_SHARE
    return healthy != config.get("Inverted", False)


@name_missed_step("NoSuchHostedZone")
def list_record_sets(
    route53: Route53Client, *, zone_id: str, record_name: str | None = None
) -> list[ResourceRecordSetTypeDef]:
    """List the record sets of a zone, or of one name in it, as Route 53 stores them.

    Args:
        route53: Client.
        zone_id: The hosted zone.
        record_name: Only this name, without a dot at the end.
    """
    start: Any = {"StartRecordName": record_name} if record_name else {}
    found: list[Any] = []
    for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id, **start):
        found += page["ResourceRecordSets"]
        if record_name and found and found[-1]["Name"] != f"{record_name}.":
            break  # Route 53 sorts by name, so the rest are other names
    return [item for item in found if record_name in (None, item["Name"].rstrip("."))]
