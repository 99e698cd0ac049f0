"""A cloud on this machine: moto, completed with what the lessons need. `README.md` tells what it does and does not.

__main__           the command `python -m local_cloud`
process            the one background process, found again by every program
cloud              the parts, put together; in tests, a cloud in the test's own process
control            what AWS has no word for: health, calls, reset, settle, stop
call_log           every call, for learners and tests
server             the HTTP server in front of the gateway
gateway            WSGI: each request becomes a call, which services refuse, answer, pass to moto and observe
addressing         what a host name means
protocol           HTTP to `Call`, result and error to HTTP, after botocore's models
plain_objects      the short way for plain object requests
streaming          the `aws-chunked` encoding
required           bodies that lack something
moto_application   moto, asked for one call at a time
object_store       S3's state: moto's, mended
access/            who may do what: the policy evaluator
signatures         who signed a request
faults             what a learner breaks, for a while
logs, log_patterns CloudWatch Logs, fed by functions
call, errors, clock, phrases
services/          one module or package a service
engines/           replicator, nameserver, prober, edge, sandbox

Services and engines are told of each other in `cloud` and nowhere else.
"""
