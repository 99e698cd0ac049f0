"""HTTP requests that can't leave this machine, whatever DNS, proxies and redirects say."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workshop_lib.guards import pin

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager


@functools.cache
def get_pool() -> PoolManager:
    """Return one pool of connections to this machine. It uses no proxies."""
    import urllib3  # here, so that `workshop --help` doesn't wait for it

    return urllib3.PoolManager(maxsize=64, retries=False)


def send(method: str, url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 10) -> BaseHTTPResponse:
    """Send a request to this machine. It follows no redirects. Safe to repeat if the method is.

    Args:
        method: Such as `"GET"`.
        url: Its host is a loopback address, `localhost`, or a name that ends with `.localhost`.
        headers: Headers of the request.
        timeout: Seconds to connect, and again for each part of the answer.

    Raises:
        NotTheLocalCloud: The URL is not on this machine.
        urllib3.exceptions.HTTPError: No answer.
    """
    target, host = pin(url)
    return get_pool().request(
        method, target, headers={**(headers or {}), "Host": host}, redirect=False, timeout=timeout
    )
