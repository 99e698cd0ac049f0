"""How long a function of the edge can't be deleted, by the rehearsal's own clock."""

from __future__ import annotations

from tests.rehearsal.replicas import Replicas

DELETION = ("lambda.us-east-1.amazonaws.com", "DELETE", "/2015-03-31/functions/two-regions-ada-origin")
CHANGE = ("cloudfront.amazonaws.com", "PUT", "/2020-05-31/distribution/E1/config")


def test_a_function_stays_for_the_time_after_a_distributions_last_change() -> None:
    replicas = Replicas(now=lambda: 1000.0)
    replicas.stay = 3600.0
    replicas.note(*CHANGE)
    replicas.let_pass(3599)

    assert "two-regions-ada-origin because it is a replicated function" in str(replicas.find_refusal(*DELETION))

    replicas.let_pass(1)

    assert replicas.find_refusal(*DELETION) is None


def test_nothing_else_is_refused() -> None:
    replicas = Replicas()
    replicas.stay = 3600.0
    replicas.note(*CHANGE)

    assert replicas.find_refusal(*CHANGE) is None
    assert replicas.find_refusal("lambda.us-east-1.amazonaws.com", "GET", DELETION[2]) is None
