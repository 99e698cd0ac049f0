"""What runs at the edge: it reads in DNS from which bucket CloudFront fetches a page.

CloudFront calls `handler` when a page is not in its cache and it is about to ask the origin. The origin custom header
X-DNS-ORIGIN names a TXT record, the record says `BUCKET.s3.REGION.amazonaws.com`, and there the request goes. To move
traffic you change DNS, not the distribution. When DNS is silent, or says something else, the page comes from where it
came from lately, or from the origin in the distribution's configuration: a page is better than an error.

Lambda@Edge has no environment variables. Two more headers, separated by commas, are the settings; both are optional:
X-DNS-NAMESERVERS, the zone's own name servers, needed while nobody has delegated the zone to them, and
X-DNS-ALLOWED-BUCKETS, the only buckets that may be chosen.
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

ORIGIN = re.compile(r"([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.s3\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com")
LONGEST_ORIGIN = 128  # characters; CloudFront refuses a longer domainName
LAST_GOOD_SECONDS = 300  # how long a good answer is kept when DNS fails
RETRY_SECONDS = 5  # not every request shall wait for a DNS that fails
LOOKUP_SECONDS = 2.0
ADDRESS_SECONDS = 0.7  # to find a name server; all look-ups together must end before Lambda's timeout


class Answer(NamedTuple):
    """What was decided for one record. Until `expires` (seconds since 1970) DNS isn't asked again."""

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
    """The address of a name server, which may stand there by its address already."""
    import dns.inet
    import dns.resolver  # here, so that a request without the header doesn't wait for the import

    if dns.inet.is_address(host):
        return host
    return str(dns.resolver.resolve(f"{host}.", "A", lifetime=ADDRESS_SECONDS)[0].address)


@lru_cache(maxsize=16)
def find_resolver(nameservers: str | None, find_address: Callable[[str], str] = find_address) -> Any:
    """The resolver of this machine, or one that asks only `nameservers`, whose addresses it then remembers."""
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=nameservers is None)
    resolver.timeout = LOOKUP_SECONDS / 2
    if nameservers is not None:
        addresses, failure = [], None
        # Two are enough: the second is asked when the first is silent.
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
    """Ask DNS for a TXT record: its texts (none when there is no such record) and its TTL in seconds."""
    import dns.exception
    import dns.resolver

    resolver = find_resolver(nameservers, find_address)
    try:
        answer = resolver.resolve(name.rstrip(".") + ".", "TXT", lifetime=LOOKUP_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return [], 0
    except dns.exception.DNSException:
        find_resolver.cache_clear()  # perhaps the name servers have moved
        raise
    # A text of more than 255 characters comes in several strings, which belong together.
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer], answer.rrset.ttl


def find_fault(text: str, allowed_buckets: str | None) -> str:
    """Why a text may not be the origin, or `""`. Whoever may edit the record must not send viewers just anywhere."""
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
    """Ask DNS. Of several texts, those that are no origin are passed over and one of the rest is chosen at random."""
    try:
        texts, ttl = look_up(name, nameservers)
    except Exception as error:  # silence, a failing server, a name that is none: keep what was good lately
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
    """The three origin custom headers, or None without the first; CloudFront spells their names in lower case."""
    if "x-dns-origin" not in headers:
        return None
    nameservers, allowed_buckets = headers.get("x-dns-nameservers"), headers.get("x-dns-allowed-buckets")
    return (
        str(headers["x-dns-origin"][0]["value"]),
        None if nameservers is None else str(nameservers[0]["value"]),
        None if allowed_buckets is None else str(allowed_buckets[0]["value"]),
    )


def format_log_line(record: str, answer: Answer) -> str:
    """The log line up to the request id, the only part that differs from request to request."""
    line = {"decision": answer.decision, "reason": answer.reason, "record": record, "origin": answer.domain_name}
    return json.dumps({**line, "ttl": answer.ttl, "region": os.environ.get("AWS_REGION", "")})[:-1] + ', "request_id": '


def write_log(line: str, context: Any) -> None:
    """One JSON line a decision, to standard output; Lambda takes it to CloudWatch."""
    sys.stdout.write(line + quote(str(getattr(context, "aws_request_id", ""))) + "}\n")


def handler(
    event: Any,
    context: Any,
    *,
    look_up: Callable[[str, str | None], tuple[list[str], int]] = look_up_txt,
    now: Callable[[], float] = time.time,  # `monotonic` may stand still while Lambda freezes us
    choose: Callable[[list[str]], str] = random.choice,
    answers: dict[tuple[str, str | None, str | None], Answer] = ANSWERS,
) -> Any:
    """Send an origin request to the bucket that DNS names, or return it as it came.

    It never raises, which would be an error page for the viewer. Lambda gives `event` and
    `context`; the keywords are there to try the function out.
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
