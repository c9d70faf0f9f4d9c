"""A promotion ends with alias, stack and record at the version, or fails and says which of them is not."""

import pytest

from ops import release
from ops.errors import CommandError, UsageError
from ops.release import promote_version
from ops.release_log import read_events
from tests.json_output import checked
from tests.unit.ops.conftest import manifest
from tests.unit.ops.fake_aws import CALLER, Killed

LIVE = ("5", "15", "5", "15", {})


@pytest.fixture
def gate(monkeypatch):
    """Return the verdict that the gate gives, which a test may change."""
    verdict = {"status": "pass", "reasons": [], "asked": 0}

    def run_gate(*_):
        verdict["asked"] += 1
        return {"status": verdict["status"], "reasons": verdict["reasons"]}

    monkeypatch.setattr(release, "_run_gate", run_gate)
    monkeypatch.setattr(release, "archive", lambda _, version, *_verdict, **_options: manifest(version))
    return verdict


def promote(prod, version="5", override=None):
    return checked("promote", promote_version(prod.context, "prod", version, override=override))


def test_alias_stack_and_record_have_the_version(prod, gate):
    assert promote(prod).exit_code == 0
    assert prod.aws.serving() == LIVE
    assert prod.events() == [("promotion_started", "5", "4"), ("promoted", "5", "4")]


def test_it_moves_by_canary_again_after_a_rollback(prod, gate):
    prod.aws.parameters["TrafficShift"] = "all-at-once"

    promote(prod)

    assert prod.aws.parameters["TrafficShift"] == "canary"
    assert prod.aws.serving() == LIVE


def test_an_update_under_way_is_waited_for(prod, gate):
    prod.aws.begin_canary("3")

    promote(prod)

    assert prod.aws.serving() == LIVE


def test_an_update_of_another_command_in_between_is_not_taken_for_its_own(prod, gate, monkeypatch):
    """As when a rollback has cancelled the promotion and ended between two looks."""

    def end_otherwise(**_):
        prod.aws.parameters["ProdVersion"] = "3"

    monkeypatch.setattr(prod.aws, "update_stack", end_otherwise)

    with pytest.raises(CommandError, match="another command has changed ProdVersion"):
        promote(prod)
    assert prod.aws.aliases["tastetrend-prod-etl", "prod"]["FunctionVersion"] == "4"


@pytest.mark.parametrize("keeps", [True, False], ids=["stored", "lost"])
def test_a_first_promotion_to_the_version_that_runs_is_stored_or_fails(keeps, prod, gate, monkeypatch):
    """CloudFormation keeps no parameters of an update that changes nothing."""
    empty = {"ProdVersion": "", "LargeProdVersion": "", "StagingVersion": "", "LargeStagingVersion": ""}
    prod.aws.parameters |= empty
    prod.aws.move_by_hand("prod", "6")
    if not keeps:
        monkeypatch.setattr(prod.aws, "connect", lambda _: Forgetful(prod.aws))

    if keeps:
        promote(prod, "6")
        assert prod.aws.serving() == ("6", "16", "6", "16", {})
    else:
        with pytest.raises(CommandError, match="prod serves version 6, the stack says none"):
            promote(prod, "6")
        assert prod.events()[-1] == ("promotion_failed", "6", "6")


class Forgetful:
    """CloudFormation that answers as for an update without a change."""

    def __init__(self, aws):
        self._aws = aws

    def __getattr__(self, name):
        return getattr(self._aws, name)

    def update_stack(self, **_):
        parameters = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in self._aws.parameters.items()
        ]
        self._aws.update_stack(Parameters=parameters)  # raises


def test_the_record_has_the_reason_of_codedeploy(prod, gate):
    prod.aws.stops = {"canary": "Rollback successful"}
    prod.aws.canary_error = {"code": "ALARM_ACTIVE", "message": "One or more alarms have been activated"}

    with pytest.raises(CommandError):
        promote(prod)

    (last,) = [each for each in read_events(prod.context, {}) if each.kind == "promotion_failed"]
    assert last.reason == (
        "the update of tastetrend-prod was rolled back (UPDATE_ROLLBACK_COMPLETE): Rollback successful; "
        "CodeDeploy ended d-1: ALARM_ACTIVE: One or more alarms have been activated"
    )


def test_a_canary_that_an_alarm_stops_fails_with_the_reason_and_is_recorded(prod, gate):
    prod.aws.stops = {"canary": "alarm tastetrend-prod-etl-canary-errors"}

    with pytest.raises(CommandError, match="alarm tastetrend-prod-etl-canary-errors"):
        promote(prod)

    assert prod.aws.serving() == ("4", "14", "4", "14", {})
    assert prod.events() == [("promotion_started", "5", "4"), ("promotion_failed", "5", "4")]


def test_a_rejected_version_is_recorded_and_not_promoted(prod, gate):
    gate |= {"status": "fail", "reasons": ["uptown_messy.csv: 3 rows are missing"]}

    result = promote(prod)

    assert (result.exit_code, result.data["promoted"]) == (1, False)
    (event,) = [event for event in read_events(prod.context, {}) if event.kind == "rejected"]
    assert (event.version, event.reason) == ("5", "uptown_messy.csv: 3 rows are missing")
    assert prod.aws.serving() == ("4", "14", "4", "14", {})


def test_who_overrides_the_gate_and_why_is_recorded(prod, gate):
    gate |= {"status": "fail", "reasons": ["uptown_messy.csv: 3 rows are missing"]}

    promote(prod, override="The three rows were duplicates")

    (event,) = [event for event in read_events(prod.context, {}) if event.kind == "overridden"]
    assert (event.by, event.reason) == (CALLER, "The three rows were duplicates")
    assert prod.aws.serving() == LIVE


def test_a_reason_is_not_recorded_when_the_gate_passes(prod, gate):
    promote(prod, override="It will fail")

    assert [kind for kind, *_ in prod.events()] == ["promotion_started", "promoted"]


@pytest.mark.parametrize("options", [["--force"], ["--reason", "a reason"]])
def test_force_needs_a_reason_and_a_reason_needs_force(options, tastetrend):
    result = tastetrend("promote", "prod", "--env", "prod", *options)

    assert result.status == 2
    assert "name the reason for --force with --reason" in result.stderr


def test_a_version_that_does_not_exist_is_said_before_the_gate_is_asked(prod, gate):
    with pytest.raises(CommandError, match="there is no version 99 of tastetrend-prod-etl"):
        promote(prod, "99")
    with pytest.raises(UsageError, match="'dev' is no version"):
        promote(prod, "dev")

    assert gate["asked"] == 0


def test_an_alias_that_was_moved_by_hand_is_recorded_and_known_to_the_stack_before_the_canary(prod, gate):
    """CodeDeploy refuses to begin on an alias that serves another version than the stack names."""
    prod.aws.move_by_hand("prod", "3")

    promote(prod)

    assert prod.events() == [
        ("moved_by_hand", "3", "4"),
        ("promotion_started", "5", "3"),
        ("promoted", "5", "3"),
    ]
    assert prod.aws.calls.count("update_stack") == 2
    assert prod.aws.serving() == LIVE


def test_killed_at_any_call_and_run_again_it_ends_the_same(prod, gate):
    fuse = 0
    was_killed = True
    while was_killed:
        fuse += 1
        prod.start()
        prod.aws.fuse = fuse
        try:
            promote(prod)
            was_killed = False
        except Killed:
            prod.aws.fuse = None
            promote(prod)

        assert prod.aws.serving() == LIVE, fuse
        assert prod.events()[-1][:2] == ("promoted", "5"), fuse
    assert fuse > 10
