"""Runs functions as Lambda does: the zip, unpacked, in processes of its own that live from request to request.

model          what a function is, and what came of running it
sandbox        several environments for each function version, one request at a time each
environment    one process, its Runtime API, its output
workspace      the folder for code, output and temporary files
runtime_api    the HTTP API from which a runtime takes requests
bootstrap      the first code in the process; sends look-ups to the local nameserver, and ends what it started
plain_runtime  a runtime for machines that AWS's own is not made for
"""

from local_cloud.engines.sandbox.model import DeployedFunction, Invocation
from local_cloud.engines.sandbox.sandbox import Sandbox

__all__ = ["DeployedFunction", "Invocation", "Sandbox"]
