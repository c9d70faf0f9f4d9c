"""S3 Vectors, which the emulator does not have: its requests, permissions and resources of CloudFormation."""
# ruff: noqa: SLF001 # as in ministack_patches

import asyncio
import json
from collections.abc import Callable

from ministack import app  # type: ignore[import-untyped]
from ministack.core import iam_actions, iam_evaluator, router  # type: ignore[import-untyped]
from ministack.core.responses import (  # type: ignore[import-untyped]
    error_response_json,
    get_region,
    json_response,
    new_uuid,
)
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

from local.ministack_vector_rules import Record, ServiceError, check_request
from local.ministack_vector_store import OPERATIONS, bucket_arn, index_arn

Response = tuple[int, dict[str, str], bytes]
Resource = tuple[str, dict[str, str]]

_SERVICE, _JSON = "s3vectors", "application/json"

_find_resource: Callable[..., str] = iam_actions.extract_resource_arn


def register() -> None:
    """Add the service to the emulator's router, permissions and CloudFormation."""
    app.SERVICE_HANDLERS[_SERVICE] = _handle_request
    router.SERVICE_PATTERNS[_SERVICE] = {"host_patterns": [r"s3vectors\."], "credential_scope": _SERVICE}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[_SERVICE] = _SERVICE
    iam_actions._BOTOCORE_SERVICE_MAP[_SERVICE] = [_SERVICE]
    iam_actions.extract_resource_arn = _extract_resource_arn
    for kind in ("VectorBucket", "Index"):
        provisioners._RESOURCE_HANDLERS[f"AWS::S3Vectors::{kind}"] = _resource_handlers(kind)


async def _handle_request(_method: str, path: str, headers: Record, body: bytes, _query: Record) -> Response:
    """Respond in a thread: a request with many vectors takes a while to read."""
    return await asyncio.to_thread(_respond, path.strip("/"), headers, body)


def _respond(operation: str, headers: Record, body: bytes) -> Response:
    request = json.loads(body or b"{}")
    if denied := _check_reading(operation, headers, request):
        return denied
    try:
        check_request(operation, request)
        response: Response = json_response(OPERATIONS[operation](request), content_type=_JSON)
    except ServiceError as error:
        response = error_response_json(*error.args, content_type=_JSON)
    except UnicodeEncodeError:  # half of a surrogate pair
        response = error_response_json("SerializationException", "UnknownError", content_type=_JSON)
    return response


def _check_reading(operation: str, headers: Record, request: Record) -> Response | None:
    """Deny a query or a list that reads content, by a filter or in its result, without GetVectors."""
    reads = any(request.get(name) for name in ("filter", "returnMetadata", "returnData"))
    if operation not in {"QueryVectors", "ListVectors"} or not reads:
        return None
    action, key = "s3vectors:GetVectors", router.extract_access_key_id(headers)
    denied = iam_evaluator.enforce(key, action, _SERVICE, get_region(), index_arn(request))
    if not denied:
        return None
    response: Response = iam_actions.access_denied_response(
        _SERVICE, action, denied.principal_arn, new_uuid(), headers=headers
    )
    return response


def _extract_resource_arn(
    service: str, method: str, path: str, headers: Record, body: bytes, *others: object
) -> str:
    """Return the ARN of the bucket or the index that a request names."""
    if service != _SERVICE:
        return _find_resource(service, method, path, headers, body, *others)
    request = json.loads(body or b"{}")
    return index_arn(request) if {"indexName", "indexArn"} & request.keys() else bucket_arn(request)


def _resource_handlers(kind: str) -> Record:
    """Return how CloudFormation creates, updates and deletes a resource, whose id is its ARN."""
    identity = f"{kind[0].lower()}{kind[1:]}Arn"

    def create(_logical_id: str, properties: Record, _stack: str) -> Resource:
        arn: str = OPERATIONS[f"Create{kind}"](_to_request(properties))[identity]
        return arn, {f"{kind}Arn": arn}

    def delete(arn: str, _properties: Record) -> None:
        OPERATIONS[f"Delete{kind}"]({identity: arn})

    def update(arn: str, old: Record, new: Record, stack: str) -> Resource:
        """Create a new one, unless only tags differ; one of the same name conflicts, as on AWS."""
        same = old | {"Tags": None} == new | {"Tags": None}
        return (arn, {f"{kind}Arn": arn}) if same else create("", new, stack)

    return {"create": create, "update": update, "delete": delete}


def _to_request(properties: Record) -> Record:
    """Write the names of a resource's properties as those of a request."""
    return {
        name[:1].lower() + name[1:]: _to_request(value) if isinstance(value, dict) else value
        for name, value in properties.items()
    }
