"""Do once what every notebook would do first. The process that kernels are forked from imports this module.

It imports the steps, reads botocore's models of the services, and lets matplotlib find its fonts. It asks nobody for
anything: the clients are made for an address at which nothing answers, and thrown away.
"""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure

from traffic_lab import charts  # noqa: F401
from workshop_lib import (  # noqa: F401
    checks,
    clean_up,
    distribution,
    dns_records,
    doctor,
    health_checks,
    lambda_edge,
    observe,
    replication,
    waiting,
    widgets,
)
from workshop_lib.cloud import Cloud

SERVICES = ("s3", "s3control", "iam", "sts", "lambda", "logs", "route53", "cloudfront")


def _make_clients() -> None:
    cloud = Cloud({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    for service in SERVICES:
        cloud.client(service)


def _draw() -> None:
    figure = Figure()
    figure.subplots().set_title("0")
    figure.savefig(BytesIO(), format="png")


_make_clients()
_draw()
