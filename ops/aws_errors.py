"""Converts the exceptions of boto3 to one sentence with a remedy."""

from urllib.error import URLError

from botocore import exceptions as sdk

from ops.errors import AwsError

_CREDENTIAL_ERRORS = (
    sdk.CredentialRetrievalError,
    sdk.LoginError,
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.SSOError,
    sdk.TokenRetrievalError,
)
_SIGN_IN = "sign in with `aws sso login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_ASK = "ask for this permission, or use other credentials"
_REMEDIES = {
    "AccessDenied": _ASK,
    "AccessDeniedException": _ASK,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "SignatureDoesNotMatch": _SIGN_IN,
    "UnrecognizedClientException": _SIGN_IN,
}


def to_aws_error(error: Exception) -> AwsError | None:
    """Return the error with its remedy; None if neither boto3 nor a download from AWS raised it."""
    if not isinstance(error, (sdk.ClientError, sdk.BotoCoreError, URLError)):
        return None
    return AwsError(" ".join(_describe(error).split()))


def _describe(error: sdk.ClientError | sdk.BotoCoreError | URLError) -> str:
    if isinstance(error, sdk.ClientError):
        code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        remedy = _REMEDIES.get(code, "check the credentials and the region")
        return f"AWS denied {error.operation_name} ({code}): {message.rstrip('.')}; {remedy}"
    if isinstance(error, _CREDENTIAL_ERRORS):
        return f"no AWS credentials can be used: {error}; {_SIGN_IN}"
    if isinstance(error, sdk.NoRegionError):
        return "no AWS region is set; set AWS_REGION, or a region in the profile"
    if isinstance(error, sdk.ProfileNotFound):
        return f"{error}; set AWS_PROFILE to one that `aws configure list-profiles` shows"
    if isinstance(error, (sdk.ConnectionError, sdk.HTTPClientError, URLError)):
        return f"AWS cannot be reached: {error}; check the network, HTTPS_PROXY and AWS_ENDPOINT_URL"
    return f"the AWS SDK failed: {error}; check its configuration (AWS_* variables, ~/.aws/config)"
