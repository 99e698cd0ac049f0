"""Names that several layers share."""

from __future__ import annotations

ACCOUNT_ID = "123456789012"
"""The account that owns everything in the local cloud; moto's default."""

CONTROL_PREFIX = "/_local_cloud/"
"""Path at which the control API begins; no bucket can have that name."""

CLOUDFRONT = "cloudfront.amazonaws.com"
"""CloudFront as a principal: it asks for a distribution whose origin has an origin access control."""

LEARNERS_KEY = "local"
"""The access key of the learner, and of the control API. Its secret is random, one for each state folder."""
