"""Datasets reach the embedding function through a queue; without retrieval, nothing of it is there."""

from dataclasses import replace

import pytest
from cdk_nag import AwsSolutionsChecks
from cfnlint import api

from tastetrend_embed.embedding import max_tokens
from tastetrend_embed.sync import BATCH
from tastetrend_stack.environments import ENVIRONMENTS
from tests.stack.conftest import build
from tests.stack.plain import plain
from tests.stack.test_alarms import alarms
from tests.stack.test_batch import ARN, HERE, PROCESSED, grants_of, may_write_logs
from tests.stack.test_synthesis import REDUNDANT_DEPENDENCY

QUEUE = f"{ARN}:sqs:{HERE}:tastetrend-ENV-embedding"
INDEX_NAME = "reviews-titan-v2-1024"
INDEX = f"{ARN}:s3vectors:{HERE}:bucket/tastetrend-ENV-vectors-${{AWS::AccountId}}/index/{INDEX_NAME}"
MODEL = "amazon.titan-embed-text-v2:0"


def queue(stack, name="embedding"):
    """Return logical id and properties of a queue."""
    return stack.only("SQS::Queue", QueueName=f"tastetrend-{stack.name}-{name}")


@pytest.fixture(scope="module")
def stacks_without(tmp_path_factory):
    return {
        name: build(replace(row, retrieval=False), tmp_path_factory.mktemp(name))
        for name, row in ENVIRONMENTS.items()
    }


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_where_it_is_off_the_template_has_nothing_of_it(name, stacks_without, all_retrieval_stacks):
    text = stacks_without[name].template_file.read_text()
    with_it = all_retrieval_stacks[name].template_file.read_text()

    for word in ("embed", "s3vectors", "bedrock", "vector", "queueconfigurations"):
        assert word in with_it.lower()
        assert word not in text.lower()


def test_it_is_on_wherever_there_is_a_model(all_stacks):
    on = {name for name, stack in all_stacks.items() if stack.properties("S3Vectors::Index")}

    assert on == {"dev", "staging", "prod"}


def test_what_becomes_of_datasets_is_sent_to_the_queue(retrieval_stack):
    processed = retrieval_stack.properties("S3::Bucket")["StorageProcessedA33E9072"]
    logical_id, _ = queue(retrieval_stack)
    rules = [{"Name": "prefix", "Value": "processed/"}, {"Name": "suffix", "Value": ".parquet"}]

    assert plain(processed["NotificationConfiguration"]) == {
        "QueueConfigurations": [
            {
                "Event": f"s3:{event}:*",
                "Filter": {"S3Key": {"Rules": rules}},
                "Queue": f"${{{logical_id}.Arn}}",
            }
            for event in ("ObjectCreated", "ObjectRemoved", "LifecycleExpiration")
        ]
    }


def policies_of(stack, logical_id):
    """Return logical id and statements of the policies of a queue."""
    return [
        (policy, plain(properties["PolicyDocument"]["Statement"]))
        for policy, properties in stack.properties("SQS::QueuePolicy").items()
        if plain(properties["Queues"]) == [f"${{{logical_id}}}"]
    ]


def test_only_the_processed_bucket_of_the_account_sends_to_the_queue(retrieval_stack):
    logical_id, _ = queue(retrieval_stack)
    ((_, statements),) = policies_of(retrieval_stack, logical_id)

    assert [each for each in statements if each["Effect"] == "Allow"] == [
        {
            "Sid": "DatasetsNotify",
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": f"${{{logical_id}.Arn}}",
            "Condition": {
                "ArnEquals": {
                    "aws:SourceArn": f"{ARN}:s3:::{retrieval_stack.bucket('processed')}",
                },
                "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
            },
        }
    ]


def test_the_bucket_depends_on_the_policy_that_s3_tests(retrieval_stack):
    logical_id, _ = queue(retrieval_stack)
    ((policy, _),) = policies_of(retrieval_stack, logical_id)

    assert policy in retrieval_stack.document["Resources"]["StorageProcessedA33E9072"]["DependsOn"]


@pytest.mark.parametrize("name", ["embedding", "embedding-dead"])
def test_the_queues_are_encrypted_and_only_reached_over_tls(name, retrieval_stack):
    logical_id, properties = queue(retrieval_stack, name)
    ((_, statements),) = policies_of(retrieval_stack, logical_id)
    (denied,) = (each for each in statements if each["Effect"] == "Deny")

    assert properties["SqsManagedSseEnabled"] is True
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_message_is_tried_ten_times_and_then_kept_for_two_weeks(retrieval_stack):
    _, properties = queue(retrieval_stack)
    dead, kept = queue(retrieval_stack, "embedding-dead")

    assert plain(properties["RedrivePolicy"]) == {
        "deadLetterTargetArn": f"${{{dead}.Arn}}",
        "maxReceiveCount": 10,
    }
    assert kept["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    attempts = 10 * properties["VisibilityTimeout"]
    assert attempts < properties["MessageRetentionPeriod"] < kept["MessageRetentionPeriod"]


def test_the_function_takes_five_messages_twice_at_once_and_returns_those_that_failed(retrieval_stack):
    logical_id, _ = queue(retrieval_stack)
    function, _ = retrieval_stack.function("embed")
    _, mapping = retrieval_stack.only("Lambda::EventSourceMapping")

    assert {key: value for key, value in plain(mapping).items() if key != "Tags"} == {
        "BatchSize": 5,
        "EventSourceArn": f"${{{logical_id}.Arn}}",
        "FunctionName": f"${{{function}}}",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 2},
    }


def test_a_message_stays_hidden_for_longer_than_the_function_runs(retrieval_stack):
    _, function = retrieval_stack.function("embed")
    _, properties = queue(retrieval_stack)

    assert (function["Timeout"], function["MemorySize"]) == (300, 1024)
    assert properties["VisibilityTimeout"] == 6 * function["Timeout"]


def test_the_function_is_told_its_bucket_index_model_and_key(retrieval_stack):
    _, function = retrieval_stack.function("embed")
    _, etl = retrieval_stack.function()
    variables, of_etl = (plain(each["Environment"]["Variables"]) for each in (function, etl))
    logical_id, _ = queue(retrieval_stack)

    assert function["Handler"] == "embed.lambda_handler"
    assert (function["Code"], function["Layers"]) == (etl["Code"], etl["Layers"])
    assert variables == {
        "PROCESSED_BUCKET": retrieval_stack.bucket("processed"),
        "VECTOR_BUCKET": retrieval_stack.bucket("vectors"),
        "VECTOR_INDEX": INDEX_NAME,
        "EMBEDDING_MODEL": MODEL,
        "EMBEDDING_TOKENS_A_DAY": str(retrieval_stack.environment.embedding_tokens_a_day),
        "EMBEDDING_USD_PER_1000_TOKENS": "0.00002",
        "QUEUE_URL": f"${{{logical_id}}}",
        **{name: value for name, value in of_etl.items() if name.startswith("PSEUDONYM")},
    }


def test_the_role_allows_what_the_function_needs_and_nothing_else(retrieval_stack):
    assert grants_of(retrieval_stack, "embed") == {
        ("s3:ListBucket", PROCESSED),
        *((f"s3:{call}", f"{PROCESSED}/processed/*") for call in ("GetObject", "GetObjectVersion")),
        *(
            (f"s3:{call}", f"{PROCESSED}/embeddings/manifests/*")
            for call in ("GetObject", "GetObjectVersion", "PutObject", "AbortMultipartUpload")
        ),
        *((f"s3:{call}", f"{PROCESSED}/embeddings/budget/*") for call in ("GetObject", "PutObject")),
        ("bedrock:InvokeModel", f"{ARN}:bedrock:${{AWS::Region}}::foundation-model/{MODEL}"),
        *((f"s3vectors:{call}Vectors", INDEX) for call in ("Put", "Get", "Delete")),
        *(
            (f"sqs:{call}", QUEUE)
            for call in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "SendMessage")
        ),
        *(
            ("secretsmanager:GetSecretValue", f"${{{secret}}}")
            for secret in retrieval_stack.properties("SecretsManager::Secret")
        ),
        *may_write_logs("embed"),
    }


def test_the_index_is_that_of_the_model_and_hides_what_no_filter_needs(retrieval_stack):
    bucket, properties = retrieval_stack.only("S3Vectors::VectorBucket")
    _, index = retrieval_stack.only("S3Vectors::Index")

    assert plain(properties["VectorBucketName"]) == retrieval_stack.bucket("vectors")
    assert {key: value for key, value in plain(index).items() if key != "Tags"} == {
        "VectorBucketArn": f"${{{bucket}.VectorBucketArn}}",
        "IndexName": INDEX_NAME,
        "DataType": "float32",
        "Dimension": 1_024,
        "DistanceMetric": "cosine",
        "MetadataConfiguration": {
            "NonFilterableMetadataKeys": [
                "_page_content",
                "_node_content",
                "_node_type",
                "source_file",
                "source_row",
            ]
        },
    }


@pytest.mark.parametrize(
    ("name", "metric", "dimension", "threshold"),
    [
        ("embedding-errors", "AWS/Lambda Errors Sum", "embed", 1),
        ("embedding-age", "AWS/SQS ApproximateAgeOfOldestMessage Maximum", "embedding", 3_600),
        (
            "embedding-dead-letters",
            "AWS/SQS ApproximateNumberOfMessagesVisible Maximum",
            "embedding-dead",
            1,
        ),
        ("embedding-switch-errors", "AWS/Lambda Errors Sum", "embedding-switch", 1),
    ],
)
def test_it_alarms_when(name, metric, dimension, threshold, retrieval_stack):
    alarm = alarms(retrieval_stack)[name]
    (watched,) = plain(alarm["Dimensions"])
    topic, _ = retrieval_stack.only("SNS::Topic")
    if metric.startswith("AWS/Lambda"):
        function, _ = retrieval_stack.function(dimension)
        resource = {"Name": "FunctionName", "Value": f"${{{function}}}"}
    else:
        logical_id, _ = queue(retrieval_stack, dimension)
        resource = {"Name": "QueueName", "Value": f"${{{logical_id}.QueueName}}"}

    assert " ".join((alarm["Namespace"], alarm["MetricName"], alarm["Statistic"])) == metric
    assert watched == resource
    assert alarm["Threshold"] == threshold
    assert plain(alarm["AlarmActions"]) == [f"${{{topic}}}"]


def test_over_the_budget_the_topic_is_notified_and_the_source_switched_off(retrieval_stack):
    alarm = alarms(retrieval_stack)["embedding-budget"]
    embed, _ = retrieval_stack.function("embed")
    switch, _ = retrieval_stack.function("embedding-switch")
    topic, _ = retrieval_stack.only("SNS::Topic")

    assert (alarm["Namespace"], alarm["MetricName"]) == ("TasteTrend", "EmbeddingBudgetExceeded")
    assert plain(alarm["Dimensions"]) == [{"Name": "service", "Value": f"${{{embed}}}"}]
    assert plain(alarm["AlarmActions"]) == [f"${{{topic}}}", f"${{{switch}.Arn}}"]


def test_the_source_is_switched_on_each_day_after_the_last_alarm_of_the_day_before(retrieval_stack):
    switch, _ = retrieval_stack.function("embedding-switch")
    _, rule = retrieval_stack.only("Events::Rule")
    (target,) = plain(rule["Targets"])

    assert rule["ScheduleExpression"] == "cron(15 0 * * ? *)"
    assert (target["Arn"], target["Input"]) == (f"${{{switch}.Arn}}", '{"switch":"on"}')


def test_only_the_alarm_and_the_rule_may_invoke_the_switch(retrieval_stack):
    switch, _ = retrieval_stack.function("embedding-switch")
    (alarm,) = (
        logical_id
        for logical_id, each in retrieval_stack.properties("CloudWatch::Alarm").items()
        if each["AlarmName"].endswith("-embedding-budget")
    )
    rule, _ = retrieval_stack.only("Events::Rule")
    allowed = {
        (each["Principal"], plain(each["SourceArn"]))
        for each in retrieval_stack.properties("Lambda::Permission").values()
        if plain(each["FunctionName"]) == f"${{{switch}.Arn}}"
    }

    assert allowed == {
        ("lambda.alarms.cloudwatch.amazonaws.com", f"${{{alarm}.Arn}}"),
        ("events.amazonaws.com", f"${{{rule}.Arn}}"),
    }


def test_the_switch_may_change_the_one_source_and_nothing_else(retrieval_stack):
    source, _ = retrieval_stack.only("Lambda::EventSourceMapping")
    _, function = retrieval_stack.function("embedding-switch")

    assert plain(function["Environment"]["Variables"]) == {"SOURCE_ID": f"${{{source}}}"}
    assert grants_of(retrieval_stack, "embedding-switch") == {
        ("lambda:UpdateEventSourceMapping", f"{ARN}:lambda:{HERE}:event-source-mapping:${{{source}}}"),
        *may_write_logs("embedding-switch"),
    }


def test_the_budget_of_a_day_has_room_for_any_batch(retrieval_stack):
    longest = BATCH * max_tokens("🍜" * 2_000)

    assert retrieval_stack.environment.embedding_tokens_a_day > 2 * longest


def test_no_lifecycle_rule_deletes_manifests(retrieval_stack):
    processed = retrieval_stack.properties("S3::Bucket")["StorageProcessedA33E9072"]
    _, *expiring = processed["LifecycleConfiguration"]["Rules"]

    assert not [rule for rule in expiring if "embeddings/manifests/".startswith(rule["Prefix"])]


def test_the_scanners_find_nothing_in_the_local_stack_with_it(all_retrieval_stacks):
    """The other stacks have it anyway, and are scanned in `test_synthesis.py`."""
    stack = all_retrieval_stacks["local"]
    config = {"regions": ["eu-west-1"], "ignore_checks": [REDUNDANT_DEPENDENCY]}

    assert [str(found) for found in api.lint(stack.template_file.read_text(), config=config)] == []
    assert [
        found.rule_name for found in AwsSolutionsChecks(stack.app).validate_scope(stack.stack).violations
    ] == []
