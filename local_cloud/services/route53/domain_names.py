"""Domain names as Route 53 reads and writes them: lower case, absolute, special characters as octal escapes.

In the code, a name is a `dns.name.Name`, which ignores case when compared.
"""

from __future__ import annotations

import re

import dns.exception
import dns.name
from dns.name import Name

_PLAIN = re.compile(rb"[a-z0-9_-]")
_OCTAL = re.compile(r"\\([0-7]{3})")
_UNSUPPORTED = re.compile(r"[^\x21-\x7e]")


class InvalidNameError(ValueError):
    """The text is not a domain name. The message is Route 53's."""


def parse_name(text: str) -> Name:
    """Parse a name. The final dot may be missing.

    Raises:
        InvalidNameError: An empty label, one above 63 bytes, a name above 255, or a character that needs an escape.
    """
    if _UNSUPPORTED.search(text):
        raise InvalidNameError(_fatal("UnsupportedCharacter", "Value contains unsupported characters", text))
    try:
        # Route 53's escapes are octal. Those of zone files and dnspython are decimal.
        name = dns.name.from_text(_OCTAL.sub(lambda match: f"\\{int(match[1], 8) % 256:03}", text))
    except dns.name.EmptyLabel as error:
        raise InvalidNameError(_fatal("DomainLabelEmpty", "Domain label is empty", text)) from error
    except dns.name.LabelTooLong as error:
        raise InvalidNameError(_fatal("DomainLabelTooLong", "Domain label is too long", text)) from error
    except dns.exception.DNSException as error:
        raise InvalidNameError(_fatal("DomainNameInvalid", "Domain name is not valid", text)) from error
    if name == dns.name.root:
        raise InvalidNameError(_fatal("DomainLabelEmpty", "Domain label is empty", text))
    return name.canonicalize()


def write_name(name: Name) -> str:
    r"""Write a name as Route 53 lists it: `*.site.test` becomes `\052.site.test.`."""
    return ".".join(_write_label(label) for label in name.canonicalize().labels)


def sort_key(name: Name) -> str:
    """The order of Route 53's listings: labels reversed, each with its dot.

    `a-b` comes before `a`, as a hyphen comes before the dot. dnspython has DNSSEC's order, which is another one.
    """
    return "".join(f"{_write_label(label)}." for label in reversed(name.canonicalize().labels[:-1]))


def _write_label(label: bytes) -> str:
    return "".join(chr(byte) if _PLAIN.match(bytes([byte])) else f"\\{byte:03o}" for byte in label)


def _fatal(code: str, reason: str, text: str) -> str:
    return f"FATAL problem: {code} ({reason}) encountered with '{text}'"
