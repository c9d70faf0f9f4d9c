"""Every failure raises an alarm, silent ones included."""

import pytest

from tests.stack.plain import plain

LIVE = {"FunctionName": "${EtlFunction57A3B50C}", "Resource": "${EtlFunction57A3B50C}:ALIAS"}


def alarms(synthesised):
    prefix = f"tastetrend-{synthesised.name}-etl-"
    return {
        alarm["AlarmName"].removeprefix(prefix): alarm
        for alarm in synthesised.properties("CloudWatch::Alarm").values()
    }


def test_no_two_alarms_watch_the_same(retrieval_stack):
    watched = [
        str(sorted((name, str(plain(alarm.get(name)))) for name in ("MetricName", "Dimensions", "Metrics")))
        for alarm in alarms(retrieval_stack).values()
    ]

    assert len(watched) == len(set(watched)) > 10


@pytest.mark.parametrize(
    ("name", "metric", "dimension", "threshold"),
    [
        ("errors", "AWS/Lambda Errors Sum", LIVE, 1),
        ("throttles", "AWS/Lambda Throttles Sum", LIVE, 1),
        ("duration", "AWS/Lambda Duration Maximum", LIVE, 24_000),
        (
            "event-age",
            "AWS/Lambda AsyncEventAge Maximum",
            {"FunctionName": "${EtlFunction57A3B50C}"},
            900_000,
        ),
        (
            "lost-failures",
            "AWS/Lambda DestinationDeliveryFailures Sum",
            {"FunctionName": "${EtlFunction57A3B50C}"},
            1,
        ),
        (
            "failures",
            "AWS/SQS ApproximateNumberOfMessagesVisible Maximum",
            {"QueueName": "${IngestionFailures3B48F157.QueueName}"},
            1,
        ),
        ("large-errors", "AWS/Lambda Errors Sum", {"FunctionName": "${EtlLargeFunction5CCE7688}"}, 1),
        (
            "large-duration",
            "AWS/Lambda Duration Maximum",
            {"FunctionName": "${EtlLargeFunction5CCE7688}"},
            720_000,
        ),
        ("row-balance", "TasteTrend RowBalanceViolations Sum", {"service": "${EtlFunction57A3B50C}"}, 1),
    ],
)
def test_it_alarms_when(name, metric, dimension, threshold, any_stack):
    alarm = alarms(any_stack)[name]

    assert " ".join((alarm["Namespace"], alarm["MetricName"], alarm["Statistic"])) == metric
    live = any_stack.document["Outputs"]["LiveAliasName"]["Value"]
    assert {each["Name"]: plain(each["Value"]) for each in alarm["Dimensions"]} == {
        key: value.replace("ALIAS", live) for key, value in dimension.items()
    }
    assert alarm["Threshold"] == threshold


def math_metrics(alarm):
    (expression,) = (metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric)
    metrics = {
        metric["Id"]: metric["MetricStat"]["Metric"]["MetricName"]
        for metric in alarm["Metrics"]
        if "MetricStat" in metric
    }
    return expression, metrics


def test_it_alarms_when_over_a_tenth_of_the_rows_is_rejected(any_stack):
    alarm = alarms(any_stack)["rejected-share"]

    assert math_metrics(alarm) == (
        "IF(read > 0, 100 * rejected / read, 0)",
        {"rejected": "RowsRejected", "read": "RowsRead"},
    )
    assert alarm["Threshold"] == 10


def test_it_alarms_when_a_version_of_either_contract_rejects_an_event(any_stack):
    alarm = alarms(any_stack)["events-rejected"]

    assert math_metrics(alarm) == (
        "FILL(rejected, 0) + FILL(refused, 0)",
        {"rejected": "EventsRejected", "refused": "EventsRefused"},
    )
    assert alarm["Threshold"] == 1


def test_it_alarms_when_a_batch_fails_or_is_stopped(any_stack):
    alarm = alarms(any_stack)["batch-failed"]

    assert math_metrics(alarm) == (
        "FILL(failed, 0) + FILL(timed_out, 0) + FILL(aborted, 0)",
        {"failed": "ExecutionsFailed", "timed_out": "ExecutionsTimedOut", "aborted": "ExecutionsAborted"},
    )
    assert alarm["Threshold"] == 1
    machine, _ = any_stack.only("StepFunctions::StateMachine")
    metrics = (each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each)
    watched = [plain(each["Dimensions"]) for each in metrics]
    assert watched == [[{"Name": "StateMachineArn", "Value": f"${{{machine}}}"}]] * 3


def test_it_alarms_when_files_arrive_but_nothing_is_written(any_stack):
    alarm = alarms(any_stack)["nothing-written"]

    assert math_metrics(alarm) == (
        "IF(FILL(received, 0) > FILL(idle, 0) + FILL(passed, 0) AND FILL(processed, 0) == 0, 1, 0)",
        {
            "received": "EventsReceived",
            "processed": "FilesProcessed",
            "idle": "FilesSkipped",
            "passed": "FilesHandedOver",
        },
    )
    assert alarm["Threshold"] == 1


def test_no_alarm_on_what_the_quality_gate_causes_watches_the_whole_function(any_stack):
    """The gate invokes a version, for which Lambda counts in the function's metrics too."""
    whole = {
        metric["MetricName"]
        for metric in metrics_of(any_stack)
        if plain(metric["Dimensions"]) == [{"Name": "FunctionName", "Value": "${EtlFunction57A3B50C}"}]
    }

    assert whole == {
        "AsyncEventAge",
        "DestinationDeliveryFailures",
    }  # of events, which the gate sends none of


def metrics_of(synthesised):
    for alarm in alarms(synthesised).values():
        if "MetricName" in alarm:
            yield alarm
        yield from (each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each)


@pytest.mark.parametrize(("name", "count"), [("local", 0), ("dev", 0), ("staging", 1), ("prod", 1)])
def test_an_alarm_that_stops_canaries_exists_where_there_are_canaries(name, count, all_stacks):
    assert [*alarms(all_stacks[name])].count("canary-errors") == count


def test_the_duration_alarm_precedes_the_timeout(any_stack):
    _, function = any_stack.function()

    assert alarms(any_stack)["duration"]["Threshold"] == 0.8 * function["Timeout"] * 1000


def test_every_alarm_notifies_the_topic_at_its_threshold_and_when_it_is_over(any_stack):
    topic, _ = any_stack.only("SNS::Topic")

    for name, alarm in alarms(any_stack).items():
        notify, *others = plain(alarm["AlarmActions"])
        assert [notify] == plain(alarm["OKActions"]) == [f"${{{topic}}}"], name
        assert len(others) == (name == "embedding-budget"), name
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold", name
        assert alarm["TreatMissingData"] == "notBreaching", name


def test_alarms_of_this_account_may_publish_to_the_topic_and_only_over_tls(any_stack):
    topic, _ = any_stack.only("SNS::Topic")
    _, policy = any_stack.only("SNS::TopicPolicy")

    allowed, denied = sorted(
        map(plain, policy["PolicyDocument"]["Statement"]), key=lambda each: each["Effect"]
    )
    assert plain(policy["Topics"]) == [f"${{{topic}}}"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
