"""What every service of the local cloud is: a class whose method names say what they do for which operation.

    prepare_<operation>(call)            change the call: what other methods, and moto, are to find in it
    refuse_<operation>(call)             raise AwsError where AWS says no, and change nothing
    answer_<operation>(call)             answer in moto's place: a result in botocore's shape, or a Response
    observe_<operation>(call, response)  see, or amend, what moto answered

`<operation>` is the operation's name in snake case: `answer_put_bucket_replication`. An operation that has
no method goes to moto as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import xform_name

from local_cloud.call import Call


class Service:
    """Base of the services. A subclass adds methods; it overrides nothing but what is here."""

    name = ""
    """botocore's name of the service."""

    owned = False
    """True when moto is never asked: an operation without an `answer_` method is then refused as not implemented."""

    unlocked: frozenset[str] = frozenset()
    """Operations that take long and touch no shared state; they run without the cloud's lock."""

    @property
    def is_settled(self) -> bool:
        """False while something is under way that ends by itself, a deployment for instance; `settle` waits for it."""
        return True

    def prepare(self, call: Call) -> None:
        """Prepare for any operation of the service. Overridden where something must be."""

    def refuse(self, call: Call) -> None:
        """Refuse what AWS refuses in every operation of the service. Overridden where there is such a rule."""

    def authorize(self, call: Call) -> None:
        """Decide about callers who are no user or role of this account. Overridden where a service lets any in.

        Raises:
            AwsError: They may not.
        """

    def method(self, verb: str, call: Call) -> Callable[..., Any] | None:
        """The method for one verb of the call's operation, such as `"refuse"`, or None."""
        return getattr(self, f"{verb}_{xform_name(call.operation)}", None)

    def reset(self) -> None:
        """Forget everything, as when the cloud was started."""
