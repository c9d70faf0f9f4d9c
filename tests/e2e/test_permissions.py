"""The function's role permits its work and nothing else, tested with the role's credentials."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

KEY = "permissions/reviews.csv"


@pytest.fixture(scope="module")
def raw_object(store):
    store.upload(KEY, b"")
    store.await_outcome(KEY)


@pytest.fixture
def as_function(emulator, client, outputs):
    """Return an S3 client with the credentials of the function's role."""
    function = client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    role = client("sts").assume_role(RoleArn=function["Role"], RoleSessionName="permissions")["Credentials"]
    credentials = {
        "aws_access_key_id": role["AccessKeyId"],
        "aws_secret_access_key": role["SecretAccessKey"],
        "aws_session_token": role["SessionToken"],
    }
    return boto3.client("s3", **(emulator.connection | credentials))


def assert_denied(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.usefixtures("raw_object")
class TestTheFunctionMay:
    """Permissions that the pipeline needs."""

    def test_read_raw_objects(self, as_function, outputs):
        assert as_function.get_object(Bucket=outputs["RawBucketName"], Key=KEY)["ContentLength"] == 0

    def test_detect_that_a_raw_object_is_missing(self, as_function, outputs):
        with pytest.raises(ClientError) as caught:
            as_function.head_object(Bucket=outputs["RawBucketName"], Key="permissions/gone.csv")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404

    def test_write_and_read_processed_objects(self, as_function, outputs):
        target = {"Bucket": outputs["ProcessedBucketName"], "Key": "processed/permissions/written"}
        as_function.put_object(**target, Body=b"written")
        assert as_function.get_object(**target)["Body"].read() == b"written"

    @pytest.mark.parametrize("prefix", ["processed", "reference"])
    def test_delete_a_dataset_that_is_still_the_expected_one(self, prefix, as_function, outputs):
        target = {"Bucket": outputs["ProcessedBucketName"], "Key": f"{prefix}/permissions/former"}
        etag = as_function.put_object(**target, Body=b"written")["ETag"]
        with pytest.raises(ClientError, match="PreconditionFailed"):
            as_function.delete_object(**target, IfMatch='"another"')
        as_function.delete_object(**target, IfMatch=etag)

    def test_complete_or_abort_a_multipart_upload_of_a_processed_object(self, as_function, outputs):
        target = {"Bucket": outputs["ProcessedBucketName"], "Key": "processed/permissions/in-parts"}
        upload = target | {"UploadId": as_function.create_multipart_upload(**target)["UploadId"]}
        part = as_function.upload_part(**upload, PartNumber=1, Body=b"part")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        as_function.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*")
        assert as_function.get_object(**target)["Body"].read() == b"part"

        unfinished = as_function.create_multipart_upload(**target)["UploadId"]
        as_function.abort_multipart_upload(**target, UploadId=unfinished)


@pytest.mark.usefixtures("raw_object")
class TestTheFunctionMayNot:
    """Permissions that could lose or leak data."""

    def test_delete_raw_objects(self, as_function, outputs):
        assert_denied(as_function.delete_object, Bucket=outputs["RawBucketName"], Key=KEY)

    def test_write_raw_objects(self, as_function, outputs):
        assert_denied(as_function.put_object, Bucket=outputs["RawBucketName"], Key=KEY, Body=b"")

    @pytest.mark.parametrize("key", ["rejected/a", "a"])
    def test_delete_rejected_rows_or_other_objects(self, key, as_function, outputs):
        assert_denied(as_function.delete_object, Bucket=outputs["ProcessedBucketName"], Key=key)

    def test_delete_versions_of_datasets(self, as_function, outputs):
        target = {"Bucket": outputs["ProcessedBucketName"], "Key": "processed/permissions/versioned"}
        version = as_function.put_object(**target, Body=b"written")["VersionId"]
        assert_denied(as_function.delete_object, **target, VersionId=version)

    def test_abort_multipart_uploads_in_other_buckets(self, as_function, client, outputs):
        target = {"Bucket": outputs["RawBucketName"], "Key": "permissions/in-parts"}
        upload = client("s3").create_multipart_upload(**target)["UploadId"]
        assert_denied(as_function.abort_multipart_upload, **target, UploadId=upload)
        client("s3").abort_multipart_upload(**target, UploadId=upload)

    def test_write_processed_objects_under_other_prefixes(self, as_function, outputs):
        assert_denied(as_function.put_object, Bucket=outputs["ProcessedBucketName"], Key="a", Body=b"")

    def test_read_another_bucket(self, as_function, client):
        client("s3").create_bucket(Bucket="somebody-elses")
        client("s3").put_object(Bucket="somebody-elses", Key="secret", Body=b"")
        assert_denied(as_function.list_objects_v2, Bucket="somebody-elses")
        assert_denied(as_function.get_object, Bucket="somebody-elses", Key="secret")

    def test_list_buckets(self, as_function):
        assert_denied(as_function.list_buckets)


@pytest.mark.usefixtures("raw_object")
@pytest.mark.parametrize("output", ["RawBucketName", "ProcessedBucketName", "ArtifactsBucketName"])
def test_every_bucket_denies_requests_without_tls(as_function, outputs, output):
    as_function.list_objects_v2(Bucket=outputs[output])
    # The header of a proxy that accepts plain HTTP; the emulator itself listens only to TLS.
    as_function.meta.events.register(
        "before-send.s3", lambda request, **_: request.headers.update({"X-Forwarded-Proto": "http"})
    )
    assert_denied(as_function.list_objects_v2, Bucket=outputs[output])


STRANGER = "444455556666"


@pytest.fixture
def as_another_account(emulator):
    """Return an S3 client of another account."""
    return boto3.client("s3", **(emulator.connection | {"aws_access_key_id": STRANGER}))


@pytest.fixture
def change_policy(client, outputs):
    """Return a function that replaces the statements of the artifacts bucket's policy until the test ends."""
    s3, bucket = client("s3"), {"Bucket": outputs["ArtifactsBucketName"]}
    before = s3.get_bucket_policy(**bucket)["Policy"]

    def change(select):
        policy = json.loads(before)
        arn = f"arn:aws:s3:::{outputs['ArtifactsBucketName']}"
        mistake = {
            "Effect": "Allow",
            "Principal": {"AWS": STRANGER},
            "Action": "s3:*",
            "Resource": f"{arn}/*",
        }
        policy["Statement"] = [*filter(select, policy["Statement"]), mistake]
        s3.put_bucket_policy(**bucket, Policy=json.dumps(policy))

    yield change
    s3.put_bucket_policy(**bucket, Policy=before)


def test_another_account_is_denied_even_if_a_policy_lets_it_in_by_mistake(
    as_another_account, change_policy, client, outputs
):
    target = {"Bucket": outputs["ArtifactsBucketName"], "Key": "permissions/secret"}
    client("s3").put_object(**target, Body=b"secret")

    change_policy(lambda _: True)
    assert_denied(as_another_account.get_object, **target)
    assert_denied(as_another_account.put_object, **target, Body=b"")

    change_policy(lambda statement: statement.get("Sid") != "OtherAccounts")  # nothing else denies it
    assert as_another_account.get_object(**target)["Body"].read() == b"secret"
