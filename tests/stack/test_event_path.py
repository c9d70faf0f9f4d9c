"""A new raw object invokes the function, and a failed event goes to the queue."""

import pytest

from tests.stack.plain import plain

FUNCTION = "EtlFunction57A3B50C"
ALIASES = {
    "dev": "ReleaseDevAlias38B5C859",
    "staging": "ReleaseStagingAlias7DCCEE1A",
    "prod": "ReleaseProdAliasC8B872BD",
}
LIVE = {name: f"${{{alias}}}" for name, alias in ({"local": ALIASES["dev"]} | ALIASES).items()}


def notifications(synthesised):
    return {
        plain(bucket["BucketName"]): plain(bucket["NotificationConfiguration"])
        for bucket in synthesised.properties("S3::Bucket").values()
        if "LambdaConfigurations" in bucket.get("NotificationConfiguration", {})
    }


def failure_queue(synthesised):
    return synthesised.only("SQS::Queue", QueueName=f"tastetrend-{synthesised.name}-etl-failures")


def test_a_new_raw_object_invokes_the_alias_of_the_environment(any_stack):
    assert notifications(any_stack) == {
        f"tastetrend-{any_stack.name}-raw-${{AWS::AccountId}}": {
            "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": LIVE[any_stack.name]}]
        }
    }


def test_writing_an_output_invokes_no_function(any_stack):
    assert not [bucket for bucket in notifications(any_stack) if "-raw-" not in bucket]


def test_only_the_raw_bucket_may_invoke_the_alias(any_stack):
    _, permission = any_stack.only("Lambda::Permission", Principal="s3.amazonaws.com")

    assert plain(permission) == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": LIVE[any_stack.name],
        "Principal": "s3.amazonaws.com",
        "SourceAccount": "${AWS::AccountId}",
        "SourceArn": f"arn:${{AWS::Partition}}:s3:::tastetrend-{any_stack.name}-raw-${{AWS::AccountId}}",
    }


def test_the_bucket_depends_on_the_permission_that_s3_validates(any_stack):
    permission, _ = any_stack.only("Lambda::Permission", Principal="s3.amazonaws.com")
    raw = any_stack.document["Resources"]["StorageRaw7E344C76"]

    assert permission in raw["DependsOn"]


def test_an_event_is_tried_three_times_and_then_kept(any_stack):
    _, retries = any_stack.only("Lambda::EventInvokeConfig")
    queue, _ = failure_queue(any_stack)

    assert plain(retries) == {
        "FunctionName": f"${{{FUNCTION}}}",
        "Qualifier": "dev" if any_stack.name == "local" else any_stack.name,
        "MaximumRetryAttempts": 2,
        "MaximumEventAgeInSeconds": 6 * 60 * 60,
        "DestinationConfig": {"OnFailure": {"Destination": f"${{{queue}.Arn}}"}},
    }


def test_failed_events_are_kept_encrypted_for_two_weeks(any_stack):
    queue, properties = failure_queue(any_stack)

    assert queue == "IngestionFailures3B48F157"  # another id would replace the queue and lose its events
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert properties["SqsManagedSseEnabled"] is True


def asynchronous_targets(synthesised):
    """Return the targets of asynchronous invocations: those of S3 notifications."""
    return {
        target["Function"]
        for configuration in notifications(synthesised).values()
        for target in configuration["LambdaConfigurations"]
    }


def queues_behind(synthesised, target):
    """Return the failure queues of an invocation target."""
    aliases = {
        (plain(alias["FunctionName"]), alias["Name"]): f"${{{key}}}"
        for key, alias in synthesised.properties("Lambda::Alias").items()
    }
    for settings in map(plain, synthesised.properties("Lambda::EventInvokeConfig").values()):
        function = settings["FunctionName"].removesuffix("}") + ".Arn}"
        if aliases.get((settings["FunctionName"], settings["Qualifier"]), function) == target:
            yield (
                settings["DestinationConfig"]["OnFailure"]["Destination"].removesuffix(".Arn}")
                + ".QueueName}"
            )


def test_every_asynchronous_target_has_an_alarmed_failure_queue(any_stack):
    alarmed = [
        plain(dimension["Value"])
        for alarm in any_stack.properties("CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm["Dimensions"]
    ]

    targets = asynchronous_targets(any_stack)
    assert targets
    for target in targets:
        queues = list(queues_behind(any_stack, target))
        assert queues, target
        assert set(queues) <= set(alarmed), target


@pytest.mark.parametrize("kind", ["Lambda::Url", "Events::Rule", "SNS::Subscription"])
def test_there_is_no_other_asynchronous_trigger(kind, any_stack):
    """But for the switch of the embedding, which carries no data: an alarm reports its errors."""
    names = [each.get("Name", "") for each in any_stack.properties(kind).values()]

    assert [name for name in names if not name.endswith("-embedding-resume")] == []
