"""One package or module a service: what AWS refuses, what moto cannot answer, what the engines must hear of.

| module | holds |
|---|---|
| `tagging` | the Resource Groups Tagging API, which knows the resources of all others |
| `cloudfront` | CloudFront |
| `iam` | IAM and STS |
| `lambda_functions` | Lambda |
| `logs` | CloudWatch Logs, fed with what functions write |
| `route53` | Route 53 |
| `s3` | Amazon S3 |
| `s3control` | S3 Control: batch jobs that replicate existing objects |
| `service` | what each of them is |
| `constraints` | what botocore's models say about a value |
"""

from local_cloud.services.service import Service

__all__ = ["Service"]
