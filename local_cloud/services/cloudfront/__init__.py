"""CloudFront's control plane.

service             all operations, and what the edge and Lambda read
distributions       create, get, list, update, delete; ETags and deployment
identities          origin access identities
access_controls     origin access controls
cache_policies      managed policies and the account's own
invalidations       create, get, list; edges remove the paths at once
tags
listings            distributions by what they use
validation          checks of a configuration: the whole, origins, behaviors, and features not implemented
origins, behaviors, unsupported
whole               checks that an update is complete
associations        which function versions may run at the edge
defaults            what AWS fills in
refusals            codes, statuses and messages
operations, store   what the groups share
"""

from local_cloud.services.cloudfront.service import CloudFrontService
from local_cloud.services.cloudfront.store import Distribution

__all__ = ["CloudFrontService", "Distribution"]
