"""AWS mode, rehearsed at AWS's own host names: `make rehearse`. See docs/aws.md.

| module | holds |
|---|---|
| `__main__` | the command: which acts are played, and the results |
| `acts` | what a learner does, from the first notebook to the last receipt |
| `stage` | the local cloud, the learner's account and machine, and the door between them |
| `door` | answers at AWS's addresses: HTTPS and HTTP, and DNS |
| `manner` | how slow the door is, and how many calls it allows |
| `hosts` | the host names of AWS, and the signature that each of them accepts |
| `ledger` | what was asked and refused |
| `machine/sitecustomize` | sends all connections of the learner's programs to the door |
"""
