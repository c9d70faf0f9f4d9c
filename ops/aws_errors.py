"""Turns what boto3 raises into one sentence that says what to do."""

from urllib.error import URLError

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 # the SDK's, for endpoints that do not answer
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from ops.errors import AwsError

_CREDENTIALS = (
    CredentialRetrievalError,
    LoginError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
_SIGN_IN = "sign in with `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_REMEDIES = {
    "AccessDenied": "ask for this permission, or use other credentials",
    "AccessDeniedException": "ask for this permission, or use other credentials",
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "SignatureDoesNotMatch": _SIGN_IN,
    "UnrecognizedClientException": _SIGN_IN,
}


def to_aws_error(error: Exception) -> AwsError | None:
    """Return the error with its remedy; None if neither boto3 nor a download from AWS raised it."""
    if isinstance(error, ClientError):
        return AwsError(_refusal(error))
    if isinstance(error, (BotoCoreError, URLError)):
        return AwsError(_one_line(_local_cause(error)))
    return None


def _refusal(error: ClientError) -> str:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    remedy = _REMEDIES.get(code, "check the credentials and the region")
    return _one_line(f"AWS refused {error.operation_name} ({code}): {message.rstrip('.')}; {remedy}")


def _local_cause(error: Exception) -> str:
    if isinstance(error, _CREDENTIALS):
        return f"no AWS credentials can be used: {error}; {_SIGN_IN}"
    if isinstance(error, NoRegionError):
        return "no AWS region is set; set AWS_REGION, or a region in the profile"
    if isinstance(error, ProfileNotFound):
        return f"{error}; set AWS_PROFILE to one that `aws configure list-profiles` shows"
    if isinstance(error, (ConnectionError, HTTPClientError, URLError)):
        return f"AWS cannot be reached: {error}; check the network, HTTPS_PROXY and AWS_ENDPOINT_URL"
    return f"the AWS SDK failed: {error}; check its configuration (AWS_* variables, ~/.aws/config)"


def _one_line(text: str) -> str:
    return " ".join(text.split())
