"""CloudWatch Logs: moto's, with the output of functions.

service    its operations, and the output of functions
patterns   filter patterns of words
"""

from local_cloud.services.logs.service import LogsService

__all__ = ["LogsService"]
