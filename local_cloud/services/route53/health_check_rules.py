"""Checks of a health check's configuration, and its defaults.

The codes are Route 53's. So are the messages where they are known.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from local_cloud.errors import AwsError

_ENDPOINT_PORTS = {"HTTP": 80, "HTTPS": 443, "HTTP_STR_MATCH": 80, "HTTPS_STR_MATCH": 443, "TCP": None}
_ENDPOINT_MEMBERS = ("IPAddress", "FullyQualifiedDomainName", "Port", "ResourcePath", "SearchString", "Regions")


def check_config(config: dict[str, Any], others: Mapping[str, dict[str, Any]]) -> None:
    """Refuse a configuration as Route 53 does.

    Args:
        config: The configuration, given or merged.
        others: Existing health checks by id, which may be children.

    Raises:
        AwsError: `InvalidInput`, or `NotImplemented` for routing controls.
    """
    kind = config["Type"]
    if kind == "RECOVERY_CONTROL":
        raise AwsError("NotImplemented", "The local cloud doesn't implement routing controls (Route 53 ARC).", 501)
    if kind in _ENDPOINT_PORTS:
        _check_endpoint(kind, config)
    else:
        _refuse_members(config, _ENDPOINT_MEMBERS)
    if kind == "CALCULATED":
        _check_children(config, others)
    if kind == "CLOUDWATCH_METRIC":
        _require(config, "AlarmIdentifier")
        _require(config, "InsufficientDataHealthStatus")
        _refuse_members(config, ("RequestInterval", "FailureThreshold", "ChildHealthChecks", "HealthThreshold"))


def complete_config(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with Route 53's defaults."""
    kind = config["Type"]
    defaults: dict[str, Any] = {"Inverted": False, "Disabled": False}
    if kind in _ENDPOINT_PORTS:
        defaults |= {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False}
        defaults |= {"Port": _ENDPOINT_PORTS[kind], "EnableSNI": kind.startswith("HTTPS")}
    return defaults | config


def _check_endpoint(kind: str, config: dict[str, Any]) -> None:
    if not config.get("IPAddress") and not config.get("FullyQualifiedDomainName"):
        raise _invalid(f"A health check of type {kind} needs IPAddress or FullyQualifiedDomainName.")
    if config.get("RequestInterval", 30) not in (10, 30):
        raise _invalid("RequestInterval must be 10 or 30 seconds.")
    if kind.endswith("_STR_MATCH"):
        _require(config, "SearchString")
    else:
        _refuse_members(config, ("SearchString",))
    if kind == "TCP":
        _check_tcp(config)
    if config.get("AlarmIdentifier"):
        raise _invalid("Invalid parameter : Basic health checks must not have an metric region specified.")
    _refuse_members(config, ("ChildHealthChecks", "HealthThreshold", "InsufficientDataHealthStatus"))
    _check_address(config.get("IPAddress"))


def _check_tcp(config: dict[str, Any]) -> None:
    _require(config, "Port")
    if config.get("ResourcePath"):
        raise _invalid("TCP health checks must not have a resource path specificed.")  # Route 53's spelling
    if config.get("IPAddress") and config.get("FullyQualifiedDomainName"):
        raise _invalid("TCP health checks that have IP address must not have a fully qualified domain name specified.")


def _check_address(text: str | None) -> None:
    """Refuse all but public addresses, as AWS does, and loopback, the only network that is reachable here."""
    if not text:
        return
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:  # the model's pattern allows some
        raise _invalid(f"{text} is not an IP address.") from error
    if not address.is_loopback and (address.is_multicast or not address.is_global):
        raise _invalid(
            f"The IP address {text} is in a range that health checkers cannot reach: local, private or reserved."
        )


def _check_children(config: dict[str, Any], others: Mapping[str, dict[str, Any]]) -> None:
    if config.get("HealthThreshold") is None:
        raise _invalid("Invalid parameter : Calculated health checks must have a health threshold specified.")
    for child in config.get("ChildHealthChecks", []):
        if child not in others:
            raise _invalid(f"The child health check {child} does not exist.")
        if others[child]["HealthCheckConfig"]["Type"] == "CALCULATED":
            raise _invalid(
                f"The child health check {child} is itself calculated; one calculated check cannot watch another."
            )


def _require(config: dict[str, Any], member: str) -> None:
    if not config.get(member):
        raise _invalid(f"A health check of type {config['Type']} needs {member}.")


def _refuse_members(config: dict[str, Any], members: tuple[str, ...]) -> None:
    for member in members:
        if config.get(member):
            raise _invalid(f"A health check of type {config['Type']} cannot have {member}.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidInput", message)
