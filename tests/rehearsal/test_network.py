"""What the learner's network does to looks at DNS."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.cloud import LocalCloud
from tests.rehearsal.door import Door
from tests.rehearsal.kit import run_on_machine
from tests.rehearsal.ledger import Ledger
from tests.rehearsal.manner import Manner
from tests.rehearsal.stage import equip_machine
from workshop_lib import dns_records
from workshop_lib.cloud import Cloud
from workshop_lib.names import WorkshopNames

LOOK = """
import warnings
warnings.simplefilter("always")
from workshop_lib import observe
from workshop_lib.cloud import connect
cloud, question = connect(), dict(record_name={record!r}, name_servers={name_servers!r})
print(*(observe.look_up_region(cloud, **question) for _ in range(3)))
"""


@pytest.mark.parametrize("is_open", [True, False])
def test_without_port_53_the_api_is_asked_and_the_learner_is_told(
    is_open: bool,
    cloud: LocalCloud,
    connected: Cloud,
    names: WorkshopNames,
    zone_id: str,
    door: Door,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    dns_records.put_txt_record(
        connected.route53, zone_id=zone_id, record_name=names.record_name, origin=names.source_origin
    )
    name_servers = dns_records.get_name_servers(connected.route53, zone_id=zone_id)
    keys = {name.lower(): cloud.environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    machine = equip_machine(tmp_path, door, keys, Manner(is_port_53_open=is_open))

    output = run_on_machine(machine, LOOK.format(record=names.record_name, name_servers=name_servers))

    asked = sum("testdnsanswer" in one.target for one in ledger.asked)
    assert " ".join(3 * [names.source_region]) in output
    assert (asked, output.count("This network probably closes UDP port 53")) == ((0, 0) if is_open else (3, 3))
