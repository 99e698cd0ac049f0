"""Lambda's resource policies: one for the function, and one for each version or alias. moto has one for all."""

from __future__ import annotations

import json
import re
from typing import Any

from local_cloud.call import Call, Response
from local_cloud.errors import AwsError
from local_cloud.services.lambda_functions.names import FunctionName, get_function, read_name
from local_cloud.services.lambda_functions.rules import invalid_parameter

_PRINCIPAL = re.compile(r"\*|\d{12}|[a-z0-9.-]+\.amazonaws\.com(\.cn)?|arn:aws[a-z-]*:(iam|sts)::\d{12}:\S+")


class PermissionOperations:
    """Operations on permissions to invoke."""

    def refuse_add_permission(self, call: Call) -> None:
        """Refuse a statement id that is taken, `$LATEST`, and invalid principals."""
        name = read_name(call)
        if name.qualifier == "$LATEST":
            raise invalid_parameter("We currently do not support adding policies for $LATEST.")
        statements = _statements(name)
        if not _PRINCIPAL.fullmatch(call.parameters["Principal"]):
            raise invalid_parameter("The provided principal was invalid. Please check the principal and try again.")
        wanted = call.parameters["StatementId"]
        if any(statement["Sid"] == wanted for statement in statements):
            text = f"The statement id ({wanted}) provided already exists. Please provide a new statement id, or remove "
            raise AwsError("ResourceConflictException", f"{text}the existing statement.", 409, Type="User")

    def answer_get_policy(self, call: Call) -> dict[str, Any]:
        """Return the policy of the named function, version or alias only."""
        name = read_name(call)
        statements = _statements(name)
        if not statements:
            text = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", text, 404, Type="User")
        document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return {"Policy": json.dumps(document), "RevisionId": _policy(name).revision}

    def answer_remove_permission(self, call: Call) -> Response:
        """Remove a statement from the policy of the named function, version or alias."""
        name, unwanted = read_name(call), call.parameters["StatementId"]
        found = [statement for statement in _statements(name) if statement["Sid"] == unwanted]
        if not found:
            text = f"Statement {unwanted} is not found in resource policy."
            raise AwsError("ResourceNotFoundException", text, 404, Type="User")
        _policy(name).statements.remove(found[0])
        return Response(204)


def _policy(name: FunctionName) -> Any:
    return get_function(name._replace(qualifier=None)).policy


def _statements(name: FunctionName) -> list[dict[str, Any]]:
    get_function(name)
    return [statement for statement in _policy(name).statements if statement.get("Resource") == name.arn]
