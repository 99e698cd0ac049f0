"""Steps, checks and waits around boto3, which a learner would otherwise have to type. Top layer first.

| module | holds |
|---|---|
| `doctor` | examines whether the workshop can run on this machine |
| `shared_cloud` | the local cloud that all notebooks, the command and the browser share |
| `widgets` | pickers with a `.value` |
| `renaming` | steps: save the names, unless that would lose what exists under the saved ones |
| `clean_up` | steps: list and delete what the workshop made, and give a receipt |
| `receipts` | what clean-up shows: what was found, the outcomes, the receipt |
| `inventory` | how each kind of resource that the workshop makes is found and deleted |
| `boundaries` | steps: the permissions boundary, which limits the roles |
| `replication` | steps: buckets, versioning, replication, the website |
| `batch_replication` | steps: replicate existing objects with S3 Batch Replication |
| `lambda_edge` | steps: create and publish the function that runs at the edge, with Lambda@Edge |
| `dns_records` | steps: hosted zone, TXT record sets, weights |
| `health_checks` | steps: health checks, with which Route 53 notices that a region is down |
| `distribution` | steps: origin access identity, bucket policies, distributions, invalidations |
| `faults` | steps: break something in the local cloud for a while |
| `checks` | looks at the cloud, says what is wrong, and names the step that fixes it |
| `edge_logs` | step: what the function logged at the edge, in any region |
| `waiting` | every wait, with a progress bar and a timeout that says what it last saw |
| `watches` | what a recording can look at while it runs |
| `packaging` | the edge function as a zip, with the same bytes each time |
| `roles` | IAM roles, as several steps need them |
| `polling` | repeats a look, or a call, until it succeeds |
| `episodes` | what is caused only for a while, such as a drill |
| `observe` | looks at the cloud as a viewer (HTTP), a resolver (DNS) or an operator (statuses) |
| `regions` | questions to all regions at once |
| `cloud` | the cloud that `WORKSHOP_CLOUD` names, and no other |
| `policies` | the JSON documents of `policies/`, with their placeholders filled in |
| `zones` | the hosted zone of a name: found, and asked at its name servers or by the API |
| `ownership` | the marks on resources that the workshop made and may delete |
| `clients` | makes boto3 clients that stay on this machine, or that ask about costs |
| `accounts` | which AWS account a call goes to, and for which accounts the costs are accepted |
| `control` | asks the local cloud for what AWS has no API for |
| `cloud_process` | starts the local cloud as a process and gives its variables |
| `sign_in` | the AWS credentials, fetched again after a failure |
| `plan` | what the notebooks make on AWS, what it costs, how long it takes |
| `blind_session` | a botocore session that ignores the machine's settings |
| `calls` | the table of the AWS calls that a notebook made |
| `credentials` | what is wrong with the AWS credentials, in a sentence |
| `loopback` | HTTP requests that can't leave this machine |
| `names` | the learner's names, chosen once in notebook 00 |
| `prices` | what AWS charges: the dated list `prices.toml` |
| `viewers` | requests of viewers on AWS, by the machine's proxy and certificates |
| `delays` | how slow the cloud is: how long each kind of change takes until it is true everywhere |
| `guards` | keeps a client from the wrong cloud |
| `name_rules` | what must hold of names that clean-up finds things by |
| `refusals` | what a refused call shows: AWS's sentence, and what to do |
| `errors` | all errors of the workshop, and the steps that they name |
| `resources` | files that travel with the package: policies, notebooks |
| `tables` | the one way to draw a table, as HTML and as text |
"""
