"""What the tests of several folders share. What one folder alone uses lies in that folder.

| module | gives |
|---|---|
| `cloudfront` | CloudFront alone, and distributions to configure |
| `edge` | an edge with buckets and functions that are Python objects |
| `site` | a website in the whole local cloud, and how a viewer asks for its pages |
| `s3` | S3, IAM and replication behind a gateway, without sockets |
| `learner` | fixtures: what a learner has after each part of the workshop |
| `processes` | the command `workshop` in a process of its own |
"""
