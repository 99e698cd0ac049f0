"""What stands between a client of the kit and the wrong cloud, or an unexpected bill."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from workshop_lib.errors import AmbiguousCloud, NotTheLocalCloud

READS = ("Describe", "Filter", "Get", "Head", "List", "Simulate", "TestDNSAnswer")
"""How the names of operations begin that change nothing. All others count as changes."""

PLAIN = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and backslash."""


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine, by its text alone: no name is looked up.

    What two parsers may read in two ways, as a backslash before an `@`, counts as elsewhere.
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
    """Whether an AWS operation only looks."""
    return operation.startswith(READS)


def choose_cloud(environ: Mapping[str, str]) -> str:
    """Read `WORKSHOP_CLOUD`.

    Returns:
        `"local"` or `"aws"`.

    Raises:
        AmbiguousCloud: Another value, or variables of the local cloud are left over while AWS is meant.
    """
    cloud = environ.get("WORKSHOP_CLOUD", "").strip() or "local"
    if cloud not in ("local", "aws"):
        raise AmbiguousCloud(f"WORKSHOP_CLOUD is {cloud!r}. Leave it unset for the local cloud, or set it to 'aws'.")
    if cloud == "aws":
        left_over = sorted(key for key in environ if key.startswith("AWS_ENDPOINT_URL") and environ[key])
        if environ.get("AWS_ACCESS_KEY_ID") == "local":
            left_over += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        if left_over:
            raise AmbiguousCloud(
                f"WORKSHOP_CLOUD is 'aws', but {', '.join(left_over)} still point elsewhere. "
                f"Run `unset {' '.join(left_over)}` and start the notebook server again."
            )
    return cloud


def require_loopback(url: str) -> str:
    """Return the URL, or refuse it because it leaves this machine.

    Raises:
        NotTheLocalCloud: The URL is not on loopback.
    """
    if not is_loopback(url):
        raise NotTheLocalCloud(
            f"{url} is not on this machine, and the local cloud is. Unset AWS_ENDPOINT_URL; or, if you mean a real "
            "AWS account, set WORKSHOP_CLOUD=aws."
        )
    return url
