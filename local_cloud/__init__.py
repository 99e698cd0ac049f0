"""A cloud on this machine: moto, completed with what the lessons need. `README.md` tells what it does and does not.

Services and engines are told of each other in `cloud` and nowhere else. Top layer first:

| module | holds |
|---|---|
| `__main__` | the command `python -m local_cloud` |
| `cloud` | the parts, put together; in tests, a cloud in the test's own process |
| `process` | the one background process, found again by every program |
| `front` | from a socket to a `Call`, which services refuse, answer, pass to moto and observe, and back to HTTP |
| `services` | one package or module a service |
| `engines` | replicator, nameserver, prober, edge, sandbox |
| `access` | who may do what: the policy evaluator |
| `object_store` | S3's state: moto's, corrected where S3 differs |
| `call_log` | every call, for learners and tests |
| `rendering` | results and errors as HTTP responses, in the protocol of each service |
| `call` | requests, calls and responses |
| `file_locks` | locks that end with their process |
| `arrivals` | which requests arrive too slowly |
| `clock` | how much faster than AWS long waits are |
| `constants` | names that several layers share |
| `delays` | what is as late as on AWS |
| `errors` | how the local cloud says no |
| `faults` | what a learner breaks, for a while |
| `late` | values that readers see later than writers |
| `phrases` | the text beside an HTTP status |
| `private_files` | files and folders that other users can neither read nor replace |
| `sigv4` | AWS Signature Version 4, to sign and to verify |
| `system_processes` | the operating system's processes |
| `wildcards` | `*` and `?`, as AWS understands them |
"""

import os as _os

_FOR_MOTO = {"INITIAL_NO_AUTH_ACTION_COUNT", "S3_IGNORE_SUBDOMAIN_BUCKETNAME", "S3_UPLOAD_PART_MIN_SIZE"}
_FOR_MOTO |= {"TEST_PROXY_MODE", "TEST_SERVER_MODE"}

# moto reads these when it is imported, and again later. Other projects set them, and they would change what this cloud
# answers: another account, refusals of its own, smaller parts.
for _name in [name for name in _os.environ if name.startswith("MOTO_") or name in _FOR_MOTO]:
    del _os.environ[_name]
