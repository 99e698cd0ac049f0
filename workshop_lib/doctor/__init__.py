"""Examine the machine and the account: what the workshop needs, and how to fix what is missing. Changes nothing.

Used by notebook 00, `workshop doctor` and `workshop run`. One refused look doesn't stop the others.

| module | examines |
|---|---|
| `account` | the account, with all that follows; the order of the table |
| `machine` | Python, packages, ports, the cloud, the names file |
| `identity` | who you are, and this machine's clock |
| `places` | the two regions, and the buckets' names in them |
| `permissions` | which actions of the learner's policies you lack |
| `quotas` | how much the account allows |
| `leftovers` | what exists of earlier runs |
| `network` | other endpoints, proxies, name servers |
| `findings` | what an examination found |
"""

from workshop_lib.doctor.account import examine_account
from workshop_lib.doctor.findings import Examination, Finding
from workshop_lib.doctor.machine import examine_machine
from workshop_lib.doctor.network import examine_way

__all__ = ["Examination", "Finding", "examine_account", "examine_machine", "examine_way"]
