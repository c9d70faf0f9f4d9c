"""Fixtures: the handler with an index and a model, and datasets of reviews in S3."""

import importlib
import io
import json
from dataclasses import dataclass, field
from hashlib import blake2b

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tastetrend_embed.embedding import DIMENSIONS, Embedder
from tastetrend_etl.schema import REVIEWS
from tests.unit.conftest import PROCESSED, LambdaContext
from tests.unit.embed.reviews import KEY, ROW, notification
from tests.unit.serial import SerialExecutor

BUCKET, INDEX = "tastetrend-local-vectors-1", "reviews-titan-v2-1024"


@dataclass
class FakeModel:
    """A client of Bedrock: embeds a text as numbers of its hash, and can reject texts.

    Attributes:
        texts: of each request, in order.
        rejected: texts that the model rejects, None for all.
    """

    texts: list[str] = field(default_factory=list)
    rejected: set[str] | None = field(default_factory=set)
    error: str = "ValidationException"

    def invoke_model(self, *, modelId, body):  # noqa: ARG002, N803 # the SDK's
        text = json.loads(body)["inputText"]
        self.texts.append(text)
        if self.rejected is None or text in self.rejected:
            raise ClientError({"Error": {"Code": self.error, "Message": text}}, "InvokeModel")
        numbers = [each / 256 for each in blake2b(text.encode(), digest_size=64).digest()]
        answer = {"embedding": numbers * (DIMENSIONS // 64), "inputTextTokenCount": len(text.split())}
        body = io.BytesIO(json.dumps(answer).encode())
        return {"body": body, "ResponseMetadata": {"RetryAttempts": 0}}


@dataclass
class Deployment:
    """The function with its queue, its index and its model."""

    handler: object
    model: FakeModel
    s3: object
    vectors_client: object
    queue: object

    def put(self, *rows, key=KEY, schema=REVIEWS, row_group_size=None, sha256=None):
        """Write a dataset of rows, each given by what differs from `ROW`; `sha256` as its metadata say."""
        file = io.BytesIO()
        table = pa.Table.from_pylist([ROW | row for row in rows], REVIEWS).select(schema.names)
        pq.write_table(table, file, row_group_size=row_group_size)
        metadata = {"content-sha256": sha256} if sha256 else {}
        self.s3.put_object(Bucket=PROCESSED, Key=key, Body=file.getvalue(), Metadata=metadata)

    def send(self, *bodies, remaining_ms=300_000):
        """Invoke the function with a message for each body; return the numbers of the failed ones."""
        records = [
            {"messageId": str(number), "eventSource": "aws:sqs", "body": body}
            for number, body in enumerate(bodies)
        ]
        context = LambdaContext(remaining_ms=remaining_ms)
        response = self.handler.lambda_handler({"Records": records}, context)
        return [int(each["itemIdentifier"]) for each in response["batchItemFailures"]]

    def notify(self, key=KEY, name="ObjectCreated:Put", **options):
        """Send the notification of an object."""
        return self.send(notification(key, name), **options)

    def vectors(self):
        """Return key → metadata of all vectors."""
        listed = self.vectors_client.list_vectors(
            vectorBucketName=BUCKET, indexName=INDEX, returnMetadata=True, returnData=True
        )
        return {each["key"]: each["metadata"] for each in listed["vectors"]}

    def sentences(self):
        return sorted(metadata["_page_content"] for metadata in self.vectors().values())


@pytest.fixture
def deployment(store, monkeypatch):
    """Return the function as after a cold start, with an empty index."""
    queue = boto3.resource("sqs").create_queue(QueueName="tastetrend-local-embedding")
    variables = {
        "VECTOR_BUCKET": BUCKET,
        "VECTOR_INDEX": INDEX,
        "EMBEDDING_MODEL": "amazon.titan-embed-text-v2:0",
        "EMBEDDING_TOKENS_A_DAY": "1000000",
        "EMBEDDING_USD_PER_1000_TOKENS": "0.00002",
        "QUEUE_URL": queue.url,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3vectors")
    client.create_vector_bucket(vectorBucketName=BUCKET)
    client.create_index(
        vectorBucketName=BUCKET,
        indexName=INDEX,
        dataType="float32",
        dimension=DIMENSIONS,
        distanceMetric="cosine",
    )
    handler = importlib.reload(importlib.import_module("embed"))
    model = FakeModel()
    handler.EMBEDDER = Embedder(model, "a model", SerialExecutor(), handler.BUDGET)
    return Deployment(handler, model, store.client, client, queue)
