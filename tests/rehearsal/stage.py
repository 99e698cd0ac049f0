"""The stage of a rehearsal: a local cloud that stands for AWS, an account with one learner, and the learner's machine.

The learner is a user of IAM with an access key of her own and the learner's policy, as an instructor sets it up. On
her machine nothing says that this is not AWS: no endpoint, no port, no variable of the local cloud.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rehearsal.door import Door
from tests.rehearsal.hosts import NETWORK
from tests.rehearsal.ledger import Ledger
from tests.rehearsal.manner import QUICK, Manner
from tests.rehearsal.replicas import Replicas
from workshop_lib.cloud import Cloud
from workshop_lib.cloud_process import own_cloud
from workshop_lib.guards import is_read
from workshop_lib.policies import LOCAL_ACCOUNT, write_grants

ROOT = Path(__file__).resolve().parents[2]
MACHINE = Path(__file__).with_name("machine")
WORKSHOP = "workshop_cli.main"
"""The module of the command `workshop`."""
LEARNER = "ada"
"""The user's name in IAM."""
CLASS = "class"
"""The role of her sessions, in the form that has some."""
LEARNERS = (f"user/{LEARNER}", f"{CLASS}/{LEARNER}")
NAME = "ada-lovelace"
"""The name that notebook 00 suggests."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": LOCAL_ACCOUNT}, "Action": "sts:AssumeRole"}],
}
KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
NOT_INHERITED = ("AWS_", "WORKSHOP_", "REHEARSAL")
CERTIFICATES = ("SSL_CERT_DIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Stage:
    """What a rehearsal has while it runs."""

    folder: Path
    ledger: Ledger
    environment: dict[str, str]
    """The variables of the learner's programs."""
    administrator: Cloud
    """The cloud behind the door, with all permissions."""
    replicas: Replicas
    """How long AWS keeps replicas of the edge function."""
    stops: Sequence[int] = ()
    """After how many changes each clean-up is interrupted."""
    is_port_53_open: bool = True
    """Whether her network lets queries out to name servers."""
    account: str = LOCAL_ACCOUNT

    def start(self, *arguments: str | Path, module: str = WORKSHOP) -> subprocess.Popen[str]:
        """Start a command as the learner: `workshop`, or another module of Python."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
        )

    def run(self, *arguments: str | Path, module: str = WORKSHOP, timeout: float = 7200) -> tuple[int, str]:
        """Run a command as the learner, as `start` does. Returns its exit status and its output."""
        with self.start(*arguments, module=module) as program:
            try:
                output, _ = program.communicate(timeout=timeout)
            finally:
                program.kill()
        return program.returncode, output

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The learner's calls so far, as the cloud's call log has them."""
        lines = (self.folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()
        return [call for call in map(json.loads, lines) if call.get("principal", "").endswith(LEARNERS)]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Those of the learner's calls that change something."""
        return [call for call in self.calls if not is_read(call["operation"])]


@contextmanager
def set_stage(
    folder: Path, *, speed: float = 200, manner: Manner = QUICK, stops: Sequence[int] = ()
) -> Iterator[Stage]:
    """Start the cloud and the door, and prepare the learner's account and machine. All of it ends with the block.

    Args:
        folder: For everything that the rehearsal writes.
        speed: How many times shorter the cloud's waits are than on AWS.
        manner: How slow AWS is.
        stops: As in `Stage`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "machine.jsonl")
    options = {"speed": speed, "call_log": folder / "calls.jsonl", "slow": manner.late}
    with own_cloud(folder / "aws", options) as cloud, Door(cloud, ledger=ledger, manner=manner) as door:
        administrator = Cloud(cloud)
        keys = admit_learner(administrator, folder)
        if manner.calls_of_a_session:
            keys = open_session(administrator)
        threading.Event().wait(manner.delays.permissions)  # the instructor did it long before
        environment = equip_machine(folder, door, keys, manner)
        yield Stage(folder, ledger, environment, administrator, door.replicas, stops, manner.is_port_53_open)


def admit_learner(cloud: Cloud, folder: Path) -> dict[str, str]:
    """Make the learner's user, policies and boundary, as an instructor who knows the names. Returns her access key."""
    iam, buckets = cloud.iam, f"two-regions-{NAME}-*"
    granted = write_grants(folder / "policies", learner=NAME, source_bucket=buckets, destination_bucket=buckets)
    iam.create_user(UserName=LEARNER)
    iam.create_role(RoleName=CLASS, AssumeRolePolicyDocument=json.dumps(TRUST))
    for file in (*granted["managed_policy"], *granted["enforce"]):
        made = iam.create_policy(PolicyName=file.stem, PolicyDocument=file.read_text(encoding="utf-8"))
        if file in granted["enforce"]:
            iam.attach_user_policy(UserName=LEARNER, PolicyArn=made["Policy"]["Arn"])
            iam.attach_role_policy(RoleName=CLASS, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=LEARNER)["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


def open_session(cloud: Cloud) -> dict[str, str]:
    """Open a session of the learner's, as a class's page for signing in does. Returns its keys."""
    role = f"arn:aws:iam::{LOCAL_ACCOUNT}:role/{CLASS}"
    made = cloud.sts.assume_role(RoleArn=role, RoleSessionName=LEARNER)["Credentials"]
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    return dict(zip(KEYS, (str(made[name]) for name in names), strict=True))  # type: ignore[literal-required]


def write_keys(folder: Path, keys: dict[str, str]) -> None:
    """Write the learner's keys where her programs look for them."""
    lines = ["[default]", *(f"{name} = {value}" for name, value in keys.items())]
    (folder / "credentials").write_text("\n".join(lines) + "\n", encoding="utf-8")


def equip_machine(folder: Path, door: Door, keys: dict[str, str], manner: Manner = QUICK) -> dict[str, str]:
    """Write the learner's files, and return the variables of her programs."""
    bundle = folder / "certificates.pem"
    door.authority.cert_pem.write_to_path(str(bundle))
    write_keys(folder, keys)
    (folder / "config").write_text("[default]\nregion = sa-east-1\n", encoding="utf-8")  # a region of neither bucket
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("workshop-*", ".*"))
    settings = {
        **{"doors": door.ports, "network": NETWORK, "ledger": str(door.ledger.machine_file)},
        "port_53": door.ports[53] if manner.is_port_53_open else door.closed_port,
    }
    return {
        **_inherit(NOT_INHERITED, (*CERTIFICATES, *PROXIES)),
        "PYTHONPATH": os.pathsep.join((str(MACHINE), str(ROOT))),
        "PYTHONIOENCODING": "utf-8",
        "REHEARSAL": json.dumps(settings),
        "WORKSHOP_CLOUD": "aws",
        **manner.waits,
        "WORKSHOP_NAMES": str(folder / "notebooks" / "workshop-names.json"),
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_CA_BUNDLE": str(bundle),
    }


def _inherit(left_out: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(tuple(left_out)) and name.lower() not in {one.lower() for one in names}
    }
