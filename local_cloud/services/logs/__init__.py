"""CloudWatch Logs: moto's, fed with what functions write.

service    its operations, and what functions wrote
patterns   filter patterns about words
"""

from local_cloud.services.logs.service import LogsService

__all__ = ["LogsService"]
