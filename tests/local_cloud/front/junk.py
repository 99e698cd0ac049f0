"""Requests that botocore's models describe, and requests that nearly are what they describe; all from one seed.

    Fuzz(seed).request("s3", "PutObject")      a WSGI environment, ready for the gateway

A request is right, or one thing in it is wrong: left out, of another type, too long, empty, of odd characters.
"""

from __future__ import annotations

import datetime
import io
import json
import random
from collections.abc import Mapping, Sequence
from string import printable
from typing import Any
from urllib.parse import quote, unquote, urlencode

from botocore.model import OperationModel, Shape
from botocore.serialize import create_serializer
from botocore.session import Session

from local_cloud.call import HttpRequest
from local_cloud.front.wsgi import read_request
from tests.kits.credentials import sign

SERVICES = ("s3", "s3control", "iam", "sts", "lambda", "cloudfront", "route53", "logs", "resourcegroupstaggingapi")
_SIGNING_NAMES = {"s3control": "s3", "resourcegroupstaggingapi": "tagging"}
_DEEPEST = 5
_TEXTS = (
    *("", " ", "a", "A b", "0", "-1", "null", "true", "é", "日本", "\U0001f600", "\x00", "\x01\x1f", "a\r\nX-Evil: 1"),
    *("../..", "/", "a/b", "%2e%2e", "%", "*", "arn:", "arn:aws:s3:::", "arn:aws:iam::123456789012:role/x", "{}", "[]"),
    *(
        '{"Version": 1}',
        "<a>",
        "]]>",
        "&amp;",
        "'\"",
        "x" * 300,
        "x" * 5000,
        "2026-01-01T00:00:00Z",
        "::1",
        "127.0.0.1",
    ),
    *("a=b", "a=b&a=c"),
)
_NUMBERS = (0, 1, -1, 2, 60, 255, 256, 1000, 2**31, 2**63, -(2**63), 10**40)
_OTHER_TYPES: tuple[Any, ...] = ("", "x", -1, 2**70, True, [], ["x"], {}, {"x": "y"}, 1.5)
_session = Session(profile=None)


def operations(service: str) -> Sequence[str]:
    """The names of a service's operations."""
    return tuple(_session.get_service_model(service).operation_names)


class Fuzz:
    """A source of requests.

    Args:
        seed: The same seed gives the same requests.
        known: Names and ids of what is there, by the end of the member's name that takes them: `{"Bucket": ["site"]}`.
    """

    def __init__(self, seed: int, known: Mapping[str, Sequence[str]]) -> None:
        self.random = random.Random(seed)
        self._known = known
        self._wrong = 0.0

    def request(self, service: str, operation: str, *, wrong: float = 0.1) -> HttpRequest:
        """A request for an operation; `wrong` is how often a member is not what the model says."""
        model = _session.get_service_model(service).operation_model(operation)
        self._wrong = wrong
        while True:
            parameters = self._structure(model.input_shape, 0) if model.input_shape else {}
            try:
                return self._request(model, parameters)
            except Exception:
                self._wrong /= 2  # botocore can't write this one down

    def _request(self, model: OperationModel, parameters: Any) -> HttpRequest:
        protocol = model.service_model.resolved_protocol
        serialized = create_serializer(protocol, include_validation=False).serialize_to_request(parameters, model)
        body = serialized["body"]
        headers = {str(name): str(value) for name, value in serialized["headers"].items()}
        if isinstance(body, dict):
            body = urlencode(body, doseq=True)
        body = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else bytes(body or b"")
        path, _, query = serialized["url_path"].partition("?")
        query = "&".join(part for part in (query, urlencode(serialized["query_string"], doseq=True)) if part)
        signing = _SIGNING_NAMES.get(model.service_model.service_name, model.service_model.signing_name)
        return request_of(serialized["method"], path, query, headers, self._spoilt(body), signed=signing)

    def _spoilt(self, body: bytes) -> bytes:
        if not body or self.random.random() > self._wrong / 2:
            return body
        place = self.random.randrange(len(body))
        junk = self.random.choice((b"", b"<", b"\x00", b"\xff\xfe", b'"', b"&x;", b"]" * 50))
        return self.random.choice((body[:place], body[:place] + junk + body[place + 1 :], junk + body, b""))

    def _value(self, shape: Shape, name: str, depth: int) -> Any:
        if self.random.random() < self._wrong:
            return self.random.choice(_OTHER_TYPES)
        make = getattr(self, f"_{shape.type_name}", None)
        return make(shape, depth) if make else self._text(shape, name)

    def _text(self, shape: Shape, name: str) -> str:
        if getattr(shape, "enum", None) and self.random.random() > self._wrong:
            return str(self.random.choice(shape.enum))
        for ending, values in self._known.items():
            if name.endswith(ending) and self.random.random() > self._wrong:
                return self.random.choice(values)
        return self.random.choice(_TEXTS)

    def _structure(self, shape: Any, depth: int) -> dict[str, Any]:
        chosen = {}
        for name, member in shape.members.items():
            is_required = name in shape.required_members
            wanted = self.random.random() > self._wrong if is_required else self.random.random() < 0.25
            if wanted and (is_required or depth < _DEEPEST):
                chosen[name] = self._value(member, name, depth + 1)
        if getattr(shape, "is_tagged_union", False) and chosen:
            name = self.random.choice(sorted(chosen))
            return {name: chosen[name]}
        return chosen

    def _list(self, shape: Any, depth: int) -> list[Any]:
        size = self.random.choice((0, 1, 1, 2)) if depth < _DEEPEST + 4 else 0
        return [self._value(shape.member, shape.member.name, depth + 1) for _ in range(size)]

    def _map(self, shape: Any, depth: int) -> dict[str, Any]:
        names = [self._text(shape.key, shape.key.name) for _ in range(self.random.choice((0, 1, 2)))]
        return {name: self._value(shape.value, shape.value.name, depth + 1) for name in names}

    def _integer(self, shape: Shape, depth: int) -> int:
        return self.random.choice(_NUMBERS)

    _long = _integer

    def _float(self, shape: Shape, depth: int) -> float:
        return self.random.choice((0.0, 1.5, -1.0, 1e300))

    _double = _float

    def _boolean(self, shape: Shape, depth: int) -> bool:
        return self.random.random() < 0.5

    def _timestamp(self, shape: Shape, depth: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self.random.choice((0, 1, 1_700_000_000, 4_000_000_000)), datetime.UTC)

    def _blob(self, shape: Shape, depth: int) -> bytes:
        return self.random.choice((b"", b"x", b"PK\x03\x04", bytes(range(256)), b"{}", json.dumps({"a": 1}).encode()))


def request_of(*args: Any, **kwargs: Any) -> HttpRequest:
    """The same as `environ_of`, as the gateway's engines send it."""
    return read_request(environ_of(*args, **kwargs))


def environ_of(
    method: str,
    path: str,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    signed: str = "",
) -> dict[str, Any]:
    """A WSGI environment as the server makes it."""
    path = path if path.startswith("/") else f"/{path}"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(path, "latin-1"),
        "RAW_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1:1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        value = value.encode("utf-8", "surrogateescape").decode("latin-1").replace("\r", " ").replace("\n", " ")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.strip()
    environ["CONTENT_LENGTH"] = str(len(body))  # the server has seen to it that this is true
    if signed:
        add_signature(environ, signed)
    return environ


def add_signature(environ: dict[str, Any], service: str) -> None:
    """Sign a request with the key of the tests. Headers that are there are signed too."""
    body = environ["wsgi.input"].getvalue()
    headers = {
        name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_X_AMZ_")
    }
    url = f"http://{environ['HTTP_HOST']}{quote(environ['RAW_URI'], safe=printable)}"
    for name, value in sign(environ["REQUEST_METHOD"], url, service=service, headers=headers, body=body).items():
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
