"""Bytes on a connection to the local cloud: what sends them, and requests that are junk."""

from __future__ import annotations

from collections.abc import Callable

Converse = Callable[..., bytes]
"""What the fixture `converse` gives: it sends bytes, and returns what comes back."""

HOST = b"Host: localhost\r\n"
END = b"Connection: close\r\n\r\n"
JUNK = {
    "zeros": b"\0\0\0\0\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + b"\x55" * 64,
    "lower case": b"get / HTTP/1.1\r\n" + HOST + END,
    "odd method": b"FOO%BAR / HTTP/1.1\r\n" + HOST + END,
    "HTTP 9": b"GET / HTTP/9.9\r\n" + HOST + END,
    "bad escapes": b"GET /%zz%ff%00 HTTP/1.1\r\n" + HOST + END,
    "raw bytes": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + END,
    "no host": b"GET / HTTP/1.1\r\n" + END,
    "two hosts": b"GET / HTTP/1.1\r\nHost: evil.example\r\n" + HOST + END,
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + END,
    "tunnel": b"CONNECT evil.example:1 HTTP/1.1\r\n" + HOST + END,
    "negative length": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n" + END,
    "absurd length": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n" + END,
    "two lengths": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n" + END + b"ab",
    "no length": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n" + END,
    "short body": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n" + END + b"abc",
    "bad chunk": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" + END + b"zz\r\n",
    "endless chunk": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n" + END + b"f" * 5000,
    "other coding": b"PUT /site/a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n" + END,
    "coding and length": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" + END,
    "long target": b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\n" + HOST + END,
    "long header": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 300_000 + b"\r\n" + END,
    "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: 1\r\n" % n for n in range(3000)) + END,
    "folded header": b"GET / HTTP/1.1\r\n" + HOST + b" folded\r\n" + END,
    "space before colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n" + END,
}  # fmt: skip
