"""What a learner of the workshop would otherwise type: steps, checks and waits around boto3. Top layer first.

| module | holds |
|---|---|
| `cli`, `runner`, `report` | the console command `workshop`; runs the notebooks and reports |
| `widgets`, `plots` | pickers with a `.value`; charts |
| `clean_up` | lists and deletes what the workshop made; the receipt |
| `inventory` | what the workshop may have made: how each kind is found and deleted |
| `replication` | steps: buckets, versioning, replication, Batch Replication |
| `edge_function` | steps: package, create and publish the function that runs at the edge |
| `dns_records` | steps: hosted zone, TXT record sets, weights |
| `health_checks` | steps: what tells Route 53 that a region is down |
| `distribution` | steps: origin access identity, bucket policies, distributions, invalidations |
| `checks` | looks at the cloud and says what is wrong and which step mends it |
| `observe` | looks as a viewer (HTTP), a resolver (DNS) or an operator (statuses) would |
| `waiting` | every wait, with a progress bar and a timeout that says what it last saw |
| `policies` | the JSON documents of `policies/`, with their placeholders filled in |
| `cloud` | clients of the cloud that `WORKSHOP_CLOUD` names, and of no other |
| `calls`, `guards` | the table of AWS calls; what keeps a client from the wrong cloud |
| `names` | the learner's names, chosen once in notebook 00 |
| `errors` | everything that may be raised |
"""
