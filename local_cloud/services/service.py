"""The base class of the services. A method's name gives the verb and the operation.

    prepare_<operation>(call)            change the call for the other methods and for moto
    refuse_<operation>(call)             raise AwsError where AWS does, and change nothing
    answer_<operation>(call)             answer instead of moto: a result in botocore's shape, or a Response
    observe_<operation>(call, response)  read or change moto's answer

`<operation>` is the operation's name in snake case: `answer_put_bucket_replication`. An operation without a
method goes to moto unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import xform_name

from local_cloud.call import Call


class Service:
    """Base of the services. A subclass adds methods for operations, and may override the methods here."""

    name = ""
    """botocore's name of the service."""

    owned = False
    """True if moto is never called: an operation without an `answer_` method then returns NotImplemented."""

    unlocked: frozenset[str] = frozenset()
    """Operations that take long and use no shared state. They run without the cloud's lock."""

    @property
    def is_settled(self) -> bool:
        """False while work such as a deployment is under way. `settle` waits for it."""
        return True

    def prepare(self, call: Call) -> None:
        """Prepare a call of any operation of the service. Does nothing by default."""

    def refuse(self, call: Call) -> None:
        """Refuse what AWS refuses in every operation of the service. Does nothing by default."""

    def observe(self, call: Call) -> None:
        """See a call of any operation of the service that has succeeded. Does nothing by default."""

    def authorize(self, call: Call) -> None:
        """Decide on callers outside this account. Overridden by services that may allow them.

        Raises:
            AwsError: The caller may not make this call.
        """

    def method(self, verb: str, call: Call) -> Callable[..., Any] | None:
        """The method for one verb of the call's operation, such as `"refuse"`, or None."""
        return getattr(self, f"{verb}_{xform_name(call.operation)}", None)

    def reset(self) -> None:
        """Delete all state, as after the start of the cloud."""
