"""Lambda: functions run from their zip files. This package refuses what AWS refuses, and moto stores the state.

service      the operations, and queries from the edge
invocations  checks and answers of invocations
aliases      the versions of an alias
permissions  a policy for the function, and one for each version or alias
versions     numbered versions
settings     listings of versions, tags, concurrency, the account's limits
rules        checks when a function is made or changed
states       members of a configuration that moto lacks: states, revision ids
names        the forms of a function's name
pages        pages of listings
"""

from local_cloud.services.lambda_functions.service import LambdaService

__all__ = ["LambdaService"]
