"""The prober: what Route 53's health checkers do, on this machine.

    prober   Prober: one scheduler thread; which status every health check has
    status   how observations become a status: threshold, the 18 % rule, inverted, disabled, calculated
    probes   one request to one endpoint

Nothing leaves the machine: S3's own host names are asked in this process, loopback addresses over a real connection,
and any other endpoint is a failure that says so.
"""

from local_cloud.engines.prober.prober import Prober
from local_cloud.engines.prober.probes import Observation

__all__ = ["Observation", "Prober"]
