"""The function can do its work and nothing else, seen with the function's own credentials."""

import boto3
import pytest
from botocore.exceptions import ClientError

KEY = "permissions/reviews.csv"


@pytest.fixture(scope="module")
def raw_object(store):
    store.drop(KEY, b"")
    store.await_outcome(KEY)


@pytest.fixture
def as_function(emulator, client, outputs):
    """Return S3 as the function's role sees it."""
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
    """What the pipeline needs."""

    def test_read_raw_objects(self, as_function, outputs):
        assert as_function.get_object(Bucket=outputs["RawBucketName"], Key=KEY)["ContentLength"] == 0

    def test_learn_that_a_raw_object_is_gone(self, as_function, outputs):
        with pytest.raises(ClientError) as caught:
            as_function.head_object(Bucket=outputs["RawBucketName"], Key="permissions/gone.csv")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404

    def test_write_and_read_processed_objects(self, as_function, outputs):
        place = {"Bucket": outputs["ProcessedBucketName"], "Key": "processed/permissions/written"}
        as_function.put_object(**place, Body=b"written")
        assert as_function.get_object(**place)["Body"].read() == b"written"

    def test_write_a_processed_object_in_parts_or_give_it_up(self, as_function, outputs):
        place = {"Bucket": outputs["ProcessedBucketName"], "Key": "processed/permissions/in-parts"}
        upload = place | {"UploadId": as_function.create_multipart_upload(**place)["UploadId"]}
        part = as_function.upload_part(**upload, PartNumber=1, Body=b"part")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        as_function.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*")
        assert as_function.get_object(**place)["Body"].read() == b"part"

        unfinished = as_function.create_multipart_upload(**place)["UploadId"]
        as_function.abort_multipart_upload(**place, UploadId=unfinished)


@pytest.mark.usefixtures("raw_object")
class TestTheFunctionMayNot:
    """What would lose or leak data."""

    def test_delete_raw_objects(self, as_function, outputs):
        assert_denied(as_function.delete_object, Bucket=outputs["RawBucketName"], Key=KEY)

    def test_write_raw_objects(self, as_function, outputs):
        assert_denied(as_function.put_object, Bucket=outputs["RawBucketName"], Key=KEY, Body=b"")

    def test_delete_processed_objects(self, as_function, outputs):
        assert_denied(as_function.delete_object, Bucket=outputs["ProcessedBucketName"], Key="processed/a")

    def test_give_up_uploads_elsewhere(self, as_function, client, outputs):
        place = {"Bucket": outputs["RawBucketName"], "Key": "permissions/in-parts"}
        upload = client("s3").create_multipart_upload(**place)["UploadId"]
        assert_denied(as_function.abort_multipart_upload, **place, UploadId=upload)
        client("s3").abort_multipart_upload(**place, UploadId=upload)

    def test_write_processed_objects_elsewhere(self, as_function, outputs):
        assert_denied(as_function.put_object, Bucket=outputs["ProcessedBucketName"], Key="a", Body=b"")

    def test_read_another_bucket(self, as_function, client):
        client("s3").create_bucket(Bucket="somebody-elses")
        client("s3").put_object(Bucket="somebody-elses", Key="secret", Body=b"")
        assert_denied(as_function.list_objects_v2, Bucket="somebody-elses")
        assert_denied(as_function.get_object, Bucket="somebody-elses", Key="secret")

    def test_learn_what_buckets_there_are(self, as_function):
        assert_denied(as_function.list_buckets)


@pytest.mark.usefixtures("raw_object")
@pytest.mark.parametrize("output", ["RawBucketName", "ProcessedBucketName", "ArtifactsBucketName"])
def test_no_bucket_can_be_reached_without_encryption(as_function, outputs, output):
    as_function.list_objects_v2(Bucket=outputs[output])
    # What a proxy says that takes plain HTTP in front of the emulator, which itself listens to TLS only.
    as_function.meta.events.register(
        "before-send.s3", lambda request, **_: request.headers.update({"X-Forwarded-Proto": "http"})
    )
    assert_denied(as_function.list_objects_v2, Bucket=outputs[output])
