"""Helpers for the tests of several folders. Helpers for one folder are in that folder.

| module | contains |
|---|---|
| `cloudfront` | CloudFront alone, and configurations of distributions |
| `edge` | an edge, with Python objects as buckets and functions |
| `site` | a website in the whole local cloud, and requests for its pages |
| `s3` | S3, IAM and replication behind a gateway, without sockets |
| `learner` | fixtures: the resources of a learner after each part of the workshop |
| `processes` | the command `workshop` in its own process |
"""
