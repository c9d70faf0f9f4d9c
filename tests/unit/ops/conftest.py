"""Fixtures for releases: an environment in memory."""

import io

import boto3
import pytest
from rich.console import Console

from ops import release_log, stack_outputs, stack_update
from ops.manifests import Manifest, save
from ops.stack_outputs import CommandContext
from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW
from tests.unit.ops.fake_aws import FakeAws, FakeS3
from tests.unit.ops.observed import Observed


class Prod:
    """The environment prod: versions 1 to 4 were promoted to staging and prod, 5 and 6 only deployed."""

    def start(self):
        """Begin anew, with an empty record but for these promotions."""
        self.aws, self.output = FakeAws(), io.StringIO()
        self.s3 = FakeS3(self.aws)
        self.context = CommandContext(
            env="prod",
            raw_bucket=RAW,
            processed_bucket=PROCESSED,
            artifacts_bucket=ARTIFACTS,
            function="tastetrend-prod-etl",
            alias="prod",
            failure_queue_url="",
            batch_arn="",
            s3=self.s3,
            console=Console(file=self.output, markup=False, soft_wrap=True),
        )
        for version in map(str, range(1, 5)):
            save(self.context, manifest(version))
            for alias in ("staging", "prod"):
                self.record("promoted", alias, version)
        self.aws.calls.clear()

    def connect(self, service):
        return self.aws.connect(service)

    def record(self, kind, alias, version, previous=None):
        release_log.record(self.context, kind, alias, version, previous)

    def events(self):
        """Return kind, version and former version of the events of prod since the start."""
        events = release_log.read_events(self.context, {})
        return [(event.kind, event.version, event.previous) for event in events if event.alias == "prod"][4:]


def manifest(version, promoted=None, rolled_back=None):
    return Manifest(
        version=version,
        semver=f"0.{version}.0",
        code_sha256="x",
        code_key=f"lambda/etl-0.{version}.0.zip",
        git_commit=None,
        layers=[],
        gate="pass",
        promoted=promoted or {},
        rolled_back=rolled_back or {},
    )


@pytest.fixture
def prod(monkeypatch):
    """Return the environment prod, in which no command waits."""
    environment = Prod()
    monkeypatch.setattr(boto3, "client", environment.connect)
    monkeypatch.setattr(stack_update.time, "sleep", lambda _: None)
    environment.start()
    return environment


@pytest.fixture
def observed(store, prod, session, monkeypatch):
    """Return the environment prod as `status` and `history` read it."""
    environment = Observed(store, prod, session)
    monkeypatch.setattr(boto3, "client", environment.connect)
    monkeypatch.setattr(stack_outputs, "read_context", environment.read_context)
    yield environment
    session.events.unregister("before-call", unique_id="observed")
