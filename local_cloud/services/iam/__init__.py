"""IAM and STS: moto keeps users, roles and policies; what AWS refuses is refused, and trust decides who becomes what.

service              IAM's operations: what is refused before moto is asked, and what moto lacks
entities             users, roles and policies as moto keeps them, and AWS's words for those that aren't there
trust_policies       what a role's trust policy may say
permission_policies  what a permission policy may say, and how long it may be
managed_policies     AWS's own managed policies, brought into moto when somebody names one
service_roles        service-linked roles, under the names that AWS gives them
pages                listings page by page
simulation           the policy simulator, by the evaluator that decides everywhere else
sts                  STS
"""

from local_cloud.services.iam.service import IamService
from local_cloud.services.iam.sts import StsService

__all__ = ["IamService", "StsService"]
