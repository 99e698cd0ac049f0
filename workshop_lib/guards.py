"""Guards against the wrong cloud and unexpected costs."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from workshop_lib.errors import AmbiguousCloud, InvalidNumber, NotTheLocalCloud

READS = ("Describe", "Filter", "Get", "Head", "List", "Simulate", "TestDNSAnswer")
"""Prefixes of operations that change nothing. All other operations count as changes."""

PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash."""


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine. Only its text decides: no name is looked up.

    URLs that two parsers may read differently, such as a backslash before an `@`, count as elsewhere.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not PLAIN.fullmatch(url):
        return False
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_read(operation: str) -> bool:
    """Whether an AWS operation changes nothing."""
    return operation.startswith(READS)


def choose_cloud(environ: Mapping[str, str]) -> str:
    """Read `WORKSHOP_CLOUD`.

    Returns:
        `"local"` or `"aws"`.

    Raises:
        AmbiguousCloud: The value is neither, or it is AWS and variables of the local cloud are still set.
    """
    cloud = environ.get("WORKSHOP_CLOUD", "").strip() or "local"
    if cloud not in ("local", "aws"):
        raise AmbiguousCloud(f"WORKSHOP_CLOUD is {cloud!r}. Unset it to use the local cloud, or set it to 'aws'.")
    if cloud == "aws":
        left_over = sorted(key for key in environ if key.startswith("AWS_ENDPOINT_URL") and environ[key])
        if environ.get("AWS_ACCESS_KEY_ID") == "local":
            left_over += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        if left_over:
            raise AmbiguousCloud(
                f"WORKSHOP_CLOUD is 'aws', but these variables point elsewhere: {', '.join(left_over)}. "
                f"Run `unset {' '.join(left_over)}` and start JupyterLab again."
            )
    return cloud


def read_seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    """Read how long AWS takes for something from a variable, such as `WORKSHOP_DNS_SECONDS`.

    Raises:
        InvalidNumber: The value is no number of seconds.
    """
    value = environ.get(name, "").strip()
    try:
        seconds = float(value) if value else default
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise InvalidNumber(f"{name} is {value!r}. Unset it, or give a number of seconds.")
    return seconds


def require_loopback(url: str) -> str:
    """Return the URL if it stays on this machine.

    Raises:
        NotTheLocalCloud: The URL is not on loopback.
    """
    if not is_loopback(url):
        raise NotTheLocalCloud(
            f"{url} is not on this machine, but the local cloud is. Unset AWS_ENDPOINT_URL. "
            "To use a real AWS account, also set WORKSHOP_CLOUD=aws."
        )
    return url
