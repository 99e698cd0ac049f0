"""The prober: Route 53's health checkers, on this machine.

    prober   Prober: one scheduler thread, and the status of every health check
    status   how observations become a status: threshold, the 18 % rule, inverted, disabled, calculated
    probes   one request to one endpoint

Nothing leaves the machine. S3's own host names are asked in this process, and loopback addresses over a real
connection. Any other endpoint fails, with this reason.
"""

from local_cloud.engines.prober.prober import Prober
from local_cloud.engines.prober.probes import Observation

__all__ = ["Observation", "Prober"]
