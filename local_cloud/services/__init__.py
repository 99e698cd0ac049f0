"""One module or package a service: what AWS refuses, what moto cannot answer, what the engines must hear of."""

from local_cloud.services.service import Service

__all__ = ["Service"]
