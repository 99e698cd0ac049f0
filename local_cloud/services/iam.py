"""Placeholder."""
from __future__ import annotations
from local_cloud.services.service import Service
class IamService(Service):
    name = "iam"
