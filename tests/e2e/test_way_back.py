"""One rollback ends with the good version serving everything, while a canary runs and its alarm rings."""

import pytest

from local.deploy import bootstrap
from local.emulator import PROJECT, running
from tests.e2e.checkout import FUNCTION, Releases, copy_checkout
from tests.e2e.conftest import wait_until
from tests.e2e.test_release import LOSES_A_GENDER, SAMPLE

STACK = "tastetrend-local"
FORCE = ("--force", "--reason", "a test of the way back")


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Yield a checkout in which S3 events invoke prod, which moves by canary; version 1 was promoted."""
    folder = tmp_path_factory.mktemp("checkout")
    copy_checkout(folder)
    table = folder / "tastetrend_stack" / "environments.py"
    live = 'return "dev" if self.name == "local" else self.name'
    assert live in table.read_text()
    table.write_text(table.read_text().replace(live, 'return "prod"'))
    with running() as emulator:
        bootstrap(emulator)
        releases = Releases(emulator, folder, PROJECT / "lambda_src", "canary=on")
        releases.deploy()
        releases.ops("promote", "staging")
        releases.ops("promote", "prod")  # no canary: it would take ten minutes
        yield releases


@pytest.fixture(scope="module")
def store(releases):
    return releases.store()


@pytest.fixture(scope="module")
def bad(releases, store):
    """Return the number of a bad version, which was deployed after a file was processed by version 1."""
    store.upload("uptown.csv", SAMPLE)
    store.await_outcome("uptown.csv")
    number = releases.deploy(*LOSES_A_GENDER)
    releases.ops("promote", "staging", *FORCE)
    assert releases.aliases() == {"dev": number, "staging": number, "prod": "1"}
    return number


def prod(releases):
    """Return the version that prod serves, and the weight of another one."""
    alias = releases.client("lambda").get_alias(FunctionName=FUNCTION, Name="prod")
    return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def ring(releases):
    """Let the alarm ring that stops canaries, by an error of the version that it watches."""
    cloudwatch = releases.client("cloudwatch")
    name = f"{FUNCTION}-canary-errors"
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    datum = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": 1}
    cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def last_events(releases, count):
    events = [event for event in releases.json("releases")["events"] if event["alias"] == "prod"]
    return [(event["kind"], event["version"], event["previous"]) for event in events[-count:]]


def test_a_canary_under_way_is_cancelled_and_its_outputs_are_repaired(releases, store, bad):
    before = store.snapshot()
    promotion = releases.start("promote", "prod", *FORCE)
    wait_until(lambda: promotion.poll() is not None or prod(releases)[1])
    assert prod(releases) == ("1", {bad: 0.1})
    assert releases.process("prod", "uptown.csv") == bad  # the first invocation goes to the new version
    assert store.snapshot() != before
    assert ring(releases)["ExecutedVersion"] == bad

    output = releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert f"prod of local runs version 1 again instead of {bad}" in output
    assert prod(releases) == ("1", {})
    assert store.snapshot() == before
    assert releases.writer("uptown.csv") == "1"
    promoted, _ = promotion.communicate()
    assert promotion.returncode == 1, promoted
    assert ("rolled_back", "1", bad) in last_events(releases, 3)
    assert releases.json("releases")["drift"] == {"staging": [], "prod": []}


def test_a_bad_version_that_serves_everything_is_left_at_once_whatever_the_alarm_says(releases, store, bad):
    before = store.snapshot()
    large = releases.aliases(f"{FUNCTION}-large")["staging"]
    stacks = releases.client("cloudformation")
    (stack,) = stacks.describe_stacks(StackName=STACK)["Stacks"]
    given = {"ProdVersion": bad, "LargeProdVersion": large, "TrafficShift": "all-at-once"}
    kept = {each["ParameterKey"] for each in stack["Parameters"]} - given.keys()
    stacks.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Parameters=[
            *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
            *({"ParameterKey": key, "ParameterValue": value} for key, value in given.items()),
        ],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    wait_until(lambda: prod(releases) == (bad, {}))
    assert releases.process("prod", "uptown.csv") == bad
    ring(releases)

    releases.ops("rollback", "prod", "--reprocess", "--yes")

    assert prod(releases) == ("1", {})
    assert store.snapshot() == before
    assert last_events(releases, 1) == [("rolled_back", "1", bad)]
    deployments = releases.client("codedeploy").list_deployments(
        applicationName=FUNCTION, deploymentGroupName=f"{FUNCTION}-prod"
    )["deployments"]
    assert len(deployments) == 1  # the canary of the other test
