"""IAM and STS. moto stores users, roles and policies. This package refuses what AWS refuses.

service              IAM's operations: checks before moto, and operations that moto lacks
entities             users, roles and policies as moto stores them, and errors for missing ones
trust_policies       which trust policies IAM accepts
permission_policies  which permission policies IAM accepts, and their sizes
boundaries           permissions boundaries, which moto keeps only for roles
managed_policies     AWS's own managed policies, loaded into moto when a call names one
service_roles        service-linked roles, with AWS's names
pages                pages of listings
simulation           the policy simulator, with the evaluator of the local cloud
sts                  STS
"""

from local_cloud.services.iam.service import IamService
from local_cloud.services.iam.sts import StsService

__all__ = ["IamService", "StsService"]
