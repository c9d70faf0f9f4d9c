"""`releases` compares alias, stack and record; `--repair` lets stack and record follow the alias."""

import pytest

from ops.drift import repair_releases
from ops.errors import CommandError
from ops.releases import list_releases
from tests.json_output import checked


def drift(prod):
    result = checked("releases", list_releases(prod.context))
    return result.exit_code, result.data["drift"]


def test_nothing_has_drifted_when_all_agree(prod):
    assert drift(prod) == (0, {"staging": [], "prod": []})
    assert "prod can go back to version 3" in prod.output.getvalue()


def test_an_alias_that_was_moved_by_hand_is_drift(prod):
    prod.aws.move_by_hand("prod", "3")

    exit_code, found = drift(prod)

    assert exit_code == 1
    assert found["staging"] == []
    assert found["prod"] == [
        "prod serves version 3, the record says 4",
        "prod serves version 3, the stack says 4",
        "prod of the large function serves its version 13, the stack says 14",
    ]
    assert "drift: prod serves version 3, the record says 4." in prod.output.getvalue()


def test_a_promotion_that_the_stack_did_not_keep_is_drift(prod):
    prod.aws.parameters |= {"ProdVersion": "", "LargeProdVersion": ""}

    assert drift(prod)[1]["prod"] == [
        "prod serves version 4, the stack says none",
        "prod of the large function serves its version 14, the stack says none",
    ]


def test_weights_that_a_canary_left_are_drift(prod):
    prod.aws.aliases["tastetrend-prod-etl", "prod"]["weights"] = {"5": 0.1}

    assert drift(prod)[1]["prod"] == ["prod sends a part of the events to version 5"]


def test_a_canary_is_no_drift(prod):
    prod.aws.canary_polls = 100
    prod.aws.begin_canary("5")

    assert drift(prod) == (0, {})
    assert "An update of the stack is under way" in prod.output.getvalue()


def test_an_alias_that_was_never_promoted_has_not_drifted(prod):
    prod.aws.parameters |= dict.fromkeys(prod.aws.parameters, "")
    prod.s3.objects.clear()

    assert drift(prod) == (0, {"staging": [], "prod": []})


def test_events_are_listed_with_who_and_why(prod):
    prod.record("rejected", "prod", "5", "4")

    result = checked("releases", list_releases(prod.context))

    assert result.data["events"][-1]["kind"] == "rejected"
    assert "prod: rejected, version 5, before it 4, by arn:aws:sts::1:" in prod.output.getvalue()


def test_repair_lets_stack_and_record_follow_the_alias(prod):
    prod.aws.move_by_hand("prod", "3")

    result = checked("releases", repair_releases(prod.context, yes=False))

    assert (result.exit_code, result.data["repaired"]) == (0, ["prod"])
    assert prod.aws.serving() == ("3", "13", "3", "13", {})
    assert prod.events() == [("moved_by_hand", "3", "4")]
    assert drift(prod)[0] == 0


def test_repair_moves_traffic_only_with_yes(prod):
    """Only the alias of the small function was moved by hand."""
    prod.aws.aliases["tastetrend-prod-etl", "prod"]["FunctionVersion"] = "3"

    result = checked("releases", repair_releases(prod.context, yes=False))

    assert (result.exit_code, result.data["repaired"]) == (1, [])
    assert prod.aws.serving() == ("3", "14", "4", "14", {})
    assert "add --yes to do it" in prod.output.getvalue()

    result = checked("releases", repair_releases(prod.context, yes=True))

    assert (result.exit_code, result.data["repaired"]) == (0, ["prod"])
    assert prod.aws.serving() == ("3", "13", "3", "13", {})


def test_repair_records_a_promotion_whose_command_was_interrupted(prod):
    prod.record("promotion_started", "prod", "5", "4")
    prod.aws.begin_canary("5")
    while prod.aws.status != "UPDATE_COMPLETE":
        prod.aws.describe_stacks()

    checked("releases", repair_releases(prod.context, yes=False))

    assert prod.events()[-1] == ("promoted", "5", "4")
    assert drift(prod)[0] == 0


def test_nothing_is_repaired_while_an_update_is_under_way(prod):
    prod.aws.begin_canary("5")

    with pytest.raises(CommandError, match="an update of tastetrend-prod is under way"):
        checked("releases", repair_releases(prod.context, yes=True))


def test_repairing_again_changes_nothing(prod):
    prod.aws.move_by_hand("prod", "3")
    checked("releases", repair_releases(prod.context, yes=False))
    prod.aws.calls.clear()

    assert checked("releases", repair_releases(prod.context, yes=False)).data["repaired"] == []
    assert not {"update_stack", "update_alias", "put_object"} & {*prod.aws.calls}
