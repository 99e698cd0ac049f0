"""CloudFront's control plane.

service             all operations together; what the edge and Lambda ask
distributions       create, get, list, update, delete; ETags and deployment
identities          origin access identities
access_controls     origin access controls
cache_policies      managed and own
invalidations       and who hears of them
tags
listings            which distributions use what
validation          what is refused in a configuration: of its origins, of its behaviors, and what is not done
origins, behaviors, unsupported
whole               what is refused in an update
associations        which function versions may run at the edge
defaults            what AWS fills in
refusals            codes, statuses and sentences
operations, store   what the groups share
"""

from local_cloud.services.cloudfront.service import CloudFrontService
from local_cloud.services.cloudfront.store import Distribution

__all__ = ["CloudFrontService", "Distribution"]
