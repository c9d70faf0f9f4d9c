"""A rollback ends with the good version serving everything, whatever the stack does, killed anywhere."""

from itertools import count

import pytest

from ops import rollback
from ops.errors import CommandError
from ops.replay import Output
from ops.rollback import rollback_version
from tests.json_output import checked
from tests.unit.ops.fake_aws import ETL, Killed, refusal

GOOD = ("4", "14", "4", "14", {})


@pytest.fixture
def repaired(monkeypatch):
    """Return the list of versions whose outputs each command repaired."""
    calls = []

    def repair(context, bad):
        context.s3.aws.call("repair")  # a command can be killed here too
        calls.append(bad)
        return {"objects": [], "deleted_outputs": [], "failed": 0}

    monkeypatch.setattr(rollback, "repair_outputs", repair)
    return calls


def promote(prod, version="5"):
    """Let prod serve another version, as a finished promotion does."""
    prod.record("promotion_started", "prod", version, "4")
    prod.aws.begin_canary(version)
    while prod.aws.status != "UPDATE_COMPLETE":
        prod.aws.describe_stacks()
    prod.record("promoted", "prod", version, "4")
    prod.aws.calls.clear()


def canary(prod):
    """Leave prod in the middle of the canary of version 5."""
    prod.record("promotion_started", "prod", "5", "4")
    prod.aws.canary_polls = 100
    prod.aws.begin_canary("5")


def stopped_canary(prod):
    """Leave prod after a canary that an alarm has stopped."""
    canary(prod)
    prod.aws.cancel_update_stack()
    prod.aws.describe_stacks()
    prod.aws.describe_stacks()
    prod.record("promotion_failed", "prod", "5", "4")


def broken_stack(prod):
    """Leave prod with a bad version and a stack that takes no update."""
    promote(prod)
    prod.aws.status = "UPDATE_ROLLBACK_FAILED"


def failing_update(prod):
    """Leave prod with a bad version and a stack whose updates are rolled back."""
    promote(prod)
    prod.aws.stops = {"all-at-once": "another resource cannot be updated"}


def roll_back(prod, to=None, *, repair=True, yes=True):
    return checked("rollback", rollback_version(prod.context, "prod", to, repair=repair, yes=yes))


@pytest.mark.parametrize("situation", [promote, canary, stopped_canary])
def test_the_good_version_serves_everything_and_the_bad_outputs_are_repaired(situation, prod, repaired):
    situation(prod)

    result = roll_back(prod)

    assert result.exit_code == 0
    assert (result.data["version"], result.data["bad_versions"]) == ("4", ["5"])
    assert prod.aws.serving() == GOOD
    assert repaired == [["5"]]
    assert prod.events()[-2:] == [("rollback_started", "4", "5"), ("rolled_back", "4", "5")]


@pytest.mark.parametrize("situation", [broken_stack, failing_update])
def test_the_alias_itself_is_moved_when_cloudformation_cannot(situation, prod, repaired):
    situation(prod)

    result = roll_back(prod)

    small, large, *stack, weights = prod.aws.serving()
    assert (small, large, weights) == ("4", "14", {})
    assert stack == ["5", "15"]
    assert result.exit_code == 1
    assert result.data["drift"] == [
        "prod serves version 4, the stack says 5",
        "prod of the large function serves its version 14, the stack says 15",
    ]
    assert repaired == [["5"]]
    assert "tastetrend releases --repair" in prod.output.getvalue()


def test_a_stack_that_recovers_is_made_to_agree_after_the_alias_was_moved(prod, repaired, monkeypatch):
    promote(prod)
    refused = iter([True])
    update = prod.aws.update_stack

    def update_stack(**request):
        if next(refused, False):
            raise refusal("Rate exceeded", "Throttling")
        update(**request)

    monkeypatch.setattr(prod.aws, "update_stack", update_stack)

    assert roll_back(prod).exit_code == 0
    assert prod.aws.serving() == GOOD


def test_a_cancellation_that_takes_too_long_does_not_keep_the_bad_version_alive(prod, repaired, monkeypatch):
    canary(prod)
    cancel = prod.aws.cancel_update_stack
    moved_at = []

    def cancel_update_stack(**request):
        cancel(**request)
        prod.aws._polls = 200  # noqa: SLF001 # more than five minutes of polls

    update = prod.aws.update_alias

    def update_alias(**request):
        moved_at.append(prod.aws.status)
        update(**request)

    monkeypatch.setattr(prod.aws, "cancel_update_stack", cancel_update_stack)
    monkeypatch.setattr(prod.aws, "update_alias", update_alias)

    assert roll_back(prod).exit_code == 0
    assert moved_at[0] == "UPDATE_ROLLBACK_IN_PROGRESS"
    assert prod.aws.serving() == GOOD


def test_a_rollback_needs_no_canary(prod, repaired):
    promote(prod)

    roll_back(prod)

    assert prod.aws.parameters["TrafficShift"] == "all-at-once"
    assert prod.aws.calls.count("update_stack") == 1
    assert "update_alias" not in prod.aws.calls


def test_nothing_is_cancelled_when_no_update_is_under_way(prod, repaired):
    promote(prod)

    roll_back(prod)

    assert "cancel_update_stack" not in prod.aws.calls


def test_an_update_that_ends_while_it_is_being_cancelled_is_no_error(prod, repaired, monkeypatch):
    canary(prod)
    prod.aws.canary_polls = 1
    cancel = prod.aws.cancel_update_stack

    def cancel_too_late(**request):
        prod.aws._polls = 1  # noqa: SLF001 # it ends now
        prod.aws.describe_stacks()
        cancel(**request)

    monkeypatch.setattr(prod.aws, "cancel_update_stack", cancel_too_late)

    assert roll_back(prod).exit_code == 0
    assert prod.aws.serving() == GOOD
    assert "update_alias" not in prod.aws.calls


def test_the_command_says_first_what_it_will_do(prod, repaired):
    promote(prod)

    roll_back(prod)

    said = prod.output.getvalue()
    assert said.startswith("prod of prod goes from version 5 to 4: all at once")
    assert said.index("are processed again, and what only it wrote is deleted") < said.index(
        "prod of prod runs version 4 again instead of 5"
    )


def test_without_yes_nothing_is_moved_or_deleted(prod, repaired, monkeypatch):
    promote(prod)
    before = prod.aws.serving()
    monkeypatch.setattr(rollback, "find_outputs", lambda *_: [Output("processed/a", "1", "5", "etag")])
    monkeypatch.setattr(rollback, "find_uploads", lambda *_: {"a": "1"})

    result = roll_back(prod, yes=False)

    assert result.data["dry_run"] is True
    assert "would move prod of prod from version 5 to 4" in prod.output.getvalue()
    assert (prod.aws.serving(), repaired) == (before, [])


@pytest.mark.parametrize("situation", [promote, canary, stopped_canary, broken_stack, failing_update])
def test_killed_at_any_call_and_run_again_it_ends_the_same(situation, prod, repaired):
    for fuse in count(1):
        prod.start()
        situation(prod)
        prod.aws.calls.clear()
        prod.aws.fuse = fuse
        was_killed = False
        try:
            roll_back(prod)
        except Killed:
            was_killed = True
        prod.aws.fuse = None
        repaired.clear()

        result = roll_back(prod)

        small, large, *_, weights = prod.aws.serving()
        assert (small, large, weights) == ("4", "14", {}), fuse
        assert (result.data["version"], result.data["bad_versions"], repaired) == ("4", ["5"], [["5"]]), fuse
        assert [event for event in prod.events() if event[0] == "rolled_back"] == [("rolled_back", "4", "5")]
        if situation not in {broken_stack, failing_update}:
            assert prod.aws.serving() == GOOD, fuse
        if not was_killed:
            break
    assert fuse > 10


def test_it_goes_back_once_and_says_so_when_it_is_run_again(prod, repaired):
    promote(prod)
    roll_back(prod)

    roll_back(prod)

    assert "prod of prod went back to version 4 already; name another one with --to" in prod.output.getvalue()
    assert prod.aws.serving() == GOOD
    assert repaired == [["5"], ["5"]]


def test_an_alias_that_was_moved_by_hand_after_a_rollback_goes_back_again(prod, repaired):
    promote(prod)
    roll_back(prod)
    prod.aws.move_by_hand("prod", "5")

    roll_back(prod)

    assert prod.aws.serving() == GOOD
    assert prod.events()[-3:] == [
        ("moved_by_hand", "5", "4"),
        ("rollback_started", "4", "5"),
        ("rolled_back", "4", "5"),
    ]


def test_it_goes_further_back_to_a_version_that_is_named(prod, repaired):
    promote(prod)
    roll_back(prod)

    assert roll_back(prod, to="2").data["bad_versions"] == ["4", "5"]
    assert prod.aws.serving() == ("2", "12", "2", "12", {})


def test_it_goes_back_to_a_version_that_is_named_during_a_canary(prod, repaired):
    canary(prod)

    assert roll_back(prod, to="3").data["bad_versions"] == ["5", "4"]
    assert prod.aws.serving() == ("3", "13", "3", "13", {})


def test_after_a_rollback_the_next_bad_version_is_rolled_back_too(prod, repaired):
    promote(prod)
    roll_back(prod)
    promote(prod, "6")

    roll_back(prod)

    assert prod.aws.serving() == GOOD
    assert repaired == [["5"], ["6"]]


def test_a_promotion_whose_command_was_killed_is_rolled_back_to_the_version_before_it(prod, repaired):
    prod.record("promotion_started", "prod", "5", "4")
    prod.aws.begin_canary("5")
    while prod.aws.status != "UPDATE_COMPLETE":
        prod.aws.describe_stacks()

    roll_back(prod)

    assert prod.aws.serving() == GOOD
    assert prod.events()[1:] == [
        ("promoted", "5", "4"),
        ("rollback_started", "4", "5"),
        ("rolled_back", "4", "5"),
    ]


def test_a_version_that_was_never_promoted_is_no_target(prod):
    with pytest.raises(CommandError, match="version 5 was never promoted"):
        roll_back(prod, to="5")


def test_a_version_that_is_live_and_was_not_rolled_back_to_is_no_target(prod):
    with pytest.raises(CommandError, match="prod runs version 4 already"):
        roll_back(prod, to="4")


def test_an_alias_that_was_moved_back_by_hand_is_rolled_back_in_the_stack_too(prod, repaired):
    promote(prod)
    prod.aws.move_by_hand("prod", "4")

    roll_back(prod)

    assert prod.aws.serving() == GOOD
    assert repaired == [["5"]]


def test_an_alias_that_was_moved_to_another_version_by_hand_needs_a_name(prod, repaired):
    promote(prod)
    prod.aws.move_by_hand("prod", "2")

    with pytest.raises(CommandError, match="name the version to go back to with --to"):
        roll_back(prod)

    roll_back(prod, to="2")
    assert prod.aws.serving() == ("2", "12", "2", "12", {})
    assert repaired == [["5"]]


def test_the_large_alias_stays_when_the_good_version_is_older_than_the_large_function(
    prod, repaired, monkeypatch
):
    promote(prod)
    monkeypatch.setattr(
        prod.aws, "_versions", lambda _: {"Versions": [{"Version": "15", "Environment": {"Variables": {}}}]}
    )

    assert roll_back(prod).exit_code == 0
    assert prod.aws.aliases[ETL, "prod"]["FunctionVersion"] == "4"


def test_an_alias_that_was_never_promoted_has_nothing_to_go_back_to(prod):
    prod.aws.parameters |= {"ProdVersion": "", "LargeProdVersion": ""}
    prod.s3.objects.clear()

    with pytest.raises(CommandError, match="there is no record of a version that prod ran before version 4"):
        roll_back(prod)


def test_only_the_live_alias_changes_how_it_moves_next(prod, repaired):
    prod.aws.parameters |= {"StagingVersion": "5", "LargeStagingVersion": "15"}
    prod.aws.move_by_hand("staging", "5")
    prod.record("promoted", "staging", "5", "4")

    assert rollback_version(prod.context, "staging", None, repair=False, yes=True).exit_code == 0
    assert prod.aws.parameters["StagingVersion"] == "4"
    assert prod.aws.parameters["TrafficShift"] == "canary"

    promote(prod)
    assert roll_back(prod).exit_code == 0
    assert prod.aws.parameters["TrafficShift"] == "all-at-once"


def test_it_says_that_the_alias_serves_the_version_already(prod, repaired):
    promote(prod)
    prod.aws.move_by_hand("prod", "4")

    assert roll_back(prod).exit_code == 0
    assert "prod of prod serves version 4 already, so no traffic is moved." in prod.output.getvalue()


def test_a_stack_without_a_canary_has_no_parameter_for_it(prod, repaired, monkeypatch):
    promote(prod)
    given = []
    update = prod.aws.update_stack

    def update_stack(**request):
        given.extend(each["ParameterKey"] for each in request["Parameters"])
        prod.aws.parameters["TrafficShift"] = "all-at-once"
        update(**request)

    described = prod.aws.describe_stacks

    def describe_stacks(**request):
        (stack,) = described(**request)["Stacks"]
        stack["Parameters"] = [each for each in stack["Parameters"] if each["ParameterKey"] != "TrafficShift"]
        return {"Stacks": [stack]}

    monkeypatch.setattr(prod.aws, "update_stack", update_stack)
    monkeypatch.setattr(prod.aws, "describe_stacks", describe_stacks)

    roll_back(prod)

    assert sorted(given) == ["LargeProdVersion", "LargeStagingVersion", "ProdVersion", "StagingVersion"]
    assert prod.aws.serving() == GOOD
