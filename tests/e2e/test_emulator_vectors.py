"""The emulator has S3 Vectors and embeds texts; the patches for that are still needed, and work."""

import json
import math
from contextlib import contextmanager

import boto3
import pytest
from botocore.exceptions import ClientError

from local import ministack_embeddings
from tests.e2e.conftest import wait_until
from tests.e2e.test_emulator_athena import PATCHED, UNPATCHED, running_app
from tests.e2e.test_emulator_patches import TRUST

MODEL = "amazon.titan-embed-text-v2:0"
HIDDEN = ["_page_content"]
INDEX = {
    "IndexName": "index",
    "DataType": "float32",
    "Dimension": 3,
    "DistanceMetric": "cosine",
    "MetadataConfiguration": {"NonFilterableMetadataKeys": HIDDEN},
}


class Account:
    """The services of an emulator, as the root user or with the credentials of a role."""

    def __init__(self, connection):
        self._connection = connection
        self.vectors, self.stacks = self.client("s3vectors"), self.client("cloudformation")

    def client(self, service):
        return boto3.client(service, **self._connection)

    def deploy(self, name, **changes):
        """Create or update a stack with a bucket of its name and an index; return status and outputs."""
        bucket = {"Type": "AWS::S3Vectors::VectorBucket", "Properties": {"VectorBucketName": name}}
        properties = INDEX | {"VectorBucketArn": {"Fn::GetAtt": ["Bucket", "VectorBucketArn"]}} | changes
        index = {"Type": "AWS::S3Vectors::Index", "Properties": properties}
        template = {
            "Resources": {"Bucket": bucket, "Index": index},
            "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Index", "IndexArn"]}}},
        }
        names = [stack["StackName"] for stack in self.stacks.describe_stacks()["Stacks"]]
        change = self.stacks.update_stack if name in names else self.stacks.create_stack
        change(StackName=name, TemplateBody=json.dumps(template))
        wait_until(lambda: not self._stack(name)["StackStatus"].endswith("IN_PROGRESS"))
        stack = self._stack(name)
        return stack["StackStatus"], [output["OutputValue"] for output in stack.get("Outputs", [])]

    def _stack(self, name):
        (stack,) = self.stacks.describe_stacks(StackName=name)["Stacks"]
        return stack

    def assume(self, *statements):
        """Return the account with the credentials of a role that may do only this."""
        name = f"role-{len(self.client('iam').list_roles()['Roles'])}"
        role = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.client("iam").put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy)
        keys = self.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
        credentials = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        return Account(self._connection | credentials)

    def embed(self, text, model=MODEL, **parameters):
        body = json.dumps({"inputText": text, **parameters})
        return json.load(self.client("bedrock-runtime").invoke_model(modelId=model, body=body)["body"])


class Index:
    """An index with requests that name it."""

    def __init__(self, client, arn):
        self.client, self.arn = client, arn

    def put(self, **records):
        """Put vectors: key → numbers and, optionally, metadata, as a tuple."""
        self.put_records([record(key, *each) for key, each in records.items()])

    def put_records(self, records):
        self.client.put_vectors(indexArn=self.arn, vectors=records)

    def get(self, *keys, **options):
        return self.client.get_vectors(indexArn=self.arn, keys=keys, **options)["vectors"]

    def pages(self):
        pages = self.client.get_paginator("list_vectors").paginate(indexArn=self.arn, maxResults=2)
        return [[vector["key"] for vector in page["vectors"]] for page in pages]

    def query(self, numbers=(1, 0, 0), top=10, **options):
        options = {"queryVector": {"float32": list(numbers)}, "topK": top, **options}
        return self.client.query_vectors(indexArn=self.arn, **options)["vectors"]

    def matching(self, condition):
        """Return the keys that match a filter."""
        return "".join(sorted(vector["key"] for vector in self.query(filter=condition)))

    def clear(self):
        keys = [key for page in self.pages() for key in page]
        if keys:
            self.client.delete_vectors(indexArn=self.arn, keys=keys)


def record(key, numbers, metadata=None):
    return {"key": key, "data": {"float32": list(numbers)}, "metadata": metadata or {}}


@contextmanager
def refused(message, code="ValidationException"):
    """Expect an error of AWS whose message ends with this one."""
    with pytest.raises(ClientError) as error:
        yield
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["Error"]["Message"].endswith(message)


@pytest.fixture(scope="module")
def account():
    with pytest.MonkeyPatch.context() as patch, running_app(PATCHED, patch) as emulator:
        yield Account(emulator.connection)


@pytest.fixture(scope="module")
def unpatched():
    with pytest.MonkeyPatch.context() as patch, running_app(UNPATCHED, patch) as emulator:
        yield Account(emulator.connection)


@pytest.fixture(scope="module")
def deployed(account):
    """Return the ARN of the index of a stack."""
    status, (arn,) = account.deploy("vectors")
    assert status == "CREATE_COMPLETE"
    return arn


@pytest.fixture
def index(account, deployed):
    """Return the index, empty."""
    index = Index(account.vectors, deployed)
    index.clear()
    return index


def test_without_the_patch_there_is_no_index(unpatched):
    with pytest.raises(ClientError):
        unpatched.deploy("vectors")
    with pytest.raises(ClientError):
        unpatched.vectors.create_vector_bucket(vectorBucketName="vectors")


def test_without_the_patch_titan_returns_no_embedding(unpatched):
    assert "embedding" not in unpatched.embed("a text")


def test_an_index_has_the_attributes_of_the_template(account, deployed):
    assert deployed == "arn:aws:s3vectors:us-east-1:000000000000:bucket/vectors/index/index"
    found = account.vectors.get_index(vectorBucketName="vectors", indexName="index")["index"]
    assert (found["indexArn"], found["dimension"]) == (deployed, 3)
    assert found["metadataConfiguration"] == {"nonFilterableMetadataKeys": HIDDEN}


def test_an_index_keeps_its_vectors_until_its_name_changes(account):
    _, (arn,) = account.deploy("changing")
    first = Index(account.vectors, arn)
    first.put_records([record("a", (1, 0, 0))])

    tags = [{"Key": "version", "Value": "2"}]
    assert account.deploy("changing", Tags=tags)[0] == "UPDATE_COMPLETE"
    assert first.pages() == [["a"]]
    assert account.deploy("changing", Dimension=4)[0].startswith("UPDATE_ROLLBACK")
    assert first.pages() == [["a"]]

    status, (arn,) = account.deploy("changing", IndexName="second", Dimension=4)
    assert status == "UPDATE_COMPLETE"
    assert Index(account.vectors, arn).pages() == [[]]
    with refused("The specified index could not be found", "NotFoundException"):
        first.pages()


def test_a_stack_deletes_its_index_and_bucket(account):
    account.deploy("deleted")
    with refused("The specified vector bucket is not empty", "ConflictException"):
        account.vectors.delete_vector_bucket(vectorBucketName="deleted")

    account.stacks.delete_stack(StackName="deleted")
    account.stacks.get_waiter("stack_delete_complete").wait(StackName="deleted")

    assert account.vectors.list_vector_buckets(prefix="delete")["vectorBuckets"] == []
    account.vectors.create_vector_bucket(vectorBucketName="deleted")
    (listed,) = account.vectors.list_vector_buckets(prefix="delete")["vectorBuckets"]
    assert listed["vectorBucketName"] == "deleted"


def test_vectors_are_put_replaced_read_and_deleted(index):
    index.put(a=((1, 0, 0), {"rating": 4, "_page_content": "long"}), b=((0, 0.1, 0),))
    index.put(a=((0, 1, 0), {"rating": 5}))

    assert index.get("b", "a", "none") == [{"key": "b"}, {"key": "a"}]
    (a,) = index.get("a", returnData=True, returnMetadata=True)
    assert (a["data"]["float32"], a["metadata"]) == ([0, 1, 0], {"rating": 5})
    (b,) = index.get("b", returnData=True)
    assert b["data"]["float32"][1] == pytest.approx(0.1, rel=1e-7)
    assert b["data"]["float32"][1] != 0.1  # it is kept as a float32

    index.client.delete_vectors(indexArn=index.arn, keys=["a", "none"])
    assert index.pages() == [["b"]]


def test_vectors_are_listed_in_pages(index):
    index.put(**dict.fromkeys("edcba", ((1, 0, 0),)))

    assert index.pages() == [["a", "b"], ["c", "d"], ["e"]]


def test_a_query_returns_the_nearest_first(index):
    index.put(far=((-2, 0, 0),), near=((3, 0.3, 0),), same=((9, 0, 0),), right=((0, 1, 0),))

    found = index.query(returnDistance=True)
    assert [vector["key"] for vector in found] == ["same", "near", "right", "far"]
    assert [vector["distance"] for vector in found] == pytest.approx(
        [0, 1 - math.cos(math.atan(0.1)), 1, 2], abs=1e-6
    )
    assert index.query(top=1) == [{"key": "same"}]


def test_a_query_returns_all_metadata(index):
    index.put(a=((1, 0, 0), {"rating": 4, "_page_content": "We waited."}))

    (found,) = index.query(returnMetadata=True)
    assert found["metadata"] == {"rating": 4, "_page_content": "We waited."}


FILTERS = [
    ({"city": "Rome"}, "a"),
    ({"city": {"$eq": "Rome"}}, "a"),
    ({"city": {"$ne": "Rome"}}, "bcd"),
    ({"city": {"$in": ["Rome", "Oslo"]}}, "ab"),
    ({"city": {"$nin": ["Rome", "Oslo"]}}, "cd"),
    ({"city": {"$exists": True}}, "ab"),
    ({"city": {"$exists": False}}, "cd"),
    ({"rating": {"$gt": 2}}, "a"),
    ({"rating": {"$gte": 2}}, "ab"),
    ({"rating": {"$lt": 2}}, "c"),
    ({"rating": {"$lte": 2, "$gte": 2}}, "b"),
    ({"rating": "2"}, ""),
    ({"rating": {"$in": [1, True]}}, "c"),
    ({"good": True}, "d"),
    ({"good": 1}, ""),
    ({"tags": "slow"}, "c"),
    ({"tags": {"$ne": "slow"}}, "abd"),
    ({"$and": [{"city": {"$exists": True}}, {"rating": {"$gt": 2}}]}, "a"),
    ({"$or": [{"city": "Oslo"}, {"$and": [{"good": True}]}]}, "bd"),
]


@pytest.mark.parametrize(("condition", "keys"), FILTERS, ids=[str(each[0]) for each in FILTERS])
def test_a_filter_selects_by_metadata(index, condition, keys):
    index.put(
        a=((1, 0, 0), {"city": "Rome", "rating": 4.5}),
        b=((1, 0, 0), {"city": "Oslo", "rating": 2}),
        c=((1, 0, 0), {"rating": 1, "tags": ["slow", "loud"]}),
        d=((1, 0, 0), {"good": True}),
    )

    assert index.matching(condition) == keys


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"city": "Rome", "rating": 4},
        {"$and": []},
        {"$or": {"city": "Rome"}},
        {"$and": [{}]},
        {"city": {}},
        {"city": {"$eg": "Rome"}},
        {"city": {"$eq": None}},
        {"city": ["Rome"]},
        {"city": {"$in": []}},
        {"city": {"$in": "Rome"}},
        {"rating": {"$gt": "2"}},
        {"rating": {"$gt": True}},
        {"city": {"$exists": "yes"}},
    ],
    ids=str,
)
def test_an_invalid_filter_is_refused(index, condition):
    with refused("Invalid filter"):
        index.query(filter=condition)


def test_a_hidden_key_cannot_be_filtered(index):
    with refused("Invalid use of non-filterable metadata in filter"):
        index.query(filter={"$and": [{"_page_content": "We waited."}]})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (record("a", (1, 0)), "vector must have length 3, but has length 2"),
        (record("a", (0, 0, 0)), "cosine distance does not support vectors with zero norm"),
        (record("a", (1e39, 0, 0)), "vector contains NaNs or Infs"),
        (record("a", (1, 0, 0), {"key": None}), "must be strings, numbers, booleans, or arrays"),
        (record("a", (1, 0, 0), {"key": {"a": 1}}), "must be strings, numbers, booleans, or arrays"),
        (record("a", (1, 0, 0), {"_page_content": []}), "Empty arrays are not allowed in metadata"),
        (record("a", (1, 0, 0), {"key": [1, "a"]}), "array values must be strings or numbers"),
        (record("a", (1, 0, 0), {f"{n}": n for n in range(51)}), "object must have at most 50 keys"),
        (record("a", (1, 0, 0), {"f": "x" * 2036}), "Filterable metadata must have at most 2048 bytes"),
        (record("a", (1, 0, 0), {"f": "é" * 1018}), "Filterable metadata must have at most 2048 bytes"),
        (record("a", (1, 0, 0), {HIDDEN[0]: "x" * 40936}), "object must have at most 40960 bytes"),
        (record("中" * 342, (1, 0, 0)), "Record key length exceeds the maximum allowed"),
    ],
)
def test_a_record_beyond_a_limit_is_refused_with_all_others(index, given, problem):
    with refused(problem):
        index.put_records([record("good", (1, 0, 0)), given])

    assert index.pages() == [[]]


def test_a_record_at_the_limits_is_accepted(index):
    index.put(
        a=((1, 0, 0), {"f": "x" * 1620, "numbers": [1e300] * 50}),
        b=((1, 0, 0), {"f": "é" * 1017}),
        c=((1, 0, 0), {HIDDEN[0]: "x" * 40935}),
        d=((1, 0, 0), {str(number): True for number in range(50)}),
    )

    assert sum(len(page) for page in index.pages()) == 4


def test_a_request_with_too_many_items_is_refused(index):
    keys = [f"{number}" for number in range(501)]
    with refused(
        "Value with length 501 at '/vectors' failed to satisfy constraint: Member must have length "
        "between 1 and 500, inclusive"
    ):
        index.put_records([record(key, (1, 0, 0)) for key in keys])
    with refused("Member must have length between 1 and 500, inclusive"):
        index.client.delete_vectors(indexArn=index.arn, keys=keys)
    with refused("Member must have length between 1 and 100, inclusive"):
        index.get(*keys[:101])
    with refused("Member must be less than or equal to 100"):
        index.query(top=101)

    index.put_records([record(key, (1, 0, 0)) for key in keys[:500]])
    assert len(index.get(*keys[:100])) == len(index.query(top=100)) == 100


def test_half_of_a_surrogate_pair_fails_the_request(index):
    with refused("UnknownError", "SerializationException"):
        index.put(a=((1, 0, 0), {"key": "\ud83d"}))


def test_a_query_vector_must_fit_the_index(index):
    for numbers in ((1, 0), (0, 0, 0)):
        with refused("Query vector contains invalid values or is invalid for this index"):
            index.query(numbers)


def allow(resource, *actions):
    return {"Effect": "Allow", "Action": [*actions], "Resource": resource}


def test_a_role_may_only_do_what_its_policy_allows_on_the_index(account, index):
    _, (other,) = account.deploy("forbidden")
    writer = account.assume(allow(index.arn, "s3vectors:PutVectors", "s3vectors:DeleteVectors")).vectors

    Index(writer, index.arn).put(a=((1, 0, 0),))
    writer.delete_vectors(indexArn=index.arn, keys=["b"])
    writer.delete_vectors(vectorBucketName="vectors", indexName="index", keys=["b"])

    for denied in (
        lambda: Index(writer, other).put(a=((1, 0, 0),)),
        Index(writer, index.arn).query,
        lambda: Index(writer, index.arn).get("a"),
        lambda: writer.delete_index(indexArn=index.arn),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            denied()


def test_reading_metadata_needs_a_second_permission(account, index):
    index.put(a=((1, 0, 0), {"rating": 4}))
    query, get = "s3vectors:QueryVectors", "s3vectors:GetVectors"
    asker = Index(account.assume(allow(index.arn, query, get)).vectors, index.arn)
    ranker = Index(account.assume(allow(index.arn, query)).vectors, index.arn)

    assert asker.query(filter={"rating": 4}, returnMetadata=True)
    assert ranker.query() == [{"key": "a"}]
    for options in ({"filter": {"rating": 4}}, {"returnMetadata": True}):
        with pytest.raises(ClientError, match=get):
            ranker.query(**options)


def test_a_role_may_only_invoke_the_models_that_its_policy_allows(account):
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
    role = account.assume(allow(arn, "bedrock:InvokeModel"))

    assert role.embed("a text")["inputTextTokenCount"] == 4
    with pytest.raises(ClientError, match="AccessDenied"):
        role.embed("a text", model="amazon.titan-embed-text-v1")


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_a_paraphrase_is_nearer_than_another_topic(account):
    texts = ("We waited an hour for our food.", "The service was very slow.", "The sea was warm and clear.")
    waiting, slow, sea = (account.embed(text)["embedding"] for text in texts)

    assert cosine(waiting, slow) > cosine(waiting, sea) + 0.1


def test_an_embedding_has_the_form_of_titans(account):
    response = account.embed("A text.")

    assert response == account.embed("A text.")
    assert response["embeddingsByType"] == {"float": response["embedding"]}
    assert response["embedding"][384:] == [0] * 640
    assert cosine(response["embedding"], response["embedding"]) == pytest.approx(1)


@pytest.mark.parametrize("dimensions", [256, 512, 1024])
def test_the_length_and_the_norm_of_an_embedding_can_be_chosen(account, dimensions):
    unit = account.embed("A text.", dimensions=dimensions)["embedding"]
    longer = account.embed("A text.", dimensions=dimensions, normalize=False)["embedding"]

    assert len(unit) == len(longer) == dimensions
    norm = math.sqrt(cosine(longer, longer))
    assert norm > 1.5
    assert [number / norm for number in longer] == pytest.approx(unit, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "parameters", "problem"),
    [
        ("", {}, "expected minLength: 1, actual: 0, please reformat your input and try again."),
        (None, {}, "required key [inputText] not found, please reformat your input and try again."),
        ("x" * 50_001, {}, "maxLength: 50000, actual: 50001, please reformat your input and try again."),
        ("a " * 8192, {}, "Too many input tokens. Max input tokens: 8192, request input token count: 8194"),
        (
            "a",
            {"dimensions": 384},
            "384 is not a valid enum value, please reformat your input and try again.",
        ),
        (
            "a",
            {"texts": []},
            "extraneous key [texts] is not permitted, please reformat your input and try again.",
        ),
        ("\ud83d", {}, "not valid Unicode, please reformat your input and try again."),
    ],
    ids=str,
)
def test_an_invalid_text_is_refused(account, text, parameters, problem):
    with refused(problem):
        account.embed(text, **parameters)


@pytest.fixture
def not_loaded(monkeypatch):
    """Make this process load the model again."""
    ministack_embeddings._load.cache_clear()  # noqa: SLF001 # other tests may have loaded it
    return monkeypatch


def test_missing_packages_are_reported_with_the_command_that_installs_them(not_loaded):
    not_loaded.setattr(ministack_embeddings, "_TOKENIZER", ("a-missing-package", "tokenizer.json"))

    status, _, body = ministack_embeddings.invoke_model(MODEL, {}, b'{"inputText": "not embedded before"}')

    assert status == 400
    assert "make .venv/.retrieval" in json.loads(body)["message"]


def test_a_changed_model_is_not_used(not_loaded):
    not_loaded.setattr(ministack_embeddings, "_MODEL_SHA256", "0" * 64)

    with pytest.raises(RuntimeError, match="does not have the expected SHA-256"):
        ministack_embeddings.invoke_model(MODEL, {}, b'{"inputText": "not embedded before"}')
