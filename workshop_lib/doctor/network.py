"""The way to AWS: endpoints that lead elsewhere, proxies, and whether name servers answer."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from workshop_lib.doctor.findings import Finding
from workshop_lib.zones import Address, find_addresses

NAME_SERVER = "ns-1.awsdns-00.com"
"""One of Route 53's name servers. It answers at once, if only to refuse."""
PATIENCE = 3.0
"""Seconds."""
WHAT = "Name servers"
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "AWS_CA_BUNDLE")
FILES = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
"""Variables that name AWS's configuration files, and the files without them."""


def examine_way(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at this machine's way to AWS: endpoints that lead elsewhere, proxies, and whether name servers answer.

    Args:
        environment: Environment variables.
    """
    yield examine_endpoints(environment)
    yield examine_proxies(environment)
    yield examine_name_servers()


def examine_endpoints(environment: Mapping[str, str]) -> Finding:
    """Find sections of AWS's configuration files that lead clients elsewhere. The notebooks ignore them.

    Args:
        environment: Environment variables, which may name other files.
    """
    found = []
    for variable, usual in FILES.items():
        file = Path(environment.get(variable) or usual).expanduser()
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # the look at the credentials says what is wrong with the file
        for name, section in parser.items():
            urls = re.findall(
                r"^\s*endpoint_url\s*=\s*(\S+)", "\n".join(f"{k} = {v}" for k, v in section.items()), re.M
            )
            found += [f"[{name}] of {file} ({', '.join(urls)})"] if urls else []
    if not found:
        return Finding("Endpoints", "none in AWS's configuration files")
    fix = (
        "The notebooks ignore this, but the AWS CLI doesn't. For the AWS CLI, run "
        "`export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true`."
    )
    return Finding("Endpoints", f"other ones in {'; '.join(found)}", fix)


def examine_proxies(environment: Mapping[str, str]) -> Finding:
    """Name the proxy and the certificates that requests to AWS use. Passwords are left out.

    Args:
        environment: Environment variables.
    """
    used = {name: re.sub(r"//[^@/]*@", "//…@", environment[name]) for name in PROXIES if environment.get(name)}
    return Finding("Proxy", ", ".join(f"{name}={value}" for name, value in used.items()) or "none")


def examine_name_servers(
    name_server: str = NAME_SERVER, *, find_addresses: Callable[[str], list[Address]] = find_addresses
) -> Finding:
    """Ask one of Route 53's name servers once, over UDP, as notebooks 03 to 05 do. Any answer will do.

    Without an answer it takes three seconds.

    Args:
        name_server: Its name.
        find_addresses: Finds its addresses. A seam for tests.
    """
    fix = "Notebooks 03 to 05 then ask Route 53's API, which tells no TTL. To ask name servers, use another network."
    query = dns.message.make_query("two-regions.test.", "TXT")
    try:
        address, port = find_addresses(name_server)[0]
        dns.query.udp(query, address, timeout=PATIENCE, port=port)
    except dns.exception.Timeout:
        return Finding(WHAT, "don't answer: UDP port 53 is probably closed", fix)
    except (dns.exception.DNSException, OSError) as error:
        return Finding(WHAT, f"could not look: {error}", is_unseen=True)
    return Finding(WHAT, "answer")
