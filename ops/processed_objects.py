"""Reads small objects of the processed bucket."""

from botocore.exceptions import ClientError

from ops.stack_outputs import CommandContext
from tastetrend_etl.s3_download import is_not_found


def read_object(context: CommandContext, key: str) -> bytes | None:
    """Return the content of an object; None if there is none."""
    try:
        return context.s3.get_object(Bucket=context.processed_bucket, Key=key)["Body"].read()
    except ClientError as error:
        if is_not_found(error):
            return None
        raise
