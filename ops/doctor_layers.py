"""Checks of the managed layers: whether they would change, and how large they are."""

from collections.abc import Mapping
from pathlib import Path

import boto3

from ops.doctor_models import Finding, Target
from ops.zip_size import unpacked_size
from tastetrend_stack.layers import LAYER_PARAMETERS

_CODE = Path(__file__).parents[1] / "lambda_src"
_WARN_SHARE = 0.9  # of the limit


def check_layers(target: Target) -> Finding:
    """Check that the layers of the deployed function are those that a deployment would take now."""
    current = _current_layers()
    if not target.outputs:
        return Finding("ok", f"found {', '.join(current.values())}")
    function = boto3.client("lambda").get_function_configuration(FunctionName=target.function)
    return judge_layers(current, [layer["Arn"] for layer in function.get("Layers", [])])


def judge_layers(current: Mapping[str, str], deployed: list[str]) -> Finding:
    """Return the finding for the layers of the parameters, by name, and those of the function."""
    if changed := [arn for arn in current.values() if arn not in deployed]:
        return Finding(
            "warn",
            f"the function has {', '.join(deployed) or 'none'}",
            f"the next deployment takes {', '.join(changed)}; the quality gate then tests with it",
        )
    return Finding("ok", f"as deployed: {', '.join(deployed)}")


def _current_layers() -> dict[str, str]:
    client = boto3.client("ssm")
    return {
        name: client.get_parameter(Name=parameter)["Parameter"]["Value"]
        for name, parameter in LAYER_PARAMETERS.items()
    }


def check_size(_: Target) -> Finding:
    """Check that code and layers, unpacked, are below Lambda's limit; AWS tells only their packed size."""
    client = boto3.client("lambda")
    sizes = {"code": _code_size()}
    for name, arn in _current_layers().items():
        content = client.get_layer_version_by_arn(Arn=arn)["Content"]
        sizes[name] = unpacked_size(content["Location"], content["CodeSize"])
    return judge_size(sizes, client.get_account_settings()["AccountLimit"]["CodeSizeUnzipped"])


def _code_size() -> int:
    files = (path for path in _CODE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sum(path.stat().st_size for path in files)


def judge_size(sizes: Mapping[str, int], limit: int) -> Finding:
    """Return the finding for bytes by part, and the limit of their sum."""
    total = sum(sizes.values())
    parts = ", ".join(f"{name} {_megabytes(size)}" for name, size in sizes.items())
    found = f"{_megabytes(total)} of {_megabytes(limit)} unpacked: {parts}"
    if total > limit:
        return Finding("fail", found, "Lambda rejects the deployment: pin an older layer in layers.py")
    if total > _WARN_SHARE * limit:
        return Finding("warn", found, "check the size of the next layers before you pin them in layers.py")
    return Finding("ok", found)


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"
