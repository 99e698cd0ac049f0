"""The learner's AWS credentials. After a failure they are fetched again, so that a new sign-in needs no new kernel."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Self

import botocore.session
from botocore.exceptions import NoCredentialsError

from workshop_lib.credentials import fetching

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials


def fetch_credentials() -> Credentials | None:
    """Fetch the machine's credentials, in a new session: botocore's sessions read each file only once.

    None if there are none. A profile may run a program or ask for an MFA code, so this may take long.
    """
    return botocore.session.get_session().get_credentials()


class SignIn:
    """Stands for credentials in botocore's clients, which keep the object that they were made with.

    All clients of a cloud share one, and may use it in any thread.

    Args:
        fetch: Fetches credentials. A seam for tests.
    """

    def __init__(self, fetch: Callable[[], Credentials | None] = fetch_credentials) -> None:
        self._fetch = fetch
        self._fetched: Credentials | None = None
        self._lock = Lock()

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials as they are now, for one request.

        Raises:
            CredentialsRefused: There are none, or they can't be fetched.
        """
        with self._lock, fetching():
            fetched, self._fetched = self._fetched or self._fetch(), None
            if fetched is None:
                raise NoCredentialsError
            frozen = fetched.get_frozen_credentials()
            self._fetched = fetched  # only now: what failed is fetched again
            return frozen

    def forget(self) -> None:
        """Fetch them again for the next request, because AWS refused them."""
        with self._lock:
            self._fetched = None

    def load_credentials(self) -> Self:
        """Be the component of a botocore session that gives all its clients their credentials."""
        return self

    def get_deferred_property(self, property_name: str) -> Callable[[], None]:
        """Give no account id to clients, which a few services put in their addresses."""
        return lambda: None
