"""`status` shows an environment, and says what is wrong with it and what to do; it changes nothing."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from ops import recent_files, status_files, status_stack
from tests.json_output import printed
from tests.unit.ops.observed import ETL

GOOD = b"rating,review_text\n5,good\n4,fine\n"


@pytest.fixture
def status(observed, tastetrend):
    """Return a function that runs the command with `--json` and returns exit code and data."""

    def run():
        result = tastetrend("status", "--env", "prod", "--json")
        return result.status, printed(result.stdout)

    return run


@pytest.fixture
def problems(status):
    """Return a function that returns the problems, of which there have to be some if the exit code is 1."""

    def run():
        exit_code, data = status()
        assert exit_code == int(bool(data["problems"]))
        return [(problem["what"], problem["remedy"]) for problem in data["problems"]]

    return run


def test_nothing_is_wrong_with_an_environment_at_rest(observed, tastetrend):
    result = tastetrend("status", "--env", "prod")

    assert result.status == 0
    assert "prod: nothing is wrong." in result.stdout
    assert "UPDATE_COMPLETE, last updated 2026-11-20 10:30Z" in result.stdout


def test_each_problem_is_printed_with_what_to_do(observed, tastetrend):
    observed.send(observed.context.failure_queue_url)

    result = tastetrend("status", "--env", "prod")

    assert result.status == 1
    assert "wrong: 1 event is in the failure queue\n  do: tastetrend failures --env prod\n" in result.stdout
    assert "nothing is wrong" not in result.stdout


def test_it_only_reads(observed, status, deliver):
    deliver(GOOD)
    observed.add_retrieval()
    observed.add_alarm("tastetrend-prod-etl-errors", "ALARM")
    observed.add_execution("a", "SUCCEEDED", prefix="in/")
    observed.calls.clear()
    observed.prod.aws.calls.clear()

    status()

    assert len(observed.calls) > 10
    assert [call for call in observed.calls if not call.startswith(("Describe", "Get", "Head", "List"))] == []
    assert [
        call for call in observed.prod.aws.calls if not call.startswith(("describe_", "get_", "list_"))
    ] == []


# Stack and aliases


def test_a_stack_that_cannot_be_updated_is_a_problem(observed, problems):
    observed.prod.aws.status = "UPDATE_ROLLBACK_FAILED"

    ((what, remedy),) = problems()

    assert what == "the stack: its last update could not be rolled back"
    assert "continue-update-rollback --stack-name tastetrend-prod" in remedy


def test_aliases_are_shown_with_version_and_since_when(observed, status):
    _, data = status()

    dev, prod, staging = data["aliases"]
    assert (dev["alias"], dev["version"], dev["since"]) == ("dev", "6", "2026-11-20T10:30:00Z")
    assert (dev["follows_newest"], prod["follows_newest"], staging["follows_newest"]) == (True, False, False)
    last = [event for event in observed.prod.events() if event[0] == "promoted"]
    assert last == []  # nothing after the fixture's promotions
    assert (prod["version"], prod["drift"], staging["version"]) == ("4", [], "4")


def test_drift_is_a_problem_with_its_repair(observed, status, problems):
    observed.prod.aws.move_by_hand("prod", "3")

    found = problems()

    assert ("prod serves version 3, the record says 4", "tastetrend releases --repair --env prod") in found
    assert {remedy for _, remedy in found} == {"tastetrend releases --repair --env prod"}
    _, prod, _ = status()[1]["aliases"]
    assert prod["drift"] == [what for what, _ in found]


@pytest.mark.parametrize(("recorded", "command"), [(True, "promote"), (False, None)])
def test_a_running_shift_is_shown_and_no_problem(recorded, command, observed, status, monkeypatch):
    monkeypatch.setattr(status_stack, "_MAX_HOURS", 0)
    if recorded:
        observed.add_event("promotion_started", "5", hours_ago=0)
    observed.prod.aws.canary_polls = 100
    observed.prod.aws.begin_canary("5")

    exit_code, data = status()

    assert exit_code == 0
    shift = data["shift"]
    assert (shift["command"], shift["alias"], shift["version"]) == (command, "prod", "5")
    assert shift["weighted"] == "5"


@pytest.mark.parametrize(("hours", "is_wrong"), [(1, False), (0, True)])
def test_a_promotion_that_was_interrupted_is_a_problem_after_a_while(
    hours, is_wrong, observed, problems, monkeypatch
):
    monkeypatch.setattr(status_stack, "_MAX_HOURS", hours)
    observed.add_event("promotion_started", "5", hours_ago=0)

    remedies = [remedy for _, remedy in problems()]

    assert remedies == (["tastetrend promote prod --env prod"] if is_wrong else [])


# Alarms and queues


def test_a_ringing_alarm_is_a_problem_with_its_section(observed, status):
    observed.add_alarm("tastetrend-prod-etl-row-balance", "ALARM")
    observed.add_alarm("tastetrend-prod-etl-errors", "OK")
    observed.add_alarm("tastetrend-dev-etl-errors", "ALARM")

    exit_code, data = status()

    assert exit_code == 1
    assert data["alarms"]["count"] == 2
    (ringing,) = data["alarms"]["in_alarm"]
    assert (ringing["name"], ringing["section"]) == ("row-balance", "docs/operations.md#row-balance")
    (problem,) = data["problems"]
    assert problem["remedy"] == "see docs/operations.md#row-balance"


def test_the_failure_queue_is_shown_with_depth_and_age(observed, status):
    observed.send(observed.context.failure_queue_url, 3)
    name = f"{ETL}-failures"
    observed.put_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", 7_300, QueueName=name)

    exit_code, data = status()

    assert exit_code == 1
    assert data["queues"] == [{"name": name, "messages": 3, "in_flight": 0, "oldest_s": 7_300}]
    assert data["problems"] == [
        {"what": "3 events are in the failure queue", "remedy": "tastetrend failures --env prod"}
    ]


def test_an_age_that_is_not_measured_is_not_invented(observed, status):
    observed.send(observed.context.failure_queue_url)

    assert status()[1]["queues"][0]["oldest_s"] is None


def test_without_retrieval_there_is_no_index(observed, status):
    _, data = status()

    assert "index" not in data
    assert len(data["queues"]) == 1


def test_an_index_without_waiting_datasets_is_up_to_date(observed, status):
    observed.add_retrieval()

    exit_code, data = status()

    assert (exit_code, data["index"]) == (0, {"waiting_datasets": 0, "behind_s": 0})
    assert len(data["queues"]) == 3


def test_a_dataset_over_the_budget_waits_too(observed, status):
    queue, _ = observed.add_retrieval()
    observed.connect("sqs").send_message(QueueUrl=queue, MessageBody="{}", DelaySeconds=900)

    exit_code, data = status()

    assert (exit_code, data["index"]["waiting_datasets"]) == (0, 1)


@pytest.mark.parametrize(("age", "is_late"), [(600, False), (4_000, True)])
def test_the_index_is_late_when_a_dataset_has_waited_for_over_an_hour(age, is_late, observed, status):
    queue, _ = observed.add_retrieval()
    observed.send(queue, 2)
    observed.put_metric(
        "AWS/SQS", "ApproximateAgeOfOldestMessage", age, QueueName="tastetrend-prod-embedding"
    )

    exit_code, data = status()

    assert data["index"] == {"waiting_datasets": 2, "behind_s": age}
    assert exit_code == int(is_late)


def test_dead_letters_of_the_embedding_are_a_problem(observed, problems):
    _, dead = observed.add_retrieval()
    observed.send(dead)

    assert problems() == [
        ("1 dataset failed to become vectors", "see docs/operations.md#embedding-dead-letters")
    ]


# Files


def test_the_last_five_files_are_shown_newest_first(observed, status, deliver):
    for number in range(7):
        deliver(GOOD, f"in/{number}.csv")

    _, data = status()

    times = [file["uploaded"] for file in data["files"]]
    assert len(times) == 5
    assert times == sorted(times, reverse=True)


def test_a_rejected_file_is_shown_with_the_reason_and_its_error_report(observed, status, deliver):
    deliver(b"", "in/empty.csv")

    (file,) = status()[1]["files"]

    assert (file["verdict"], file["reason"], file["rows"]) == ("rejected", "empty_file", None)
    assert file["report"].endswith(".error.json")
    assert file["report"].removeprefix("s3://").partition("/")[2] in observed.store.everything()


def test_a_file_is_shown_with_rows_and_report(observed, status, deliver):
    deliver(GOOD, "in/a.csv")

    (file,) = status()[1]["files"]

    assert (file["key"], file["verdict"]) == ("in/a.csv", "pass")
    assert file["rows"] == {"read": 2, "written": 2, "rejected": 0, "duplicate": 0}
    bucket, key = file["report"].removeprefix("s3://").split("/", 1)
    report = json.load(observed.store.client.get_object(Bucket=bucket, Key=key)["Body"])
    assert report["raw_object"]["key"] == "in/a.csv"


def test_folders_and_manifests_are_no_files(observed, status):
    for key in ("in/", "a.manifest.jsonl"):
        observed.store.upload(key, b"")

    assert status()[1]["files"] == []


def test_only_the_reports_of_the_shown_files_are_read(observed, status, deliver):
    for number in range(12):
        deliver(GOOD, f"{number % 3}/{number}.csv")
    observed.calls.clear()

    status()

    gets, lists = (observed.calls.count(name) for name in ("GetObject", "ListObjectsV2"))
    events = 8 + 4  # of the record of releases, and manifests
    assert gets - events <= 2 * 5
    assert lists == 1 + 3 + 2 + 3 * 5  # names of folders, each folder, manifests, events, objects with rows


def test_no_object_with_rows_is_asked_for(observed, status, deliver):
    deliver(GOOD, "in/a.csv")
    deliver(b"", "in/empty.csv")
    asked = []
    events = observed.store.client.meta.events
    for call in ("GetObject", "HeadObject"):
        events.register(f"before-parameter-build.s3.{call}", lambda params, **_: asked.append(params["Key"]))

    _, data = status()

    assert sorted(file["verdict"] for file in data["files"]) == ["pass", "rejected"]
    prefixes = ("releases/", "processed/logs/", "rejected/")
    assert [key for key in asked if not key.startswith(prefixes) or not key.endswith(".json")] == []
    assert len(asked) > 12 + 4


def test_outputs_of_an_earlier_version_are_no_result(observed, status, deliver):
    deliver(GOOD, "in/a.csv")
    Event().wait(1.1)  # S3 lists times in seconds
    observed.store.upload("in/a.csv", GOOD)

    (file,) = status()[1]["files"]

    assert file["verdict"] == "missing"


def test_a_deleted_file_is_not_shown(observed, status, deliver, monkeypatch):
    deliver(GOOD, "a.csv")
    deliver(GOOD, "a.csv2.csv")
    listed = [{"Key": "a.csv", "LastModified": datetime.now(UTC), "Size": 1}]  # before it was deleted
    monkeypatch.setattr(recent_files, "_list_newest", lambda *_: listed)
    observed.store.client.delete_object(Bucket=observed.context.raw_bucket, Key="a.csv")

    assert status()[1]["files"] == []


def test_a_bucket_with_many_folders_is_listed_as_a_whole(observed, status, deliver, monkeypatch):
    monkeypatch.setattr(recent_files, "_MAX_FOLDERS", 2)
    for number in range(3):
        deliver(GOOD, f"{number}/a.csv")
    observed.calls.clear()

    _, data = status()

    assert {file["key"] for file in data["files"]} == {"0/a.csv", "1/a.csv", "2/a.csv"}
    assert observed.calls.count("ListObjectsV2") == 1 + 1 + 2 + 3 * 3


def test_files_that_were_rejected_today_are_a_problem(observed, status):
    for service, count in ((ETL, 2), (f"{ETL}-large", 1), ("tastetrend-dev-etl", 5)):
        observed.put_metric("TasteTrend", "FilesRejected", count, service=service)

    exit_code, data = status()

    assert (exit_code, data["rejected_today"]) == (1, 3)
    (problem,) = data["problems"]
    assert problem["what"].startswith("3 files were rejected today")
    assert problem["remedy"] == "tastetrend history --env prod --limit 50"


@pytest.mark.parametrize(("wait", "is_wrong"), [(timedelta(hours=1), False), (timedelta(0), True)])
def test_a_file_without_a_result_is_a_problem_after_a_while(wait, is_wrong, observed, problems, monkeypatch):
    monkeypatch.setattr(status_files, "_MAX_WAIT", wait)
    observed.store.upload("in/a b.csv", GOOD)

    remedies = [remedy for _, remedy in problems()]

    assert remedies == (["tastetrend replay 'in/a b.csv' --env prod --yes"] if is_wrong else [])


def test_outputs_that_are_not_complete_are_a_problem(observed, problems, deliver):
    deliver(GOOD, "in/a.csv")
    keys = observed.store.everything()
    (part,) = [key for key in keys if key.startswith("curated/")]
    observed.store.client.delete_object(Bucket=observed.context.processed_bucket, Key=part)

    assert problems() == [
        ("the outputs of in/a.csv are wrong: no_part", "tastetrend replay in/a.csv --env prod --yes")
    ]


def test_a_failed_check_is_a_problem_with_the_report(observed, problems, deliver):
    deliver(b"rating,review_text\n" + b"9999,good\n" * 50, "in/a.csv")

    ((what, remedy),) = problems()

    assert what == "in/a.csv fails a check"
    assert remedy.startswith("aws s3 cp s3://")
    assert "/validation_" in remedy


# The last batch


def test_the_last_batch_is_shown_and_single_files_are_not(observed, status):
    observed.add_execution("large", "SUCCEEDED", key="in/large.csv")
    observed.add_execution("newest", "SUCCEEDED", prefix="in/")
    observed.add_execution("older", "FAILED", prefix="out/")

    exit_code, data = status()

    assert exit_code == 0
    batch = data["batch"]
    assert (batch["execution"], batch["kind"], batch["over"]) == ("newest", "prefix", "in/")
    assert (batch["status"], batch["counts"]) == ("SUCCEEDED", {"total": 4, "succeeded": 4, "failed": 0})


@pytest.mark.parametrize(
    ("given", "hours", "remedies"),
    [
        ({"prefix": "in/"}, 1, ["tastetrend batch in/ --again --env prod"]),
        ({"prefix": ""}, 1, ["tastetrend batch '' --again --env prod"]),
        ({"manifest": "a.manifest.jsonl"}, 1, ["tastetrend batch --manifest FILE --env prod"]),
        ({"prefix": "in/"}, 25, []),
    ],
)
def test_a_batch_that_failed_is_a_problem_for_a_day(given, hours, remedies, observed, problems):
    observed.add_execution("a", "FAILED", hours_ago=hours, **given)

    assert [remedy for _, remedy in problems()] == remedies


def test_a_running_batch_is_no_problem(observed, status):
    observed.add_execution("a", "RUNNING", prefix="in/")

    exit_code, data = status()

    assert (exit_code, data["batch"]["status"], data["batch"]["stopped"]) == (0, "RUNNING", None)


def test_a_stack_from_before_batches_has_none(observed, status):
    object.__setattr__(observed.context, "batch_arn", "")

    assert status()[1]["batch"] is None
