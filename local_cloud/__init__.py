"""A cloud on this machine: moto, completed with what the lessons need. `README.md` tells what it does and does not.

__main__    the command `python -m local_cloud`
process     the one background process, found again by every program
cloud       the parts, put together; in tests, a cloud in the test's own process
gateway     WSGI: each request becomes a call, which services refuse, answer, pass to moto and observe
server      the HTTP server in front of the gateway
control     what AWS has no word for: health, calls, reset, settle, stop
protocol    HTTP to `Call`, result and error to HTTP, after botocore's models
objects     the short way for plain object requests, which are most requests
call_log    every call, for learners and tests
services/   one module or package a service
engines/    replicator, nameserver, prober, edge, sandbox

The engines, bottom up, are told of each other in `cloud` and nowhere else.
"""
