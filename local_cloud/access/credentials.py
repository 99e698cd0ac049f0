"""The access keys that the local cloud knows: its own, those of IAM users, and those of sessions of roles."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from moto.backends import get_backend

from local_cloud.access.identities import LEARNER
from local_cloud.constants import ACCOUNT_ID, LEARNERS_KEY


class Credential(NamedTuple):
    """An access key in use.

    Attributes:
        principal: The ARN of its user or session.
        secret: The secret access key.
        token: The session token that requests must send too; None for keys without one.
        expires: When it expires, in seconds since the epoch; None if it doesn't.
        session_policy: The session policy, as JSON.
    """

    principal: str
    secret: str
    token: str | None = None
    expires: float | None = None
    session_policy: str | None = None


class Credentials:
    """Finds credentials by their access key.

    Attributes:
        secret: The secret of the learner's key, and of the control API.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def find(self, access_key: str) -> Credential | None:
        """The credential of an access key. None if there is no such key, or it is inactive."""
        if access_key == LEARNERS_KEY:
            return Credential(LEARNER, self.secret)
        for role in list(get_backend("sts")[ACCOUNT_ID]["aws"].assumed_roles):
            if role.access_key_id == access_key:
                expires = role.expiration.replace(tzinfo=datetime.UTC).timestamp()
                return Credential(str(role.arn), role.secret_access_key, role.session_token, expires, role.policy)
        for user in list(get_backend("iam")[ACCOUNT_ID]["aws"].users.values()):
            for key in list(user.access_keys):
                if key.access_key_id == access_key and key.status == "Active":
                    return Credential(str(user.arn), key.secret_access_key)
        return None
