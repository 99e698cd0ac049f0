"""Requests of viewers on AWS. They go as botocore's do: through the machine's proxy, with its certificates."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import urllib3
from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

ANYWHERE = "https://cloudfront.net"
"""Stands for all pages, where a proxy is only examined."""


def request_page(url: str, *, headers: Mapping[str, str] | None = None, timeout: float) -> BaseHTTPResponse:
    """Request a page once. It follows no redirects, and tries nothing again.

    Args:
        url: The page.
        headers: Headers of the request.
        timeout: Seconds to connect, and again for each part of the answer.

    Returns:
        The answer, whatever its status.

    Raises:
        urllib3.exceptions.HTTPError: No answer.
    """
    pool = _get_pool(_find_proxy(url), _find_certificates())
    return pool.request("GET", url, headers=headers, redirect=False, timeout=timeout)


def examine_settings() -> None:
    """Look at the settings for the way to AWS: botocore would try again and again with those that it can't use.

    Raises:
        ValueError: The proxy is no address.
        FileNotFoundError: The file with the certificates isn't there.
    """
    urllib3.util.parse_url(_find_proxy(ANYWHERE) or ANYWHERE)
    certificates = _find_certificates()
    if certificates and not Path(certificates).exists():
        raise FileNotFoundError(f"{certificates} should hold certificates, but it isn't there")


def _find_proxy(url: str) -> str | None:
    found: str | None = ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url)
    return found


def _find_certificates() -> str | None:
    """Return the file of certificates that botocore would use, or None for those of the system."""
    settings = [os.environ.get(name) for name in ("AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_PROFILE")]
    return _read_bundle(*settings) or os.environ.get("REQUESTS_CA_BUNDLE")


@functools.cache
def _read_bundle(*_: str | None) -> str | None:
    """Read botocore's setting `ca_bundle`. The arguments only say when to read it again: with other variables."""
    found: str | None = botocore.session.get_session().get_config_variable("ca_bundle")
    return found


@functools.cache
def _get_pool(proxy: str | None, certificates: str | None) -> PoolManager:
    options: dict[str, Any] = {"maxsize": 64, "retries": False, "ca_certs": certificates}
    if proxy is None:
        return urllib3.PoolManager(**options)
    return urllib3.ProxyManager(proxy, proxy_headers=ProxyConfiguration().proxy_headers_for(proxy), **options)
