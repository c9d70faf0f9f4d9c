"""A deployment with a canary: the gate before it, the alarm that takes it back, and each alarm rung once.

The alarms are rung by data first: after real events, some would ring for an hour.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from local import emulator as module
from local.deploy import bootstrap
from local.emulator import PROJECT, running
from ops.errors import CommandError
from tastetrend_stack.alarms import ALARMS
from tastetrend_stack.canary_alarms import CANARY_ALARMS
from tastetrend_stack.retrieval_alarms import RETRIEVAL_ALARMS
from tests.e2e.checkout import FUNCTION, Releases, copy_checkout
from tests.e2e.conftest import reviews, wait_until
from tests.e2e.test_release import DROPS_EVERY_TENTH_ROW

FAILS_ON_ONE_KEY = (
    "tastetrend_etl/invocation.py",
    "    return [_ingest_part(",
    '    assert not any("poison" in getattr(part, "key", "") for part in parts)\n    return [_ingest_part(',
)
VALUES = {  # of the metrics in formulas; the others ring with their threshold
    "batch-failed": {"failed": 1},
    "events-rejected": {"rejected": 1},
    "rejected-share": {"rejected": 1, "read": 1},
    "nothing-written": {"received": 1},
}
SECONDS_LEFT = 5  # until the data that rang an alarm is older than its period


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout whose first version is deployed, with a canary and with retrieval."""
    folder = tmp_path_factory.mktemp("checkout")
    copy_checkout(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(module._SETTINGS, "LAMBDA_ASYNC_RETRY_BASE_SECONDS", "0.1")  # noqa: SLF001
        with running() as emulator:
            bootstrap(emulator)
            releases = Releases(emulator, folder, PROJECT / "lambda_src", "canary=on", "retrieval=on")
            releases.deploy()
            yield releases


@pytest.fixture(scope="module")
def alarms(releases):
    return Alarms(releases.client("cloudwatch"))


class Alarms:
    """The alarms of the stack, by their names in the table."""

    def __init__(self, client):
        self.client = client

    def described(self):
        pages = self.client.get_paginator("describe_alarms").paginate()
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return {alarm["AlarmName"].removeprefix(f"{FUNCTION}-"): alarm for alarm in found}

    def ringing(self):
        return {name for name, alarm in self.described().items() if alarm["StateValue"] == "ALARM"}

    def history(self, name):
        """Return the states that an alarm has had, the oldest first."""
        pages = self.client.get_paginator("describe_alarm_history").paginate(AlarmName=f"{FUNCTION}-{name}")
        items = [item for page in pages for item in page["AlarmHistoryItems"]]
        states = [json.loads(item["HistoryData"])["newState"]["stateValue"] for item in items]
        return states[::-1]

    def put(self, name, alarm):
        """Put the data with which an alarm rings, with a time that is soon out of its period."""
        for metric, value, period in self._data(name, alarm):
            then = time.time() - period + SECONDS_LEFT
            datum = {
                "MetricName": metric["MetricName"],
                "Dimensions": metric.get("Dimensions", []),
                "Value": value,
                "Timestamp": datetime.fromtimestamp(then, UTC),
            }
            self.client.put_metric_data(Namespace=metric["Namespace"], MetricData=[datum])

    def _data(self, name, alarm):
        if "MetricName" in alarm:
            yield alarm, alarm["Threshold"], alarm["Period"]
            return
        for query in alarm["Metrics"]:
            if query["Id"] in VALUES[name]:
                metric = query["MetricStat"]
                yield metric["Metric"], VALUES[name][query["Id"]], metric["Period"]


@pytest.fixture(scope="module")
def rung(alarms):
    """Return the history of each alarm after all have rung by data and are OK again."""
    described = alarms.described()

    def rings(name):
        alarms.put(name, described[name])  # again, if this machine was so slow that the data are too old
        return name in alarms.ringing()

    for name in described:
        wait_until(lambda name=name: rings(name))
    wait_until(lambda: not alarms.ringing())
    return {name: alarms.history(name) for name in described}


@pytest.mark.parametrize("name", [alarm.name for alarm in (*ALARMS, *CANARY_ALARMS, *RETRIEVAL_ALARMS)])
def test_each_alarm_of_the_tables_rings_and_ends(name, rung):
    assert rung[name][-2:] == ["ALARM", "OK"]


def test_no_alarm_is_left_ringing(rung):
    assert {history[-1] for history in rung.values()} == {"OK"}


def weights(releases):
    alias = releases.client("lambda").get_alias(FunctionName=FUNCTION, Name="dev")
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


@pytest.mark.usefixtures("rung")
def test_a_version_that_the_gate_rejects_gets_no_event(releases):
    with pytest.raises(CommandError, match="hook BeforeAllowTraffic"):
        releases.deploy(*DROPS_EVERY_TENTH_ROW)

    assert releases.aliases()["dev"] == "1"
    assert not weights(releases)


@pytest.mark.usefixtures("rung")
def test_the_alarm_on_real_events_takes_a_canary_back_and_no_file_is_lost(releases, alarms):
    store = releases.store()
    with ThreadPoolExecutor() as executor:
        deployment = executor.submit(releases.deploy, *FAILS_ON_ONE_KEY)
        wait_until(lambda: deployment.done() or weights(releases))
        store.upload("canary/poison.csv", reviews("Good soup"))  # its first attempt is a tenth of the events
        with pytest.raises(CommandError, match="alarms have been activated"):
            deployment.result()

    assert releases.aliases()["dev"] == "1"
    assert not weights(releases)
    assert "errors" in alarms.ringing()
    store.await_outcome("canary/poison.csv")
    dataset = store.s3.head_object(Bucket=store.processed, Key=store.keys_for("canary/poison.csv").dataset)
    assert dataset["Metadata"]["function-version"] == "1"


@pytest.mark.usefixtures("rung")
def test_alarms_ring_by_rejected_rows_events_and_failed_ones(releases, alarms):
    store = releases.store()
    store.upload("canary/ragged.csv", reviews(*["Good soup"] * 8) + b"9,2024\n10,2024\n")
    releases.client("lambda").invoke(FunctionName=FUNCTION, Qualifier="dev", Payload=b'{"Records": []}')
    wait_until(lambda: {"rejected-share", "events-rejected"} <= alarms.ringing())

    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{store.processed}/*",
    }
    store.s3.put_bucket_policy(
        Bucket=store.processed, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    )
    store.upload("canary/failing.csv", reviews("Good soup"))
    wait_until(lambda: {"errors", "failures"} <= alarms.ringing())
