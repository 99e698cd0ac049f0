"""One module or package a service: what AWS refuses, what moto cannot answer, what the engines must hear of.

s3/                Amazon S3
s3control          S3 Control: batch jobs that replicate existing objects
iam/               IAM and STS
lambda_functions/  Lambda
cloudfront/        CloudFront
route53/           Route 53
tagging            the Resource Groups Tagging API
service            what each of them is
constraints        what botocore's models say about a value
"""

from local_cloud.services.service import Service

__all__ = ["Service"]
