"""Updates stacks as CloudFormation does: nothing without a change, and an alias by CodeDeploy."""
# ruff: noqa: SLF001 # as in ministack_patches

import copy
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from ministack.services import cloudformation  # type: ignore[import-untyped]
from ministack.services.cloudformation import (  # type: ignore[import-untyped]
    changesets,
    engine,
    handlers,
    provisioners,
    stacks,
)

from local.ministack_codedeploy import deployments, find_group
from local.ministack_deployments import Deployment, DeploymentFailedError, run_deployment

Record = dict[str, Any]
Resource = tuple[str, dict[str, str]]

_ALIAS = "AWS::Lambda::Alias"
_ATTRIBUTES = ("Type", "Properties", "Metadata", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy")

_deploy: Callable[..., Awaitable[None]] = handlers._deploy_stack_async
_is_identical: Callable[..., bool] = handlers._stack_has_no_updates
_extract_dependencies: Callable[[Record, set[str]], set[str]] = engine._extract_deps
_runs_on_thread: Callable[[str], bool] = stacks._runs_on_worker_thread
_update_alias: Callable[..., Resource] = provisioners._lambda_alias_update

_applied: ContextVar[tuple[Record, Record]] = ContextVar("applied template and parameters")


def register() -> None:
    """Replace the functions of the emulator's CloudFormation."""
    handlers._deploy_stack_async = changesets._deploy_stack_async = _deploy_and_remember
    handlers._stack_has_no_updates = _has_no_updates
    engine._extract_deps = _extract_all_dependencies
    stacks._runs_on_worker_thread = _is_slow
    provisioners._RESOURCE_HANDLERS[_ALIAS]["update"] = _update_alias_by_policy


async def _deploy_and_remember(
    stack: str, stack_id: str, template: Record, parameters: Record, *others: object, **named: object
) -> None:
    """Keep the template, for the handlers of resources, which are given the properties only."""
    _applied.set((template, parameters))
    await _deploy(stack, stack_id, template, parameters, *others, **named)


def _is_slow(resource_type: str) -> bool:
    """Let a deployment of CodeDeploy take its time on a thread of its own."""
    return resource_type == _ALIAS or _runs_on_thread(resource_type)


def _extract_all_dependencies(resource: Record, names: set[str]) -> set[str]:
    """Let an alias wait for the deployment group that its update policy refers to."""
    found = {name for name, _ in engine._intrinsic_references(resource.get("UpdatePolicy", {}))}
    return _extract_dependencies(resource, names) | (found & names)


def _has_no_updates(
    stack: Record,
    template: Record,
    parameters: Record,
    tags: list[Record],
    use_previous_template: bool = False,  # noqa: FBT001, FBT002 # the emulator's signature
    tags_given: bool = False,  # noqa: FBT001, FBT002
) -> bool:
    """Return whether no resource, output or tag would differ; parameters alone do not count."""
    given = tags, use_previous_template, tags_given
    if _is_identical(stack, template, parameters, *given):
        return True
    if stacks._stack_tags_changed(stack, tags, tags_given) or engine._has_dynamic_references(template):
        return False
    before = _resolve(stack, stack.get("_template", {}), stack.get("_resolved_params", {}))
    return before is not None and before == _resolve(stack, template, parameters)


def _resolve(stack: Record, template: Record, parameters: Record) -> Record | None:
    """Return the resources and the outputs of a template, resolved; None if one refers to a new resource."""
    conditions = engine._evaluate_conditions(template, parameters)
    resolve = partial(_resolve_value, stack["StackName"], template, parameters)
    resources = {
        name: {attribute: resource[attribute] for attribute in _ATTRIBUTES if attribute in resource}
        for name, resource in template.get("Resources", {}).items()
        if conditions.get(resource.get("Condition"), True)
    }
    outputs = {
        name: output
        for name, output in template.get("Outputs", {}).items()
        if conditions.get(output.get("Condition"), True)
    }
    if not resources.keys() <= stack["_resources"].keys():
        return None
    return {"Resources": resolve(resources), "Outputs": resolve(outputs)}


def _resolve_value(stack: str, template: Record, parameters: Record, value: object) -> Any:  # noqa: ANN401
    """Resolve intrinsic functions by the resources that a stack has now."""
    record = cloudformation._stacks[stack]
    conditions = engine._evaluate_conditions(template, parameters)
    context = conditions, template.get("Mappings", {}), stack, record["StackId"]
    return engine._resolve_refs(copy.deepcopy(value), record["_resources"], parameters, *context)


def _update_alias_by_policy(
    physical_id: str, old: Record, new: Record, stack: str, logical_id: str
) -> Resource:
    """Let CodeDeploy move an alias to another version if its update policy says so."""
    policy = _find_policy(stack, logical_id)
    if policy and old["FunctionVersion"] != new["FunctionVersion"]:
        _run_deployment(policy, old, new, cloudformation._stacks[stack])
    return _update_alias(physical_id, old, new, stack, logical_id)


def _find_policy(stack: str, logical_id: str) -> Record | None:
    record = cloudformation._stacks[stack]
    template, parameters = _applied.get((record.get("_template", {}), record.get("_resolved_params", {})))
    policy = template["Resources"].get(logical_id, {}).get("UpdatePolicy", {})
    resolved = _resolve_value(stack, template, parameters, policy)
    found = resolved.get("CodeDeployLambdaAliasUpdate") if isinstance(resolved, dict) else None
    return found if isinstance(found, dict) else None  # Fn::If may have chosen AWS::NoValue


def _run_deployment(policy: Record, old: Record, new: Record, stack: Record) -> None:
    """Raise an error, which rolls the update of the stack back, if the deployment does not succeed."""
    application = policy["ApplicationName"]
    _, function, _, _ = provisioners._lambda_function_for_cfn_ref(new["FunctionName"])
    hooks = {name: policy.get(f"{name}Hook") for name in ("BeforeAllowTraffic", "AfterAllowTraffic")}
    deployment = Deployment(
        application,
        find_group(application, policy["DeploymentGroupName"]),
        function,
        new["Name"],
        old["FunctionVersion"],
        new["FunctionVersion"],
        {name: hook for name, hook in hooks.items() if isinstance(hook, str)},
    )
    deployments[deployment.id] = deployment
    try:
        run_deployment(deployment, lambda: bool(stack.get("_cancel_requested")))
    except DeploymentFailedError as error:
        raise ValueError(str(error)) from error
