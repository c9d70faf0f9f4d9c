"""The emulator, corrected where it departs from AWS in ways that this stack feels."""
# ruff: noqa: SLF001 # it has no hooks, so its own functions are wrapped; the version is pinned, the tests tell

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ministack.app import app  # type: ignore[import-untyped]
from ministack.services import lambda_svc, ssm  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

__all__ = ["app"]

Record = dict[str, Any]
Resolved = tuple[Record | None, Record | None]
Response = tuple[int, dict[str, str], bytes]

_LAYER_PARAMETER = re.compile(r"/aws/service/(aws-sdk-pandas|powertools)/.+")
_LAYER_ARN = "arn:aws:lambda:{region}:{publisher}:layer:{name}:1"
_PUBLISHER = "1" * 12  # of another account than the stack's, whose layers the emulator would look for
_RETRY_SECONDS = 0.1


def _with_layer_parameters(find: Callable[[str], Record | None]) -> Callable[[str], Record | None]:
    """Answer for the public parameters of the managed layers, which AWS itself puts there."""

    def find_parameter(name: str) -> Record | None:
        layer = _LAYER_PARAMETER.fullmatch(name)
        if not layer:
            return find(name)
        arn = _LAYER_ARN.format(region=ssm.get_region(), publisher=_PUBLISHER, name=layer[1])
        return {"Name": name, "Type": "String", "Value": arn, "Version": 1}

    return find_parameter


def _with_patience(execute: Callable[[Record, object], Record]) -> Callable[[Record, object], Record]:
    """Let a throttled invocation wait.

    AWS keeps a throttled event for hours. The emulator would take each refusal for one of three attempts.
    """

    def execute_function(function: Record, event: object) -> Record:
        while (result := execute(function, event)).get("throttle"):
            time.sleep(_RETRY_SECONDS)
        return result

    return execute_function


def _with_alias_settings(
    resolve: Callable[[Record | None, str | None], Resolved],
) -> Callable[[Record | None, str | None], Resolved]:
    """Give an event that comes through an alias the retries and the failure queue of that alias."""

    def resolve_function(function: Record | None, qualifier: str | None) -> Resolved:
        record, config = resolve(function, qualifier)
        settings = ((function or {}).get("event_invoke_configs") or {}).get(qualifier)
        return (record | {"event_invoke_config": settings} if record and settings else record), config

    return resolve_function


def _with_formulas(record_alarm: Callable[[str, Record], Record]) -> Callable[[str, Record], Record]:
    """Accept an alarm on a formula over several metrics; it is kept, and never rings."""

    def record(name: str, properties: Record) -> Record:
        stand_in = {"MetricName": "formula", "Namespace": "emulator", "Metrics": None}
        return record_alarm(name, properties | stand_in if properties.get("Metrics") else properties)

    return record


def _with_code_of_versions(
    find: Callable[[str, str | None], Response],
) -> Callable[[str, str | None], Response]:
    """Name the version in the address of its code, and have the address work behind TLS."""

    def get_function(name: str, qualifier: str | None = None) -> Response:
        status, headers, body = find(name, qualifier)
        there, here = f"/{name}?X-Amz".encode(), f"/{name}:{qualifier or '$LATEST'}?X-Amz".encode()
        return status, headers, body.replace(there, here).replace(b'"http://', b'"https://')

    return get_function


def _serve_code(name_and_version: str, account_id: str, region: str) -> Response:
    """Serve the code of the version that the address names."""
    name, _, version = unquote(name_and_version).partition(":")
    record = lambda_svc._functions.get_scoped(account_id, region, name)
    record, _ = lambda_svc._effective_func_record_for_qualifier(record, version)
    return (200, {"Content-Type": "application/zip"}, record["code_zip"]) if record else (404, {}, b"")


ssm._public_parameter = _with_layer_parameters(ssm._public_parameter)
lambda_svc._execute_function = _with_patience(lambda_svc._execute_function)
lambda_svc._effective_func_record_for_qualifier = _with_alias_settings(
    lambda_svc._effective_func_record_for_qualifier
)
lambda_svc._get_function = _with_code_of_versions(lambda_svc._get_function)
lambda_svc.serve_function_code = _serve_code
provisioners._cw_metric_alarm_record = _with_formulas(provisioners._cw_metric_alarm_record)
