"""The emulator's application, corrected where it departs from AWS in ways this stack would feel."""

import re
import time
from collections.abc import Callable
from typing import Any

from ministack.app import app as app
from ministack.services import lambda_svc, ssm

Record = dict[str, Any]

_LAYER_PARAMETER = re.compile(r"/aws/service/(aws-sdk-pandas|powertools)/.+")
_LAYER_ARN = "arn:aws:lambda:{region}:111111111111:layer:{publisher}:1"  # any account but the emulator's own will do


def _with_layer_parameters(find: Callable[[str], Record | None]) -> Callable[[str], Record | None]:
    """Answer for the public parameters of the managed layers, which nobody may put there."""

    def find_parameter(name: str) -> Record | None:
        layer = _LAYER_PARAMETER.fullmatch(name)
        if not layer:
            return find(name)
        arn = _LAYER_ARN.format(region=ssm.get_region(), publisher=layer[1])
        return {"Name": name, "Type": "String", "Value": arn, "Version": 1, "LastModifiedDate": 0, "ARN": ""}

    return find_parameter


def _patient(execute: Callable[[Record, Any], Record]) -> Callable[[Record, Any], Record]:
    """Let a throttled invocation wait for its turn.

    AWS keeps a throttled event for hours; the emulator would count each refusal as one of its three attempts.
    """

    def execute_function(func: Record, event: Any) -> Record:
        while (result := execute(func, event)).get("throttle"):
            time.sleep(0.1)
        return result

    return execute_function


def _with_alias_settings(
    resolve: Callable[[Record | None, str | None], tuple[Record | None, Record | None]],
) -> Callable[[Record | None, str | None], tuple[Record | None, Record | None]]:
    """Give an invocation through an alias the retries and the failure destination of that alias."""

    def resolve_function(func: Record | None, qualifier: str | None) -> tuple[Record | None, Record | None]:
        record, config = resolve(func, qualifier)
        settings = ((func or {}).get("event_invoke_configs") or {}).get(qualifier)
        return ({**record, "event_invoke_config": settings} if record and settings else record), config

    return resolve_function


ssm._public_parameter = _with_layer_parameters(ssm._public_parameter)
lambda_svc._execute_function = _patient(lambda_svc._execute_function)
lambda_svc._effective_func_record_for_qualifier = _with_alias_settings(
    lambda_svc._effective_func_record_for_qualifier
)
