"""Where the programs of a run connect to, on a machine whose settings lead them elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

ELSEWHERE = "192.0.2.66"
"""An address that nobody has (RFC 5737)."""

_WRITE_DOWN = """
import json, os, sys
_file = os.open({file!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def _hook(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        where = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(arguments[1], tuple):
        where = arguments[1][0]
    else:
        return
    where = where.decode() if isinstance(where, bytes) else where
    os.write(_file, (json.dumps([event, where]) + "\\n").encode())
sys.addaudithook(_hook)
"""


def watch_connections(folder: Path) -> dict[str, str]:
    """Return the variables with which Python programs write down whom they look up, connect to, and send to."""
    (folder / "sitecustomize.py").write_text(
        _WRITE_DOWN.format(file=str(folder / "connections.jsonl")), encoding="utf-8"
    )
    return {"PYTHONPATH": str(folder)}


def read_connections(folder: Path) -> tuple[set[str], set[str]]:
    """Return the hosts that were looked up, and those that were connected to or sent something."""
    lines = (folder / "connections.jsonl").read_text(encoding="utf-8").splitlines()
    seen = [(event, host) for event, host in map(json.loads, lines) if host]  # null is any address, to listen at
    looked_up = {host for event, host in seen if event.startswith("socket.get")}
    return looked_up, {host for event, host in seen if not event.startswith("socket.get")}


def lead_elsewhere(folder: Path) -> dict[str, str]:
    """Return the variables of a machine whose profile, endpoints and proxies lead to a paid account elsewhere."""
    url = f"http://{ELSEWHERE}:8080"
    (folder / "config").write_text(
        f"[default]\nendpoint_url = {url}\nservices = all\nuse_fips_endpoint = true\n"
        f"credential_process = touch {folder / 'was-run'}\n[services all]\ns3 =\n  endpoint_url = {url}\n",
        encoding="utf-8",
    )
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), url)
    return {
        **proxies,
        "NO_PROXY": "",
        "no_proxy": "",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_PROFILE": "default",
        "AWS_ACCESS_KEY_ID": "AKIAPAID",
        "AWS_SECRET_ACCESS_KEY": "paid",
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ENDPOINT_URL_ROUTE_53": url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CA_BUNDLE": str(folder / "missing.pem"),
    }
