"""What `status`, `history` and the dashboard show of the deployed stack."""

import json

from tests.e2e.conftest import reviews, wait_until


def test_status_and_history_show_the_last_file_with_its_verdict(ops, store):
    store.upload("status/last.csv", reviews("Good soup", "Fine bread"))
    store.await_outcome("status/last.csv")

    ran = ops("status", "--json")
    data = json.loads(ran.output)

    assert ran.status == int(bool(data["problems"])), ran.errors
    assert data["stack"]["status"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert {alias["alias"]: alias["drift"] for alias in data["aliases"]} == {
        "dev": [],
        "prod": [],
        "staging": [],
    }
    assert data["alarms"]["count"] > 10
    (file,) = [file for file in data["files"] if file["key"] == "status/last.csv"]
    assert (file["verdict"], file["rows"]["written"]) == ("pass", 2)
    entries = json.loads(ops("history", "--json", "--limit", "1000").output)["entries"]
    assert "status/last.csv" in {entry["details"].get("key") for entry in entries}


def test_a_failed_event_is_shown_with_its_age_and_what_to_do(ops, failures):
    failures.sqs.send_message(QueueUrl=failures.url, MessageBody="{}")

    ran = ops("status", "--json")
    failures.take()

    assert ran.status == 1, ran.errors
    data = json.loads(ran.output)
    queue = data["queues"][0]
    assert (queue["name"], queue["messages"]) == ("tastetrend-local-etl-failures", 1)
    assert queue["oldest_s"] is not None
    assert "tastetrend failures --env local" in {problem["remedy"] for problem in data["problems"]}


def test_a_file_that_is_rejected_counts_for_the_day(ops, store):
    store.upload("status/empty.csv", b"")
    store.await_outcome("status/empty.csv")

    wait_until(lambda: json.loads(ops("status", "--json").output)["rejected_today"] >= 1)  # at its end


def test_the_dashboard_is_deployed_and_names_resources_that_exist(client, outputs):
    cloudwatch = client("cloudwatch")
    body = cloudwatch.get_dashboard(DashboardName="tastetrend-local")["DashboardBody"]
    alarms = {alarm["AlarmArn"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}

    status, *others = json.loads(body)["widgets"]

    assert set(status["properties"]["alarms"]) == {arn for arn in alarms if ":tastetrend-local-" in arn}
    assert len(others) > 15
    assert outputs["FunctionName"] in body
    assert "${" not in body
