"""Archives a version's code in the artifacts bucket under the project's version."""

import io
import os
import re
import ssl
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING
from urllib.request import urlopen

import boto3
from botocore.exceptions import ClientError

from ops.errors import CommandError
from ops.manifests import Manifest
from ops.stack_outputs import StackOutputs

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_VERSION_FILE = "tastetrend_etl/__init__.py"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def archive(s3: "S3Client", outputs: StackOutputs, version: str, gate: str, *, forced: bool) -> Manifest:
    """Store the code of a Lambda version, once for each project version, and return its manifest.

    Raises:
        CommandError: other code is archived under the same project version.
    """
    found = boto3.client("lambda").get_function(FunctionName=outputs.function, Qualifier=version)
    code, sha256 = _download(found["Code"]["Location"]), found["Configuration"]["CodeSha256"]
    files = _files(code)
    semver = read_semver(files)
    key = f"lambda/etl-{semver}.zip"
    _store_once(s3, outputs.artifacts_bucket, key, code, sha256)
    return Manifest(
        version=version,
        semver=semver,
        code_sha256=sha256,
        code_key=key,
        git_commit=commit_of(files),
        layers=[layer["Arn"] for layer in found["Configuration"].get("Layers", [])],
        gate=gate,
        forced=forced,
    )


def read_semver(files: dict[str, bytes]) -> str:
    """Return the project's version, which is a part of the code."""
    match = _VERSION.search(files[_VERSION_FILE].decode())
    if match is None:
        raise CommandError(f"the deployed {_VERSION_FILE} names no __version__; deploy a newer version")
    return match[1]


def commit_of(files: dict[str, bytes]) -> str | None:
    """Return the checkout's commit when its `lambda_src/` holds exactly these files."""
    try:
        commit, committed = _git("rev-parse", "HEAD").decode().strip(), _git("archive", "HEAD", "lambda_src")
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=io.BytesIO(committed)) as tree:
        contents = ((member.name, tree.extractfile(member)) for member in tree.getmembers())
        held = {name.removeprefix("lambda_src/"): content.read() for name, content in contents if content}
    return commit if held == files else None


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], check=True, capture_output=True).stdout  # noqa: S603, S607 # fixed arguments


def _download(url: str) -> bytes:
    """Download a version's code from the presigned URL that Lambda returns."""
    context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    with urlopen(url, context=context, timeout=60) as response:  # noqa: S310 # the URL comes from AWS
        content: bytes = response.read()
        return content


def _files(code: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(code)) as archived:
        return {name: archived.read(name) for name in archived.namelist() if not name.endswith("/")}


def _store_once(s3: "S3Client", bucket: str, key: str, code: bytes, sha256: str) -> None:
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=code, IfNoneMatch="*", Metadata={"code-sha256": sha256})
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"412", "PreconditionFailed"}:
            raise
        if s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("code-sha256") != sha256:
            raise CommandError(
                f"{key} holds other code; raise __version__ in lambda_src/{_VERSION_FILE} and deploy again"
            ) from error
