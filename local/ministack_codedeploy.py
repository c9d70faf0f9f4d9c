"""CodeDeploy, which the emulator does not have: its requests and its resources of CloudFormation."""
# ruff: noqa: SLF001 # as in ministack_patches

import json
from collections.abc import Callable
from typing import Any, cast

from ministack import app  # type: ignore[import-untyped]
from ministack.core import iam_actions, router  # type: ignore[import-untyped]
from ministack.core.responses import (  # type: ignore[import-untyped]
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

from local.ministack_deployments import Deployment, read_steps

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
Resource = tuple[str, dict[str, str]]

_SERVICE = "codedeploy"

deployments: dict[str, Deployment] = {}  # by id
_groups: dict[tuple[str, str], Record] = {}  # by application and name: the properties
_applications: set[str] = set()


class _NotFoundError(Exception):
    """Something that a request names does not exist; its arguments are code and message."""


def register() -> None:
    """Add the service to the emulator's router, permissions and CloudFormation."""
    app.SERVICE_HANDLERS[_SERVICE] = _handle_request
    router.SERVICE_PATTERNS[_SERVICE] = {"target_prefixes": ["CodeDeploy_20141006"]}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[_SERVICE] = _SERVICE
    iam_actions.extract_resource_arn = _with_resource_arns(iam_actions.extract_resource_arn)
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::CodeDeploy::Application"] = {"create": _create_application, "delete": _delete_application}
    handlers["AWS::CodeDeploy::DeploymentGroup"] = {
        "create": _create_group,
        "update": _update_group,
        "delete": _delete_group,
    }


async def _handle_request(_method: str, _path: str, headers: Record, body: bytes, _query: Record) -> Response:
    action = headers["x-amz-target"].rpartition(".")[2]
    if action not in _OPERATIONS:
        problem = f"the emulator's CodeDeploy does not have {action}"
        return cast("Response", error_response_json("InvalidAction", problem, 400))
    try:
        response: Response = json_response(_OPERATIONS[action](json.loads(body)))
    except _NotFoundError as error:
        response = error_response_json(*error.args, 400)
    return response


def _with_resource_arns(find: Callable[..., str]) -> Callable[..., str]:
    """Return a function that also knows the application or the deployment group that a request names."""

    def extract(service: str, method: str, path: str, headers: Record, body: bytes, *others: object) -> str:
        if service != _SERVICE:
            return find(service, method, path, headers, body, *others)
        request = json.loads(body or b"{}")
        deployment = deployments.get(request.get("deploymentId", ""))
        application = deployment.application if deployment else request.get("applicationName", "*")
        group = deployment.group["DeploymentGroupName"] if deployment else request.get("deploymentGroupName")
        resource = f"deploymentgroup:{application}/{group}" if group else f"application:{application}"
        return f"arn:aws:codedeploy:{get_region()}:{get_account_id()}:{resource}"

    return extract


def find_group(application: str, name: str) -> Record:
    """Return the properties of a deployment group.

    Raises:
        ValueError: it does not exist.
    """
    if (application, name) not in _groups:
        raise ValueError(f"No Deployment Group found for name: {name}")
    return _groups[application, name]


def _find_deployment(request: Record) -> Deployment:
    if found := deployments.get(request["deploymentId"]):
        return found
    raise _NotFoundError(
        "DeploymentDoesNotExistException", f"The deployment {request['deploymentId']} could not be found"
    )


def _get_deployment(request: Record) -> Record:
    deployment = _find_deployment(request)
    information = {
        "applicationName": deployment.application,
        "deploymentGroupName": deployment.group["DeploymentGroupName"],
        "deploymentConfigName": deployment.group["DeploymentConfigName"],
        "deploymentId": deployment.id,
        "revision": _describe_revision(deployment, with_content=False),
        "status": deployment.status,
        "createTime": deployment.created,
        "computePlatform": "Lambda",
        **({"errorInformation": {"message": deployment.error}} if deployment.error else {}),
    }
    return {"deploymentInfo": information}


def _describe_revision(deployment: Deployment, *, with_content: bool) -> Record:
    """Return the AppSpec's hash; the text is only in the application's revision."""
    content = {"content": deployment.specification} if with_content else {}
    specification = {"sha256": deployment.specification_hash, **content}
    return {"revisionType": "AppSpecContent", "appSpecContent": specification}


def _get_application_revision(request: Record) -> Record:
    requested = request["revision"]["appSpecContent"]["sha256"]
    for deployment in deployments.values():
        if (deployment.application, deployment.specification_hash) == (request["applicationName"], requested):
            revision = _describe_revision(deployment, with_content=True)
            return {"applicationName": deployment.application, "revision": revision}
    raise _NotFoundError("RevisionDoesNotExistException", f"The application has no revision {requested}")


def _put_hook_status(request: Record) -> Record:
    executions, execution = _find_deployment(request).executions, request["lifecycleEventHookExecutionId"]
    if execution not in executions:
        problem = f"The deployment has no hook with the id {execution}"
        raise _NotFoundError("InvalidLifecycleEventHookExecutionIdException", problem)
    executions[execution] = request["status"]
    return {"lifecycleEventHookExecutionId": execution}


def _stop_deployment(request: Record) -> Record:
    _find_deployment(request).stop_requested = True
    return {"status": "Pending"}


def _list_deployments(request: Record) -> Record:
    """Return the ids of the deployments of a group with one of the statuses, the newest first."""
    group = request.get("applicationName"), request.get("deploymentGroupName")
    wanted = request.get("includeOnlyStatuses")
    found = [
        each.id
        for each in deployments.values()
        if (each.application, each.group["DeploymentGroupName"]) == group
        and (not wanted or each.status in wanted)
    ]
    return {"deployments": found[::-1]}


def _create_application(logical_id: str, properties: Record, stack: str) -> Resource:
    name = properties.get("ApplicationName") or provisioners._physical_name(stack, logical_id, max_len=99)
    _applications.add(name)
    return name, {}


def _delete_application(name: str, _properties: Record) -> None:
    _applications.discard(name)


def _create_group(logical_id: str, properties: Record, stack: str) -> Resource:
    if (application := properties["ApplicationName"]) not in _applications:
        raise ValueError(f"No application found for name: {application}")
    configuration = properties.get("DeploymentConfigName") or "CodeDeployDefault.LambdaAllAtOnce"
    read_steps(configuration)
    name = properties.get("DeploymentGroupName") or provisioners._physical_name(stack, logical_id, max_len=99)
    given = {"DeploymentGroupName": name, "DeploymentConfigName": configuration}
    _groups[application, name] = properties | given
    return name, {}


def _update_group(name: str, old: Record, new: Record, stack: str) -> Resource:
    """Replace the properties; alarms that a template no longer has stay, as reported in SAM's issue 2452."""
    alarms = find_group(old["ApplicationName"], name).get("AlarmConfiguration")
    return _create_group(name, {"AlarmConfiguration": alarms} | new | {"DeploymentGroupName": name}, stack)


def _delete_group(name: str, properties: Record) -> None:
    _groups.pop((properties["ApplicationName"], name), None)


_OPERATIONS: dict[str, Callable[[Record], Record]] = {
    "GetDeployment": _get_deployment,
    "GetApplicationRevision": _get_application_revision,
    "PutLifecycleEventHookExecutionStatus": _put_hook_status,
    "StopDeployment": _stop_deployment,
    "ListDeployments": _list_deployments,
}
