"""One function erases customers, and its role alone may delete versions of objects."""

from tests.stack.plain import as_list, policy_statements
from tests.stack.test_batch import PROCESSED, RAW, grants_of, may_write_logs


def test_the_function_reads_all_versions_rewrites_raw_files_and_deletes(any_stack):
    assert grants_of(any_stack, "erase") == {
        *(
            (f"s3:{call}", bucket)
            for call in ("ListBucket", "ListBucketVersions")
            for bucket in (RAW, PROCESSED)
        ),
        *(
            (f"s3:{call}", f"{bucket}/*")
            for call in ("GetObject", "GetObjectVersion", "DeleteObject", "DeleteObjectVersion")
            for bucket in (RAW, PROCESSED)
        ),
        ("s3:PutObject", f"{RAW}/*"),
        *(
            ("secretsmanager:GetSecretValue", f"${{{secret}}}")
            for secret in any_stack.properties("SecretsManager::Secret")
        ),
        *may_write_logs("erase"),
    }


def test_no_other_role_may_delete_a_version(any_stack):
    may_delete = {
        logical_id
        for logical_id, statement in policy_statements(any_stack.document)
        if statement["Effect"] == "Allow" and "s3:DeleteObjectVersion" in as_list(statement["Action"])
    }

    assert len(may_delete) == 1


def test_the_command_finds_the_function(any_stack):
    logical_id, function = any_stack.function("erase")

    assert any_stack.document["Outputs"]["EraseFunctionName"]["Value"] == {"Ref": logical_id}
    assert function["Handler"] == "erase.lambda_handler"
