"""Datasets become vectors by themselves, once, and only while they are there."""

import hashlib
import io
import json
import os
import re
import subprocess
from collections import Counter
from urllib.parse import quote_plus

import boto3
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from local.deploy import bootstrap, deploy
from local.emulator import PROJECT, running
from ops.ask import QUEUE_COUNTS
from tastetrend_embed.manifest import PREFIX
from tastetrend_embed.mask import mask
from tastetrend_embed.sentences import split_sentences
from tastetrend_etl.output_keys import dataset_keys
from tests.cli.commands import SCRIPT
from tests.e2e.conftest import FailureQueue, Store, reviews, wait_until
from tests.e2e.test_permissions import assert_denied

FILES = ("tastetrend_uptown_reviews.csv", "tastetrend_downtown_reviews.csv")
LINES = 60  # of each file, because each new sentence takes the local model time
ALLOWED = {
    *("review_id", "restaurant_name", "location", "location_key", "rating", "date", "customer"),
    *("_page_content", "_node_content", "_node_type", "source_file", "source_row"),
}
NO_MODEL = {"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": "*"}


@pytest.fixture(scope="module")
def connection():
    with running() as emulator:
        bootstrap(emulator)
        yield emulator.connection, deploy(emulator, PROJECT, "retrieval=on"), emulator.environment


@pytest.fixture(scope="module")
def stack(connection):
    """Return the outputs of a stack with retrieval."""
    return connection[1]


@pytest.fixture(scope="module")
def connect(connection):
    return lambda service, **credentials: boto3.client(service, **connection[0] | credentials)


@pytest.fixture(scope="module")
def bucket(connect, stack):
    failures = FailureQueue(connect("sqs"), stack["FailureQueueUrl"])
    return Store(connect("s3"), stack["RawBucketName"], stack["ProcessedBucketName"], failures)


class Retrieval:
    """The queue of the embedding function, and its index."""

    def __init__(self, connect, stack, bucket):
        self.sqs, self.vectors, self.stack, self.bucket = connect("sqs"), connect("s3vectors"), stack, bucket
        dead = self.sqs.get_queue_url(QueueName="tastetrend-local-embedding-dead")
        self.dead_letters = FailureQueue(self.sqs, dead["QueueUrl"])

    def waiting(self):
        """Return how many messages are in the queue, those included that the function has received."""
        url = self.stack["EmbeddingQueueUrl"]
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=QUEUE_COUNTS)["Attributes"]

    def is_idle(self):
        return not any(map(int, self.waiting().values()))

    def send(self, dataset):
        """Send the event of a dataset once more, as SQS may."""
        s3 = {"bucket": {"name": self.stack["ProcessedBucketName"]}, "object": {"key": quote_plus(dataset)}}
        body = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3}]}
        self.sqs.send_message(QueueUrl=self.stack["EmbeddingQueueUrl"], MessageBody=json.dumps(body))

    def index(self):
        """Return key → vector with its metadata, of the whole index."""
        pages = self.vectors.get_paginator("list_vectors").paginate(
            vectorBucketName=self.stack["VectorBucketName"],
            indexName=self.stack["VectorIndexName"],
            returnData=True,
            returnMetadata=True,
        )
        return {vector["key"]: vector for page in pages for vector in page["vectors"]}

    def of(self, dataset):
        """Return the vectors of a dataset."""
        prefix = hashlib.blake2b(dataset.encode(), digest_size=6).hexdigest()
        return {key: each for key, each in self.index().items() if key.startswith(f"{prefix}-")}


@pytest.fixture(scope="module")
def retrieval(connect, stack, bucket):
    return Retrieval(connect, stack, bucket)


def upload(bucket, retrieval, key, content):
    """Upload a raw file, wait until its vectors are complete, and return the dataset's key."""
    bucket.upload(key, content)
    bucket.await_outcome(key)
    dataset = dataset_keys(key)["reviews"]
    wait_until(lambda: retrieval.dead_letters.count() or (retrieval.is_idle() and retrieval.of(dataset)))
    assert not retrieval.dead_letters.count(), retrieval.dead_letters.take()
    return dataset


@pytest.fixture(scope="module")
def datasets(bucket, retrieval):
    """Upload the first lines of two samples; return the keys of their datasets."""
    contents = {
        name: b"".join((PROJECT / "samples" / name).read_bytes().splitlines(keepends=True)[:LINES])
        for name in FILES
    }
    return [upload(bucket, retrieval, *each) for each in contents.items()]


def rows_of(bucket, dataset):
    return pq.read_table(io.BytesIO(bucket.read(dataset))).to_pylist()


def sentences_of(row):
    return split_sentences(mask(row["review_text"] or "", row["customer_name"]))


def test_each_sentence_of_each_review_is_one_vector(datasets, bucket, retrieval):
    for dataset in datasets:
        expected = Counter(
            (row["review_id"], sentence) for row in rows_of(bucket, dataset) for sentence in sentences_of(row)
        )
        metadata = [each["metadata"] for each in retrieval.of(dataset).values()]

        assert len(expected) > LINES
        assert Counter((each["review_id"], each["_page_content"]) for each in metadata) == expected


def test_every_vector_has_the_length_one_and_metadata_without_names(datasets, bucket, retrieval):
    names = {row["customer_name"] for dataset in datasets for row in rows_of(bucket, dataset)} - {None}
    index = retrieval.index()

    assert names
    for vector in index.values():
        assert sum(number**2 for number in vector["data"]["float32"]) == pytest.approx(1, abs=1e-3)
        assert vector["metadata"].keys() <= ALLOWED
    text = json.dumps([vector["metadata"] for vector in index.values()], ensure_ascii=False)
    assert [name for name in names if name in text] == []


@pytest.fixture
def without_model(connect):
    """Deny the function its model while a test runs."""
    iam, role = connect("iam"), "tastetrend-local-embed-role"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [NO_MODEL]})
    iam.put_role_policy(RoleName=role, PolicyName="no-model", PolicyDocument=policy)
    yield
    iam.delete_role_policy(RoleName=role, PolicyName="no-model")


@pytest.mark.usefixtures("without_model")
def test_an_event_that_comes_again_calls_no_model(datasets, retrieval):
    before = retrieval.index()
    retrieval.send(datasets[0])
    wait_until(retrieval.is_idle)  # with a call, the message would fail and stay

    assert retrieval.index() == before


def test_the_role_writes_vectors_and_neither_searches_nor_calls_another_model(connect, stack):
    role = connect("iam").get_role(RoleName="tastetrend-local-embed-role")["Role"]
    signed = connect("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="retrieval")["Credentials"]
    credentials = {
        "aws_access_key_id": signed["AccessKeyId"],
        "aws_secret_access_key": signed["SecretAccessKey"],
        "aws_session_token": signed["SessionToken"],
    }
    vectors, model = connect("s3vectors", **credentials), connect("bedrock-runtime", **credentials)
    index = {"vectorBucketName": stack["VectorBucketName"], "indexName": stack["VectorIndexName"]}
    body = json.dumps({"inputText": "soup"})

    vectors.delete_vectors(**index, keys=["nothing-has-this-key"])
    model.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=body)
    assert_denied(vectors.query_vectors, **index, queryVector={"float32": [1.0] * 1_024}, topK=1)
    assert_denied(vectors.delete_index, **index)
    assert_denied(model.invoke_model, modelId="amazon.titan-embed-text-v1", body=body)


def test_the_vectors_of_a_deleted_dataset_are_deleted_and_those_of_its_copy_stay(bucket, retrieval, datasets):
    first, _ = datasets
    content = (PROJECT / "samples" / FILES[0]).read_bytes().splitlines(keepends=True)[:LINES]
    copy = upload(bucket, retrieval, f"copies/{FILES[0]}", b"".join(content))
    copied, others = retrieval.of(copy), retrieval.of(datasets[1])
    bucket.s3.delete_object(Bucket=bucket.processed, Key=first)
    wait_until(lambda: not retrieval.of(first) and retrieval.is_idle())

    assert len(copied) == len(retrieval.of(copy)) > LINES
    assert retrieval.of(datasets[1]) == others


@pytest.fixture
def set_budget(connect):
    """Return a function that deploys the embedding function with another budget, until the test ends."""
    functions, name = connect("lambda"), "tastetrend-local-embed"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def set_variables(**changed):
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables | changed}
        )

    yield lambda tokens: set_variables(EMBEDDING_TOKENS_A_DAY=str(tokens))
    set_variables()


@pytest.fixture
def switch(connect):
    """Return a function that invokes the switch with an event, and returns the state of the mapping."""
    functions = connect("lambda")

    def invoke(event):
        response = functions.invoke(
            FunctionName="tastetrend-local-embedding-switch", Payload=json.dumps(event)
        )
        assert "FunctionError" not in response, response["Payload"].read()
        (mapping,) = functions.list_event_source_mappings(FunctionName="tastetrend-local-embed")[
            "EventSourceMappings"
        ]
        return mapping["State"]

    yield invoke
    invoke({"switch": "on"})


def test_over_the_budget_a_file_waits_and_is_embedded_completely_after_it_was_raised(
    bucket, retrieval, datasets, set_budget, switch
):
    key, before = "over-budget.csv", retrieval.index()
    dataset = dataset_keys(key)["reviews"]
    manifest = PREFIX + dataset
    set_budget(10)
    bucket.upload(key, reviews("Nobody has a budget. Nobody waits.", "The soup was green"))
    bucket.await_outcome(key)
    wait_until(lambda: retrieval.waiting()["ApproximateNumberOfMessagesDelayed"] == "1")
    wait_until(lambda: retrieval.waiting()["ApproximateNumberOfMessagesNotVisible"] == "0")
    assert bucket.versions(manifest)[manifest] == 2  # planned, then given up
    assert switch({"source": "aws.cloudwatch", "alarmData": {"state": {"value": "ALARM"}}}) == "Disabled"
    retrieval.sqs.purge_queue(QueueUrl=retrieval.stack["EmbeddingQueueUrl"])
    retrieval.send(dataset)  # in place of the message that comes after 15 minutes
    assert retrieval.waiting()["ApproximateNumberOfMessages"] == "1"
    assert retrieval.index() == before

    set_budget(1_000_000)
    assert switch({"switch": "on"}) == "Enabled"
    wait_until(lambda: retrieval.is_idle() and retrieval.of(dataset))
    embedded = retrieval.of(dataset)
    assert sorted(each["metadata"]["_page_content"] for each in embedded.values()) == sorted(
        sentence for row in rows_of(bucket, dataset) for sentence in sentences_of(row)
    )
    assert retrieval.index() == before | embedded


@pytest.mark.usefixtures("without_model")
def test_a_dataset_whose_model_call_is_denied_waits_in_the_queue(bucket, retrieval):
    """It shows too that the test above would notice a call."""
    key = "denied.csv"
    bucket.upload(key, b"review_id,date,rating,review_text\n1,2024-05-01,4,Nobody has written this before\n")
    bucket.await_outcome(key)
    wait_until(lambda: retrieval.waiting()["ApproximateNumberOfMessagesNotVisible"] == "1")

    assert retrieval.of(dataset_keys(key)["reviews"]) == {}


def names_left(connect):
    """Return the names of the project's resources of each kind that the account has."""
    listed = {
        "s3": connect("s3").list_buckets()["Buckets"],
        "lambda": connect("lambda").list_functions()["Functions"],
        "sqs": connect("sqs").list_queues().get("QueueUrls", []),
        "sns": connect("sns").list_topics()["Topics"],
        "logs": connect("logs").describe_log_groups()["logGroups"],
        "iam": connect("iam").list_roles()["Roles"],
        "alarms": connect("cloudwatch").describe_alarms()["MetricAlarms"],
        "dashboards": connect("cloudwatch").list_dashboards()["DashboardEntries"],
        "states": connect("stepfunctions").list_state_machines()["stateMachines"],
        "glue": connect("glue").get_databases()["DatabaseList"],
        "athena": connect("athena").list_work_groups()["WorkGroups"],
        "sources": connect("lambda").list_event_source_mappings()["EventSourceMappings"],
    }
    return {kind for kind, entries in listed.items() if re.search("tastetrend.local", str(entries))}


@pytest.mark.usefixtures("datasets")
def test_destroying_the_environment_leaves_nothing(connection, connect, stack):
    """The last test of this module, as nothing is left for another one."""
    environment = os.environ | connection[2]
    command = [SCRIPT, "destroy", "--env", "local", "--json"]
    before = names_left(connect)
    shown = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603 # our own
    assert len(before) == 12
    assert names_left(connect) == before
    assert {each["bucket"].split("-")[2] for each in json.loads(shown.stdout)["buckets"]} == {
        *("raw", "processed", "artifacts", "access"),
    }

    index = {"vectorBucketName": stack["VectorBucketName"], "indexName": stack["VectorIndexName"]}
    connect("s3vectors").get_index(**index)

    subprocess.run([*command, "--yes"], env=environment, check=True)  # noqa: S603 # our own

    assert names_left(connect) == set()
    with pytest.raises(ClientError, match="NotFound"):
        connect("s3vectors").get_index(**index)
