"""Permissions that the emulator decides otherwise than AWS: names of roles, sources, logs and secrets."""
# ruff: noqa: SLF001 # as in ministack_patches

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped]
from ministack.services import iam  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

Resource = tuple[str, dict[str, str]]

_SESSION = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")
_SOURCE_CALLS = {"PUT": "UpdateEventSourceMapping", "DELETE": "DeleteEventSourceMapping"}
_ALIAS = re.compile(r".*/functions/[^/]+/aliases/[^/]+/?")
_ALIAS_CALLS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}
_SUFFIX_LENGTH = len("-abc123")  # that Secrets Manager adds to a secret's name in its ARN

_resolve_key: Callable[[str, object], object] = iam_evaluator._resolve_condition_key
_find_lambda_action: Callable[[str, str], str | None] = iam_actions._lambda_action


def register() -> None:
    """Replace the emulator's functions."""
    iam_evaluator._resolve_condition_key = _resolve_principal
    iam_actions._lambda_action = _find_action
    iam_actions.extract_resource_arn = partial(_find_log_stream, iam_actions.extract_resource_arn)
    secrets = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    for call, by_arn in (("create", _create_secret), ("update", _update_secret), ("delete", _delete_secret)):
        secrets[call] = partial(by_arn, secrets[call])


def _resolve_principal(key: str, context: object) -> object:
    """Return the value of a key of conditions; a principal is a role, not its session."""
    value = _resolve_key(key, context)
    session = _SESSION.fullmatch(str(value)) if key.lower() == "aws:principalarn" else None
    role = iam._roles.get(session["role"]) if session else None
    return role["Arn"] if role else value


def _find_action(method: str, path: str) -> str | None:
    """Return the action of a request to Lambda.

    The emulator checks no change of an event source mapping, and takes calls on an alias for `ListAliases`.
    """
    if "/event-source-mappings/" in path and method in _SOURCE_CALLS:
        return _SOURCE_CALLS[method]
    if _ALIAS.fullmatch(path) and method in _ALIAS_CALLS:
        return _ALIAS_CALLS[method]
    return _find_lambda_action(method, path)


def _find_log_stream(find: Callable[..., str], service: str, *request: Any) -> str:  # noqa: ANN401 # of any kind
    """Return the ARN that a request names; log lines are written to a stream, not to its group."""
    arn, (_, _, headers, body, *_) = find(service, *request), request
    if service == "logs" and headers.get("x-amz-target", "").endswith(".PutLogEvents"):
        arn += f":log-stream:{json.loads(body).get('logStreamName')}"
    return arn


def _create_secret(create: Callable[..., Resource], *resource: object) -> Resource:
    """Create a secret of a template, to which `Ref` refers by its ARN."""
    _, attributes = create(*resource)
    return attributes["Arn"], attributes


def _update_secret(update: Callable[..., Resource], arn: str, *resource: object) -> Resource:
    _, attributes = update(_name(arn), *resource)
    return attributes["Arn"], attributes


def _delete_secret(delete: Callable[..., None], arn: str, *resource: object) -> None:
    delete(_name(arn), *resource)


def _name(arn: str) -> str:
    return arn.rpartition(":")[2][:-_SUFFIX_LENGTH]
