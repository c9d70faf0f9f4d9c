"""The task for the largest files: in the template only when switched on, with the rights it needs only."""

import json
from dataclasses import fields

import pytest
from cdk_nag import AwsSolutionsChecks
from cfnlint import api

from tastetrend_etl.limits import TIERS
from tastetrend_etl.settings import Settings
from tests.docs.pages import PROJECT
from tests.stack.plain import as_list, plain
from tests.stack.test_batch import (
    ARN,
    HERE,
    definition,
    grants_of,
    machine,
    may_process_files,
)
from tests.stack.test_synthesis import REDUNDANT_DEPENDENCY

NAME = "tastetrend-ENV-etl-task"
TASK_ONLY = ("AWS::ECS", "AWS::EC2", "AWS::ECR")


def container(stack):
    _, task = stack.only("ECS::TaskDefinition")
    (only,) = task["ContainerDefinitions"]
    return only


def images(stack):
    """Return the images among the assets of a stack."""
    assets = json.loads((stack.folder / f"{stack.stack.stack_name}.assets.json").read_text())
    return list(assets["dockerImages"].values())


def kinds(stack):
    return {resource["Type"] for resource in stack.document["Resources"].values()}


def test_without_it_no_template_has_a_part_of_it(any_stack):
    assert [kind for kind in kinds(any_stack) if kind.startswith(TASK_ONLY)] == []
    assert images(any_stack) == []
    assert "ecs:" not in any_stack.template_file.read_text()
    assert "LARGEST_TIER" not in any_stack.template_file.read_text()


def test_only_with_it_and_outside_the_emulator_there_is_an_image_to_build(task_stack):
    assert len(images(task_stack)) == (task_stack.name != "local")


def test_the_image_is_built_of_the_code_and_the_locked_packages_only(all_task_stacks):
    stack = all_task_stacks["dev"]
    (image,) = images(stack)
    folder = stack.folder / image["source"]["directory"]
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert image["source"]["dockerFile"] == "container/Dockerfile"
    assert {file for file in files if not file.startswith("lambda_src/")} == {
        "container/Dockerfile",
        "container/requirements.txt",
        "locks/container.txt",
    }
    assert {"lambda_src/file_task.py", "lambda_src/tastetrend_etl/sources/downtown.toml"} <= files
    assert [file for file in files if "__pycache__" in file] == []


def test_the_other_resources_stay_as_they_are(task_stack, all_stacks):
    without = all_stacks[task_stack.name].document["Resources"]
    added = {name: r["Type"] for name, r in task_stack.document["Resources"].items() if name not in without}

    assert without.keys() <= task_stack.document["Resources"].keys() | {
        name for name, resource in without.items() if resource["Type"] == "AWS::Lambda::Version"
    }
    assert {kind.split("::")[1] for kind in added.values()} <= {"EC2", "ECS", "IAM", "Logs", "Lambda"}
    assert [name for name in added if not name.startswith(("FileTask", "EtlFunction", "EtlLarge"))] == []


def test_scanners_find_nothing(task_stack):
    config = {"regions": ["eu-west-1", "us-east-1"], "ignore_checks": [REDUNDANT_DEPENDENCY]}
    report = AwsSolutionsChecks(task_stack.app).validate_scope(task_stack.stack)

    assert [str(found) for found in api.lint(task_stack.template_file.read_text(), config=config)] == []
    assert [violation.rule_name for violation in report.violations] == []


def test_the_task_has_the_sizes_from_which_its_limits_are_derived(task_stack):
    _, task = task_stack.only("ECS::TaskDefinition")
    limits, disk_mb = TIERS["task"], task["EphemeralStorage"]["SizeInGiB"] * 1_024

    assert (task["Cpu"], task["Memory"]) == ("2048", str(limits.memory_mb))
    assert disk_mb == limits.disk_mb + 4 * 1_024  # of the image
    assert states_of(task_stack)["AloneTask"]["TimeoutSeconds"] == limits.timeout_seconds


def test_the_task_has_the_variables_of_the_functions(task_stack):
    given = {each["Name"]: plain(each["Value"]) for each in container(task_stack)["Environment"]}
    functions = [
        plain(task_stack.function(name)[1]["Environment"]["Variables"]) for name in ("etl", "etl-large")
    ]

    assert container(task_stack)["Command"] == ["python", "-m", "file_task"]
    assert given.pop("TIER") == "task"
    assert given.pop("POWERTOOLS_SERVICE_NAME") == f"tastetrend-{task_stack.name}-etl-task"
    assert given == {name: value for name, value in functions[1].items() if name != "TIER"}
    assert [each["LARGEST_TIER"] for each in functions] == ["task", "task"]
    assert {name.lower() for name in given} <= {field.name for field in fields(Settings)}


def test_each_version_of_the_large_function_has_a_definition_which_stays(task_stack):
    name, task = task_stack.only("ECS::TaskDefinition")
    resource = task_stack.document["Resources"][name]
    family = plain(task["Family"])

    assert family.startswith(f"tastetrend-{task_stack.name}-etl-task-${{EtlLargeFunctionCurrentVersion")
    assert (resource["UpdateReplacePolicy"], resource["DeletionPolicy"]) == ("Retain", "Delete")


def test_the_task_reaches_aws_without_a_nat_gateway_and_nothing_reaches_it(task_stack):
    (group,) = task_stack.properties("EC2::SecurityGroup").values()
    (endpoint,) = task_stack.properties("EC2::VPCEndpoint").values()

    assert task_stack.properties("EC2::NatGateway") == {}
    assert "SecurityGroupIngress" not in group
    assert [(rule["IpProtocol"], rule["FromPort"]) for rule in group["SecurityGroupEgress"]] == [("tcp", 443)]
    assert plain(endpoint["ServiceName"]) == "com.amazonaws.${AWS::Region}.s3"
    assert endpoint["VpcEndpointType"] == "Gateway"


def states_of(stack, name=None):
    states = definition(stack)["States"]
    return states[name]["ItemProcessor"]["States"] if name else states


BRANCHES = pytest.mark.parametrize(
    ("parent", "large"), [(None, "Alone"), ("Files", "FilesLarge"), ("Listed", "ListedLarge")]
)


@BRANCHES
def test_a_file_that_the_large_function_finds_too_large_goes_to_the_task_of_its_version(
    parent, large, task_stack
):
    states = states_of(task_stack, parent)
    task = states[f"{large}Task"]["Parameters"]
    overrides, subnets = task["Overrides"]["ContainerOverrides"], task_stack.properties("EC2::Subnet")

    assert states[large]["ResultSelector"] == {
        "action.$": "$.Payload.files[0].action",
        "version.$": "$.ExecutedVersion",
    }
    assert states[large]["Next"] == f"{large}Fit"
    assert states[f"{large}Fit"]["Choices"] == [
        {"Variable": "$.result.action", "StringEquals": "too_large_here", "Next": f"{large}Task"}
    ]
    assert states[f"{large}Task"]["Resource"] == "arn:${AWS::Partition}:states:::ecs:runTask.sync"
    assert task["TaskDefinition.$"] == (
        f"States.Format('tastetrend-{task_stack.name}-etl-task-{{}}', $.result.version)"
    )
    assert (task["LaunchType"], task["Cluster"]) == ("FARGATE", f"tastetrend-{task_stack.name}-etl-task")
    assert overrides == [
        {
            "Name": container(task_stack)["Name"],
            "Environment": [
                {"Name": "RAW_KEY", "Value.$": "$.key"},
                {"Name": "REPROCESS", "Value.$": "States.JsonToString($.reprocess)"},
            ],
        }
    ]
    network = task["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["Subnets"] == [f"${{{name}}}" for name in subnets]
    assert network["AssignPublicIp"] == "ENABLED"


@BRANCHES
def test_a_task_is_tried_three_times_unless_it_took_too_long_and_then_kept_as_a_failure(
    parent, large, task_stack
):
    states = states_of(task_stack, parent)
    task = states[f"{large}Task"]
    (caught,) = task["Catch"]

    assert [(each["ErrorEquals"], each["MaxAttempts"]) for each in task["Retry"]] == [
        (["States.Timeout"], 0),
        (["States.ALL"], 2),
    ]
    assert caught == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"Keep{large}Task"}
    keep = states[f"Keep{large}Task"]
    assert keep["Parameters"]["MessageBody"]["requestPayload"] == {
        "key.$": "$.key",
        "reprocess.$": "$.reprocess",
    }
    assert states[keep["Next"]]["Type"] == "Fail"


def test_the_machine_may_run_the_task_too_and_nothing_else(task_stack, all_stacks):
    rule = "rule/StepFunctionsGetEventsForECSTaskRule"
    added = {
        ("ecs:RunTask", f"{ARN}:ecs:{HERE}:task-definition/{NAME}-*"),
        ("ecs:StopTask", f"{ARN}:ecs:{HERE}:task/{NAME}/*"),
        ("ecs:DescribeTasks", f"{ARN}:ecs:{HERE}:task/{NAME}/*"),
        *(("iam:PassRole", f"{ARN}:iam::${{AWS::AccountId}}:role/{NAME}-{each}") for each in ROLES),
        *((f"events:{call}", f"{ARN}:events:{HERE}:{rule}") for call in EVENTS),
    }

    assert grants_of(task_stack, "batch") - grants_of(all_stacks[task_stack.name], "batch") == added
    assert grants_of(all_stacks[task_stack.name], "batch") < grants_of(task_stack, "batch")


ROLES = ("role", "execution-role")
EVENTS = ("PutTargets", "PutRule", "DescribeRule")


@pytest.mark.parametrize("name", ["etl", "etl-large", "batch-report"])
def test_the_functions_may_do_what_they_may_without_it(name, task_stack, all_stacks):
    assert grants_of(task_stack, name) == grants_of(all_stacks[task_stack.name], name)


def test_the_task_may_do_with_files_what_the_functions_may_and_nothing_else(task_stack):
    assert grants_of(task_stack, "etl-task") == may_process_files(task_stack)


def test_the_execution_role_may_pull_the_image_and_write_logs_only(task_stack):
    repository = (
        f"{ARN}:ecr:{HERE}:repository/cdk-hnb659fds-container-assets-${{AWS::AccountId}}-${{AWS::Region}}"
    )
    pull = {
        ("ecr:GetAuthorizationToken", "*"),
        *(
            (f"ecr:{call}", repository)
            for call in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")
        ),
    }

    assert grants_of(task_stack, "etl-task-execution") == {
        *(pull if task_stack.name != "local" else ()),
        *(
            (f"logs:{call}", f"{ARN}:logs:{HERE}:log-group:/aws/ecs/{NAME}:*")
            for call in ("CreateLogStream", "PutLogEvents")
        ),
    }


def test_the_roles_are_for_tasks_of_this_account(task_stack):
    for kind in ROLES:
        _, role = task_stack.only("IAM::Role", RoleName=f"tastetrend-{task_stack.name}-etl-task-{kind}")
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert plain(statement["Condition"]) == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}


def test_the_cdk_adds_no_policy_to_the_roles(task_stack):
    assert [name for name in task_stack.properties("IAM::Policy") if "Task" in name] == []
    assert as_list(machine(task_stack)["RoleArn"])


def pins(path):
    lines = (PROJECT / path).read_text().splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith("#"))


def test_the_image_has_the_packages_of_the_layers_in_the_same_versions():
    asked, installed, layers = map(
        pins, ("container/requirements.txt", "locks/container.txt", "requirements.txt")
    )

    assert asked.items() <= installed.items()
    assert asked.items() <= layers.items()
    locked = pins("locks/requirements.txt")
    assert {name: version for name, version in installed.items() if name in locked}.items() <= locked.items()


def test_the_image_is_pinned_and_does_not_run_as_root():
    lines = (PROJECT / "container/Dockerfile").read_text().splitlines()
    last = {line.split()[0]: line for line in lines if line and line[0].isupper()}

    assert ":3.11." in last["FROM"]
    assert last["USER"] == "USER task"
    assert any("--require-hashes" in line for line in lines)
    assert last["CMD"] == f"CMD {json.dumps(['python', '-m', 'file_task'])}"
