"""Between WSGI and `HttpRequest`: only this module reads a WSGI environment, or makes one for moto."""

from __future__ import annotations

import io
import sys
from typing import Any
from urllib.parse import quote, unquote

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY

from local_cloud.call import HttpRequest

METADATA = "x-amz-meta-"
_BARE = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
"""The two headers that WSGI keeps without a prefix."""


def read_request(environ: dict[str, Any]) -> HttpRequest:
    """The request in a WSGI environment.

    The names of user metadata are in lower case, as S3 keeps them. Underscores that the server noted are kept.
    """
    written: dict[str, str] = environ.get(PRESERVED_HEADER_NAMES_ENVIRON_KEY) or {}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {}
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            headers[(written.get(key) or key[5:].replace("_", "-")).lower()] = value
        elif key in _BARE and value != "":
            headers[_BARE[key]] = value
    headers["content-length"] = str(len(body))
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=_raw_path(environ),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=body,
        host=headers.pop("host", ""),
        scheme=environ.get("wsgi.url_scheme", "http"),
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


def build_environ(request: HttpRequest) -> dict[str, Any]:
    """A WSGI environment for moto."""
    raw = f"{request.path}?{request.query}" if request.query else request.path
    names: dict[str, str] = {}
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/" + unquote(request.path, "latin-1").lstrip("/"),
        "QUERY_STRING": request.query,
        "RAW_URI": raw,
        "REQUEST_URI": raw,
        "SERVER_NAME": request.host or "127.0.0.1",
        "SERVER_PORT": "443" if request.scheme == "https" else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.source_ip,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: names,
    }
    if request.host:
        environ["HTTP_HOST"] = request.host
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key not in _BARE:
            key = f"HTTP_{key}"
            if name.startswith(METADATA):
                names[key] = name
        environ[key] = value
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def _raw_path(environ: dict[str, Any]) -> str:
    raw: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if raw.startswith(("http://", "https://")):
        raw = "/" + raw.split("/", 3)[3] if raw.count("/") > 2 else "/"
    if not raw:
        return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/~") or "/"
    return raw.split("?", 1)[0] or "/"
