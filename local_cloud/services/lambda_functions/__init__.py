"""Lambda: functions really run, from their zips; what AWS refuses is refused. moto keeps the state.

service      the operations, and what the edge asks
invocations  what of an invocation is refused, and how it is answered
aliases      which versions they may point to
permissions  a policy for the function, and one for each version or alias
versions     when one is made, and which number it gets
settings     listings of versions, tags, concurrency, the account's limits
rules        what is refused when a function is made or changed
states       what moto lacks of a configuration: states, revision ids
names        the forms of a name that Lambda takes
pages        listings page by page
"""

from local_cloud.services.lambda_functions.service import LambdaService

__all__ = ["LambdaService"]
