"""Archives a version's code in the artifacts bucket under the project's version."""

import io
import re
import subprocess  # nosec B404 # git, with fixed arguments
import tarfile
import zipfile

import boto3
from botocore.exceptions import ClientError

from ops.download import open_presigned
from ops.errors import CommandError
from ops.manifests import Manifest
from ops.stack_outputs import CommandContext

_VERSION_FILE = "tastetrend_etl/__init__.py"
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def archive(context: CommandContext, version: str, gate: str, *, forced: bool) -> Manifest:
    """Store the code of a Lambda version, once for each project version, and return its manifest.

    Raises:
        CommandError: the code names no version, or other code is archived under the same one.
    """
    function = boto3.client("lambda").get_function(FunctionName=context.function, Qualifier=version)
    with open_presigned(function["Code"]["Location"]) as response:
        code, sha256 = response.read(), function["Configuration"]["CodeSha256"]
    with zipfile.ZipFile(io.BytesIO(code)) as archived:
        files = {name: archived.read(name) for name in archived.namelist() if not name.endswith("/")}
    match = _VERSION.search(files[_VERSION_FILE].decode())
    if match is None:
        raise CommandError(f"the deployed {_VERSION_FILE} names no __version__; deploy a newer version")
    key = f"lambda/etl-{match[1]}.zip"
    _put_once(context, key, code, sha256)
    return Manifest(
        version=version,
        semver=match[1],
        code_sha256=sha256,
        code_key=key,
        git_commit=_find_commit(files),
        layers=[layer["Arn"] for layer in function["Configuration"].get("Layers", [])],
        gate=gate,
        forced=forced,
    )


def _put_once(context: CommandContext, key: str, code: bytes, sha256: str) -> None:
    s3, bucket, metadata = context.s3, context.artifacts_bucket, {"code-sha256": sha256}
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=code, IfNoneMatch="*", Metadata=metadata)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"412", "PreconditionFailed"}:
            raise
        if s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("code-sha256") != sha256:
            raise CommandError(
                f"{key} holds other code; raise __version__ in lambda_src/{_VERSION_FILE} and deploy again"
            ) from error


def _find_commit(files: dict[str, bytes]) -> str | None:
    """Return the checkout's commit if its `lambda_src/` consists of exactly these files."""
    try:
        commit, committed = _git("rev-parse", "HEAD").decode().strip(), _git("archive", "HEAD", "lambda_src")
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=io.BytesIO(committed)) as tree:
        members = ((member.name, tree.extractfile(member)) for member in tree)
        checkout = {name.removeprefix("lambda_src/"): file.read() for name, file in members if file}
    return commit if checkout == files else None


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], check=True, capture_output=True).stdout  # noqa: S603, S607 # nosec B603, B607 # fixed arguments
