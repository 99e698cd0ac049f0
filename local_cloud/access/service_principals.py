"""AWS's services as principals of policies, such as `lambda.amazonaws.com`."""

from __future__ import annotations

import re
from functools import cache

import botocore.session

_IN_REGION = re.compile(r"\.[a-z]{2}(?:-[a-z]+)+-\d$")
_OTHER_SERVICES = frozenset({
    "billingreports", "elasticfilesystem", "elasticloadbalancing", "elasticmapreduce", "es", "logging.s3",
    "logdelivery.elasticloadbalancing", "monitoring",
    "edgelambda", "batchoperations.s3", "replicator.lambda", "logger.cloudfront", "ecs-tasks", "vpc-flow-logs",
    "delivery.logs", "spotfleet", "cloudtrail", "scheduler", "pods.eks", "ops.apigateway", "cognito-identity",
})  # fmt: skip


def is_service(name: str) -> bool:
    """Whether a name is a service's, with or without a Region, as in `states.eu-west-1.amazonaws.com`."""
    prefix = _IN_REGION.sub("", name.removesuffix(".amazonaws.com"))
    return name.endswith(".amazonaws.com") and (prefix in _OTHER_SERVICES or prefix in _services())


@cache
def _services() -> frozenset[str]:
    """Host name prefixes of AWS's services. Most service principals begin with one."""
    session = botocore.session.Session()
    return frozenset(session.get_available_services()) | {"events", "states", "logs"}
