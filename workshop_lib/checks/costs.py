"""The check of what a learner accepts before the first change on AWS."""

from __future__ import annotations

from workshop_lib.checks.verdict import CheckPassed, judge
from workshop_lib.cloud import Cloud
from workshop_lib.errors import STEPS


def costs_accepted(cloud: Cloud) -> CheckPassed:
    """Changes cost nothing in this cloud, or you accepted the costs in the account of your credentials.

    Args:
        cloud: The cloud.
    """
    where = "the local cloud, where nothing costs money" if cloud.is_local else f"the AWS account {cloud.account_id}"
    return judge(
        cloud.may_cost,
        right=f"The next steps may make things in {where}.",
        wrong=f"You haven't accepted the costs in {where}. The next steps are refused.",
        fix=f"read the plan, type the account's number into the field of {STEPS['costs']}, and run that step again",
    )
