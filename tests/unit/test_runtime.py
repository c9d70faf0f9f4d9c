"""What the code runs on, and whether its SDK can write under conditions."""

import platform
from importlib.metadata import version
from types import SimpleNamespace

import pytest
from botocore.model import ServiceModel

from tastetrend_etl.runtime import describe_runtime

CONDITIONS = {
    "PutObject": ["IfMatch", "IfNoneMatch"],
    "CompleteMultipartUpload": ["IfMatch", "IfNoneMatch"],
    "DeleteObject": ["IfMatch"],
}


def client(conditions):
    """Return what is looked at of a client whose model of S3 has these members."""
    shapes = {
        operation: {"type": "structure", "members": {name: {"shape": "Text"} for name in names}}
        for operation, names in conditions.items()
    }
    operations = {
        operation: {"name": operation, "http": {}, "input": {"shape": operation}} for operation in conditions
    }
    model = ServiceModel({"operations": operations, "shapes": shapes | {"Text": {"type": "string"}}}, "s3")
    return SimpleNamespace(meta=SimpleNamespace(service_model=model))


def test_the_versions_of_python_and_of_the_libraries_are_told(store):
    runtime = describe_runtime(store.client)

    assert runtime.pop("python") == platform.python_version()
    assert runtime.pop("conditional_writes") == "supported"
    assert runtime == {
        name: version(name) for name in ("boto3", "botocore", "pyarrow", "pandas", "awswrangler")
    }


@pytest.mark.parametrize(
    ("operation", "members", "lacking"),
    [
        ("PutObject", ["IfNoneMatch"], "PutObject lacks IfMatch"),
        ("CompleteMultipartUpload", [], "CompleteMultipartUpload lacks IfMatch, IfNoneMatch"),
        ("DeleteObject", [], "DeleteObject lacks IfMatch"),
    ],
)
def test_an_sdk_that_lacks_a_condition_is_recognised(operation, members, lacking):
    assert describe_runtime(client(CONDITIONS))["conditional_writes"] == "supported"
    assert describe_runtime(client(CONDITIONS | {operation: members}))["conditional_writes"] == lacking
