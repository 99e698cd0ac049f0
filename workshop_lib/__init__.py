"""What a learner of the workshop would otherwise type: steps, checks and waits around boto3. Top layer first.

| module | holds |
|---|---|
| `doctor` | examines the machine: can the workshop run here? |
| `shared_cloud` | the local cloud that all notebooks, the command and the browser share |
| `widgets` | pickers with a `.value` |
| `clean_up` | lists and deletes what the workshop made; the receipt |
| `inventory` | what the workshop may have made: how each kind is found and deleted |
| `replication` | steps: buckets, versioning, replication, the website |
| `batch_replication` | steps: existing objects are replicated by S3 Batch Replication |
| `lambda_edge` | steps: create and publish the function that runs at the edge, with Lambda@Edge |
| `dns_records` | steps: hosted zone, TXT record sets, weights |
| `health_checks` | steps: what tells Route 53 that a region is down |
| `distribution` | steps: origin access identity, bucket policies, distributions, invalidations |
| `faults` | steps: what breaks in the local cloud, for a while |
| `checks` | looks at the cloud and says what is wrong and which step fixes it |
| `waiting` | every wait, with a progress bar and a timeout that says what it last saw |
| `packaging` | the edge function as a zip, byte for byte the same each time |
| `roles` | IAM roles, as several steps need them |
| `polling` | looking again and again |
| `observe` | looks as a viewer (HTTP), a resolver (DNS) or an operator (statuses) would |
| `cloud` | clients of the cloud that `WORKSHOP_CLOUD` names, and of no other |
| `policies` | the JSON documents of `policies/`, with their placeholders filled in |
| `ownership` | the marks on what the workshop made, and so may delete |
| `acceptance` | which AWS accounts somebody agreed to pay for |
| `control` | asks the local cloud what AWS has no word for |
| `cloud_process` | starts the local cloud as a process and gives its variables |
| `blind_session` | a session of botocore that reads nothing of the machine |
| `calls` | the table of the AWS calls that a notebook made |
| `guards` | what keeps a client from the wrong cloud |
| `names` | the learner's names, chosen once in notebook 00 |
| `errors` | everything that may be raised |
| `resources` | files that travel with the package: policies, notebooks |
| `tables` | the one way to draw a table, as HTML and as text |
"""
