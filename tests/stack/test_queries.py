"""The curated data can be queried: tables and views as Athena needs them, and a limited workgroup."""

import base64
import json
import re

import pyarrow as pa
import pytest

from tastetrend_etl.curated import CURATED_REVIEWS
from tastetrend_etl.schema import RESTAURANTS
from tests.stack.plain import plain

GLUE_TYPES = {
    pa.string(): "string",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.timestamp("us"): "timestamp",
    pa.list_(pa.string()): "array<string>",
}
TRINO_TYPES = {
    "string": "varchar",
    "int": "integer",
    "timestamp": "timestamp(3)",
    "array<string>": "array(varchar)",
}


@pytest.fixture
def entries(any_stack):
    """Return the tables and views of the database, by name."""
    tables = any_stack.properties("Glue::Table").values()
    assert {table["DatabaseName"] for table in tables} == {f"tastetrend_{any_stack.name}"}
    return {table["TableInput"]["Name"]: plain(table["TableInput"]) for table in tables}


def definition(view):
    """Return the definition in a view's comment."""
    encoded = re.fullmatch(r"/\* Presto View: (\S+) \*/", view["ViewOriginalText"])
    return json.loads(base64.b64decode(encoded[1]))


def test_there_are_two_tables_and_two_views(entries):
    assert {name: entry["TableType"] for name, entry in entries.items()} == {
        "review_rows": "EXTERNAL_TABLE",
        "restaurants": "EXTERNAL_TABLE",
        "reviews": "VIRTUAL_VIEW",
        "reviews_by_month": "VIRTUAL_VIEW",
    }


@pytest.mark.parametrize(
    ("name", "prefix", "schema"),
    [("review_rows", "reviews", CURATED_REVIEWS), ("restaurants", "restaurants", RESTAURANTS)],
)
def test_a_table_has_the_columns_of_the_curated_parts(name, prefix, schema, entries, any_stack):
    storage = entries[name]["StorageDescriptor"]

    assert storage["Location"] == f"s3://{any_stack.bucket('processed')}/curated/{prefix}/"
    assert storage["Columns"] == [{"Name": field.name, "Type": GLUE_TYPES[field.type]} for field in schema]
    assert "parquet" in storage["SerdeInfo"]["SerializationLibrary"].lower()


def test_athena_finds_what_it_requires_of_an_entry(entries):
    for entry in entries.values():
        assert entry["PartitionKeys"] == []
        assert entry["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]


@pytest.mark.parametrize("name", ["reviews", "reviews_by_month"])
def test_a_view_is_written_as_athena_writes_it(name, entries, any_stack):
    view = entries[name]
    found = definition(view)

    assert view["Parameters"] == {"presto_view": "true", "comment": "Presto View"}
    assert view["ViewExpandedText"] == "/* Presto View */"
    assert (found["catalog"], found["schema"]) == ("awsdatacatalog", f"tastetrend_{any_stack.name}")
    assert f"FROM tastetrend_{any_stack.name}." in found["originalSql"]
    assert found["columns"] == [
        {"name": column["Name"], "type": TRINO_TYPES.get(column["Type"], column["Type"])}
        for column in view["StorageDescriptor"]["Columns"]
    ]


def test_no_column_is_a_customers_name(entries):
    names = {column["Name"] for entry in entries.values() for column in entry["StorageDescriptor"]["Columns"]}

    assert names.isdisjoint({"customer_name", "extra"})
    assert "customer_pseudonym" in names


def test_the_workgroup_decides_the_place_of_results_and_the_size_of_a_query(any_stack):
    _, workgroup = any_stack.only("Athena::WorkGroup", Name=f"tastetrend-{any_stack.name}")
    configuration = plain(workgroup["WorkGroupConfiguration"])

    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["BytesScannedCutoffPerQuery"] == 10 << 30
    encryption = configuration["ResultConfiguration"].pop("EncryptionConfiguration")
    assert configuration["ResultConfiguration"] == {
        "OutputLocation": f"s3://{any_stack.bucket('processed')}/queries/",
        "ExpectedBucketOwner": "${AWS::AccountId}",
    }
    if not any_stack.environment.kms_key:  # otherwise test_data_key.py
        assert encryption == {"EncryptionOption": "SSE_S3"}


def test_results_expire_after_seven_days(any_stack):
    processed = any_stack.properties("S3::Bucket")["StorageProcessedA33E9072"]
    _, rule, *_ = processed["LifecycleConfiguration"]["Rules"]

    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("queries/", 7)
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
