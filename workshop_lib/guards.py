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

LOCAL_KEY = "local"
"""The local cloud's access key. Its secret is one of its variables."""

PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash."""


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine. Only its text decides: no name is looked up.

    URLs that two parsers may read differently, such as a backslash before an `@`, count as elsewhere.
    """
    if not PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return (
            parts.scheme in ("http", "https")
            and "@" not in parts.netloc
            and parts.port != 0
            and (is_named_localhost(host) or ipaddress.ip_address(host).is_loopback)
        )
    except ValueError:  # brackets that don't close, an impossible port, or a name
        return False


def is_named_localhost(host: str) -> bool:
    """Whether a host's name means this machine: `localhost`, or a name below it (RFC 6761)."""
    return host == "localhost" or host.endswith(".localhost")


def pin(url: str) -> tuple[str, str]:
    """Replace a name by the address 127.0.0.1, so that nothing looks the name up in DNS or in the hosts file.

    Resolvers should know that `localhost` and names below it are this machine (RFC 6761), but not all do.

    Returns:
        The URL to connect to, and the value of the header `Host`.

    Raises:
        NotTheLocalCloud: The URL is not on loopback.
    """
    parts = urlsplit(require_loopback(url))
    host = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")  # as it is signed
    if not is_named_localhost(parts.hostname or ""):
        return url, host
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"127.0.0.1{port}").geturl(), host


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
        if environ.get("AWS_ACCESS_KEY_ID") == LOCAL_KEY:
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
