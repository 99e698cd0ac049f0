"""The function that runs at the edge: it asks DNS from which bucket CloudFront fetches a page.

CloudFront calls `handler` when a page is not in its cache, just before it asks the origin. The origin custom header
X-DNS-ORIGIN names a TXT record. The record says `BUCKET.s3.REGION.amazonaws.com`, and the request goes there. To move
traffic you change DNS, not the distribution. If DNS doesn't answer, or names no bucket, the page comes from the last
good bucket, or from the origin in the distribution's configuration. A page is better than an error.

Lambda@Edge has no environment variables, so two more headers are the settings. Both are optional lists with commas.
X-DNS-NAMESERVERS holds the zone's own name servers, for a zone without delegation. X-DNS-ALLOWED-BUCKETS holds the only
buckets that may be chosen.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quote
from typing import Any, NamedTuple

# DNS is loaded while the environment starts, for which Lambda allows 10 seconds apart from the function's timeout. The
# two record types are those that dnspython would load at the first answer.
import dns.exception
import dns.inet
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.resolver

ORIGIN = re.compile(r"([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.s3\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com")
LONGEST_ORIGIN = 128  # characters; CloudFront refuses a longer domainName
LAST_GOOD_SECONDS = 300  # how long a good answer is kept when DNS fails
RETRY_SECONDS = 5  # after a DNS failure, so that not every request waits for DNS
LOOKUP_SECONDS = 2.0
ADDRESS_SECONDS = 0.7  # to find a name server's address; all look-ups must end before Lambda's timeout


class Answer(NamedTuple):
    """The decision for one record. Until `expires` (seconds since 1970) DNS isn't asked again."""

    decision: str
    reason: str
    domain_name: str = ""
    region: str = ""
    ttl: int = 0
    expires: float = 0.0
    good_until: float = 0.0
    log_line: str = ""


ANSWERS: dict[tuple[str, str | None, str | None], Answer] = {}  # lives as long as Lambda keeps this environment


def find_address(host: str) -> str:
    """Return the address of a name server, which may be given by name or by address."""
    if dns.inet.is_address(host):
        return host
    return str(dns.resolver.resolve(f"{host}.", "A", lifetime=ADDRESS_SECONDS)[0].address)


@lru_cache(maxsize=16)
def find_resolver(nameservers: str | None, find_address: Callable[[str], str] = find_address) -> Any:
    """Return this machine's resolver, or one that asks only `nameservers` and remembers their addresses."""
    resolver = dns.resolver.Resolver(configure=nameservers is None)
    resolver.timeout = LOOKUP_SECONDS / 2
    if nameservers is not None:
        addresses, failure = [], None
        # Two are enough. The second is asked if the first doesn't answer.
        for host in [host.strip() for host in nameservers.split(",") if host.strip()][:2]:
            try:
                addresses.append(find_address(host))
            except dns.exception.DNSException as error:
                failure = error
        if failure and not addresses:
            raise failure
        resolver.nameservers = addresses
    return resolver


def look_up_txt(
    name: str, nameservers: str | None, *, find_address: Callable[[str], str] = find_address
) -> tuple[list[str], int]:
    """Ask DNS for a TXT record. Returns its texts (none if there is no such record) and its TTL in seconds."""
    resolver = find_resolver(nameservers, find_address)
    try:
        answer = resolver.resolve(name.rstrip(".") + ".", "TXT", lifetime=LOOKUP_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return [], 0
    except dns.exception.DNSException:
        find_resolver.cache_clear()  # the name servers may have new addresses
        raise
    # DNS splits a text of more than 255 characters into several strings.
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer], answer.rrset.ttl


def find_fault(text: str, allowed_buckets: str | None) -> str:
    """Say why a text can't be the origin, or return `""`. A record must not lead viewers to other sites."""
    match = ORIGIN.fullmatch(text)
    if not match or len(text) > LONGEST_ORIGIN:
        return f"{text[:LONGEST_ORIGIN]!r} is not BUCKET.s3.REGION.amazonaws.com"
    if allowed_buckets is not None and match[1] not in [bucket.strip() for bucket in allowed_buckets.split(",")]:
        return f"{match[1]!r} is not an allowed bucket"
    return ""


def decide(
    name: str,
    nameservers: str | None,
    allowed_buckets: str | None,
    before: Answer | None,
    *,
    look_up: Callable[[str, str | None], tuple[list[str], int]],
    now: Callable[[], float],
    choose: Callable[[list[str]], str],
) -> Answer:
    """Ask DNS. Of several texts, choose one at random among those that are valid origins."""
    try:
        texts, ttl = look_up(name, nameservers)
    except Exception as error:  # no answer, a failing server, an invalid name: keep the last good answer
        reason = f"{type(error).__name__}: {error}"[:200]
        if before and now() < before.good_until:
            return before._replace(decision="last-good", reason=reason, expires=now() + RETRY_SECONDS)
        return Answer("configured-origin", reason, expires=now() + RETRY_SECONDS)
    if not texts:
        return Answer("configured-origin", "there is no such TXT record")
    origins = [text for text in texts if not find_fault(text, allowed_buckets)]
    if not origins:
        return Answer("refused", find_fault(texts[0], allowed_buckets), ttl=ttl, expires=now() + ttl)
    origin = choose(origins)
    good_until = now() + max(ttl, LAST_GOOD_SECONDS)
    return Answer("dns", "", origin, origin.split(".")[2], ttl, now() + ttl, good_until)


def read_settings(headers: dict[str, Any]) -> tuple[str, str | None, str | None] | None:
    """Read the three origin custom headers, or None without the first. CloudFront writes their names in lower case."""
    if "x-dns-origin" not in headers:
        return None
    nameservers, allowed_buckets = headers.get("x-dns-nameservers"), headers.get("x-dns-allowed-buckets")
    return (
        str(headers["x-dns-origin"][0]["value"]),
        None if nameservers is None else str(nameservers[0]["value"]),
        None if allowed_buckets is None else str(allowed_buckets[0]["value"]),
    )


def format_log_line(record: str, answer: Answer) -> str:
    """Write the log line up to the request id, the only part that differs between requests."""
    line = {"decision": answer.decision, "reason": answer.reason, "record": record, "origin": answer.domain_name}
    return json.dumps({**line, "ttl": answer.ttl, "region": os.environ.get("AWS_REGION", "")})[:-1] + ', "request_id": '


def write_log(line: str, context: Any) -> None:
    """Write one JSON line for each decision to standard output. Lambda sends it to CloudWatch."""
    sys.stdout.write(line + quote(str(getattr(context, "aws_request_id", ""))) + "}\n")


def handler(
    event: Any,
    context: Any,
    *,
    look_up: Callable[[str, str | None], tuple[list[str], int]] = look_up_txt,
    now: Callable[[], float] = time.time,  # `monotonic` may stop while Lambda freezes the function
    choose: Callable[[list[str]], str] = random.choice,
    answers: dict[tuple[str, str | None, str | None], Answer] = ANSWERS,
) -> Any:
    """Send an origin request to the bucket that DNS names, or return it unchanged.

    It never raises, because the viewer would get an error page. Lambda gives `event` and
    `context`. The keywords are for trying out the function.
    """
    request = None
    try:
        request = event["Records"][0]["cf"]["request"]
        s3 = request["origin"]["s3"]
        settings = read_settings(s3["customHeaders"])
        if settings is None:
            reason = "there is no X-DNS-ORIGIN header"
            write_log(format_log_line("", Answer("configured-origin", reason)), context)
            return request
        answer = answers.get(settings)
        if answer is None or now() >= answer.expires:
            answer = decide(*settings, answer, look_up=look_up, now=now, choose=choose)
            again = answer._replace(decision="cached") if answer.decision == "dns" else answer
            answers[settings] = answer._replace(log_line=format_log_line(settings[0], again))
            answer = answer._replace(log_line=format_log_line(settings[0], answer))
        if answer.domain_name:
            request["headers"]["host"] = [{"key": "Host", "value": answer.domain_name}]
            s3["domainName"] = answer.domain_name
            s3["region"] = answer.region
        write_log(answer.log_line, context)
    except Exception as error:
        reason = f"this is not a request to an S3 origin: {type(error).__name__}: {error}"[:200]
        write_log(format_log_line("", Answer("configured-origin", reason)), context)
    return request
