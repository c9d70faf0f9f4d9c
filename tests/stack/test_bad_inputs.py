"""Outputs invoke no function, and a failure that cannot be queued raises an alarm."""

from tests.stack.plain import plain


def test_E15_outputs_invoke_nothing(any_stack):
    invoking = [
        plain(bucket["BucketName"])
        for bucket in any_stack.properties("S3::Bucket").values()
        if "LambdaConfigurations" in bucket.get("NotificationConfiguration", {})
    ]

    assert invoking == [any_stack.bucket("raw")]


def test_I15_a_failed_event_that_the_failure_queue_does_not_take_alarms(any_stack):
    (alarm,) = (
        alarm
        for alarm in any_stack.properties("CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "DestinationDeliveryFailures"
    )
    topic, _ = any_stack.only("SNS::Topic")

    assert (alarm["Namespace"], alarm["Statistic"], alarm["Threshold"]) == ("AWS/Lambda", "Sum", 1)
    assert plain(alarm["AlarmActions"]) == [f"${{{topic}}}"]
