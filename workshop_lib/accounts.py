"""Which AWS account a call goes to, and for which accounts the learner accepted the costs.

Credentials may change while a notebook runs: a program, a profile or a sign-in gives new ones. So the account is looked
up for each access key that signs a change. The accepted accounts are kept beside the names, for all notebooks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from workshop_lib.errors import STEPS, AccountChanged, CostNotAccepted
from workshop_lib.guards import is_read
from workshop_lib.names import get_names_path
from workshop_lib.plan import summarize_costs

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.credentials import ReadOnlyCredentials

SIGNED_WITH = re.compile(r"\bCredential=([^/,\s]+)/")
"""The access key in the header `Authorization` of Signature Version 4."""


class AccountGuard:
    """Refuses changes in an account whose costs aren't accepted, or in another account than the first one.

    Args:
        get_credentials: Returns the credentials as they are now. It raises an error if there are none.
        ask_account: Asks AWS which account some credentials belong to.
        environ: Environment variables. `WORKSHOP_ACCEPT_COSTS` names an accepted account, and the accepted accounts are
            kept beside the file that `WORKSHOP_NAMES` names.
    """

    def __init__(
        self,
        get_credentials: Callable[[], ReadOnlyCredentials],
        ask_account: Callable[[ReadOnlyCredentials], str],
        environ: Mapping[str, str],
    ) -> None:
        self._get_credentials, self._ask_account, self._environ = get_credentials, ask_account, environ
        self._file = get_names_path(environ).with_name("workshop-costs-accepted.json")
        self._accounts: dict[str, str] = {}  # access key → account
        self._first: str | None = None
        self._lock = Lock()

    def find_account(self) -> str:
        """Return the account of the credentials as they are now. AWS is asked once for each access key.

        Raises:
            AccountChanged: Earlier credentials belonged to another account.
        """
        with self._lock:
            credentials = self._get_credentials()
            return self._find_account(credentials.access_key or "", credentials)

    def refuse_unpaid_change(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> None:
        """Handle botocore's event `before-send`, when the request is signed and nothing can change its access key.

        Raises:
            AccountChanged: The key belongs to another account than earlier keys, or it isn't the present key.
            CostNotAccepted: The costs aren't accepted for this account.
        """
        operation = event_name.rpartition(".")[2]
        if is_read(operation):
            return
        with self._lock:
            account = self._find_account(_read_access_key(request))
        if not self.is_accepted(account):
            raise CostNotAccepted(
                f"{operation} would change the AWS account {account}, and you haven't accepted the costs there. "
                f"{summarize_costs()} To accept that, run {STEPS['costs']}, and type the account's number."
            )

    def is_accepted(self, account_id: str) -> bool:
        """Whether the learner accepted the costs in this account."""
        return account_id in (self._environ.get("WORKSHOP_ACCEPT_COSTS"), *self._read_accepted())

    def accept(self, account_id: str) -> None:
        """Keep one more account for which the learner accepted the costs. Safe to repeat.

        Raises:
            CostNotAccepted: The file can't be written.
        """
        accepted = sorted({account_id, *self._read_accepted()})
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(accepted) + "\n", encoding="utf-8")
        except OSError as error:
            raise CostNotAccepted(
                f"Nothing is accepted, because {self._file} can't be written ({error}). Correct or remove it, or work "
                "in a folder in which you may write."
            ) from error

    def _read_accepted(self) -> list[str]:
        try:
            accepted = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # a file that can't be read accepts nothing
            return []
        return [one for one in accepted if isinstance(one, str)] if isinstance(accepted, list) else []

    def _find_account(self, access_key: str, credentials: ReadOnlyCredentials | None = None) -> str:
        if access_key not in self._accounts:
            credentials = credentials or self._get_credentials()
            if credentials.access_key != access_key:
                raise AccountChanged(
                    "Your credentials changed while a request was prepared, so it was not sent. Run the cell again."
                )
            self._accounts[access_key] = self._ask_account(credentials)
        account = self._accounts[access_key]
        self._first = self._first or account
        if account != self._first:
            raise AccountChanged(
                f"Your credentials now belong to the AWS account {account}, but until now they belonged to "
                f"{self._first}. The request was not sent. Sign in to {self._first} again, then run the cell again. "
                f"To work in {account}, restart the kernel."
            )
        return account


def _read_access_key(request: AWSPreparedRequest) -> str:
    """Return the access key that signed a request, or an empty text."""
    header = request.headers.get("Authorization", "")
    signed = SIGNED_WITH.search(header.decode() if isinstance(header, bytes) else header)
    return signed[1] if signed else ""
