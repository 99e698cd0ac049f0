"""Two buckets and a role, with and without a rule between them."""

from __future__ import annotations

import pytest

from tests.kits.s3 import (
    KIT,
    Kit,
    make_pair,
    put_rules,
)


@pytest.fixture
def kit() -> Kit:
    """S3 and IAM, with a source bucket, a destination bucket and a role that may replicate."""
    KIT.faults.end()
    KIT.replicator.reset()
    make_pair(KIT)
    return KIT


@pytest.fixture
def replicated(kit: Kit) -> Kit:
    """The same, with a rule that replicates everything."""
    put_rules(kit)
    return kit
