"""AWS mode, rehearsed at AWS's own host names: `make rehearse`. See docs/aws.md.

| module | holds |
|---|---|
| `__main__` | the command: which forms and which acts |
| `playing` | plays acts, and says what was not as it must be |
| `acts` | what a learner does, from the first notebook to the last receipt |
| `account` | what exists in the account, as an administrator sees it |
| `times` | how long the notebooks took, and where they waited |
| `stage` | the local cloud, the learner's account and machine, and the door between them |
| `door` | answers at AWS's addresses: HTTPS and HTTP, and DNS |
| `manner` | how slow the door is, and how many calls it allows |
| `replicas` | how long AWS keeps replicas of the edge function, by a clock that can be moved |
| `hosts` | the host names of AWS, and the signature that each of them accepts |
| `ledger` | what was asked and refused |
| `machine/sitecustomize` | sends all connections of the learner's programs to the door |
"""
