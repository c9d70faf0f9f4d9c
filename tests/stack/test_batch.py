"""The state machine: one child a file, with retries; no file is lost; its role allows what it needs only."""

import json

import pytest

from tests.stack.plain import as_list, plain

ARN = "arn:${AWS::Partition}"
HERE = "${AWS::Region}:${AWS::AccountId}"
RAW, PROCESSED = (f"{ARN}:s3:::tastetrend-ENV-{kind}-${{AWS::AccountId}}" for kind in ("raw", "processed"))


def machine(synthesised):
    _, properties = synthesised.only("StepFunctions::StateMachine")
    return properties


def definition(synthesised):
    return json.loads(plain(machine(synthesised)["DefinitionString"]))


def children(synthesised, name="Files"):
    return definition(synthesised)["States"][name]["ItemProcessor"]


def grants_of(synthesised, name):
    """Return every (action, resource) that a role allows, with the environment's name left out."""
    _, role = synthesised.only("IAM::Role", RoleName=f"tastetrend-{synthesised.name}-{name}-role")
    (policy,) = role["Policies"]
    live = synthesised.document["Outputs"]["LiveAliasName"]["Value"]
    return {
        (action, _without_names(plain(resource), synthesised.name, live))
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
        if not action.startswith("kms:")  # test_data_key.py
        for resource in as_list(statement["Resource"])
    }


def _without_names(resource, environment, alias):
    return resource.replace(f"-{environment}-", "-ENV-").replace(f":{alias}", ":ALIAS")


def test_the_machine_may_list_raw_files_invoke_the_functions_and_keep_failures(any_stack):
    executions = f"{ARN}:states:{HERE}:execution:tastetrend-ENV-batch"
    assert grants_of(any_stack, "batch") == {
        *(
            ("lambda:InvokeFunction", f"{ARN}:lambda:{HERE}:function:tastetrend-ENV-{name}")
            for name in ("etl:ALIAS", "etl-large:ALIAS", "batch-report")
        ),
        ("s3:ListBucket", RAW),
        *(
            (f"s3:{call}", f"{PROCESSED}/batches/*")
            for call in ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")
        ),
        ("sqs:SendMessage", f"{ARN}:sqs:{HERE}:tastetrend-ENV-etl-failures"),
        ("states:StartExecution", f"{ARN}:states:{HERE}:stateMachine:tastetrend-ENV-batch"),
        ("states:DescribeExecution", f"{executions}:*"),
        ("states:StopExecution", f"{executions}:*"),
        ("states:RedriveExecution", f"{executions}/files:*"),
        ("states:RedriveExecution", f"{executions}/listed:*"),
        *(
            (f"logs:{call}", "*")
            for call in (
                "CreateLogDelivery",
                "GetLogDelivery",
                "UpdateLogDelivery",
                "DeleteLogDelivery",
                "ListLogDeliveries",
                "PutResourcePolicy",
                "DescribeResourcePolicies",
                "DescribeLogGroups",
            )
        ),
        *(
            (f"xray:{call}", "*")
            for call in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
        ),
    }


def may_write_logs(name):
    """Return what it takes to write logs and traces."""
    group = f"{ARN}:logs:{HERE}:log-group:/aws/lambda/tastetrend-ENV-{name}"
    logs = {
        (f"logs:{call}", resource)
        for call in ("CreateLogStream", "PutLogEvents")
        for resource in (group, f"{group}:*")
    }
    return {*logs, *((f"xray:{call}", "*") for call in ("PutTraceSegments", "PutTelemetryRecords"))}


def test_the_report_may_read_outputs_and_write_reports_of_batches(any_stack):
    assert grants_of(any_stack, "batch-report") == {
        ("s3:ListBucketVersions", RAW),
        ("s3:ListBucket", RAW),
        ("s3:ListBucket", PROCESSED),
        ("s3:GetObject", f"{RAW}/*"),
        ("s3:GetObject", f"{PROCESSED}/batches/*"),
        *(
            ("s3:GetObject", f"{PROCESSED}/{prefix}/*")
            for prefix in ("curated", "processed", "reference", "rejected")
        ),
        ("s3:PutObject", f"{PROCESSED}/batches/*"),
        *may_write_logs("batch-report"),
    }


def may_process_files(stack):
    """Return what it takes to process a file, whatever its size."""
    return {
        ("s3:ListBucket", RAW),
        ("s3:ListBucket", PROCESSED),
        ("s3:GetObject", f"{RAW}/*"),
        ("s3:GetObjectVersion", f"{RAW}/*"),
        *(
            (f"s3:{call}", f"{PROCESSED}/{prefix}/*")
            for prefix in ("curated", "history", "processed", "reference", "rejected")
            for call in ("GetObject", "PutObject", "AbortMultipartUpload")
        ),
        *(("s3:DeleteObject", f"{PROCESSED}/{prefix}/*") for prefix in ("curated", "processed", "reference")),
        *(
            ("secretsmanager:GetSecretValue", f"${{{secret}}}")
            for secret in stack.properties("SecretsManager::Secret")
        ),
    }


def test_the_large_function_may_do_with_files_what_the_small_one_may_and_nothing_else(any_stack):
    large, small = grants_of(any_stack, "etl-large"), grants_of(any_stack, "etl")
    assert large == {
        *may_process_files(any_stack),
        *may_write_logs("etl-large"),
    }
    assert large - may_write_logs("etl-large") < small


def test_the_cdk_adds_no_policy_to_the_role(any_stack):
    assert [name for name in any_stack.properties("IAM::Policy") if name.startswith("Batch")] == []


MAPS = pytest.mark.parametrize("name", ["Files", "Listed"])


@MAPS
def test_each_file_is_a_standard_execution_of_its_own(name, any_stack):
    files, key = definition(any_stack)["States"][name], {"Files": "Key", "Listed": "key"}[name]

    assert files["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert "ItemBatcher" not in files
    assert files["Label"] == name.lower()
    assert files["ItemSelector"] == {"key.$": f"$$.Map.Item.Value.{key}", "reprocess.$": "$.reprocess"}
    assert (files["MaxConcurrency"], files["ToleratedFailurePercentage"]) == (100, 10)


def test_the_files_are_those_under_a_prefix_or_those_of_a_list(any_stack):
    states = definition(any_stack)["States"]

    assert states["Files"]["ItemReader"]["Parameters"] == {
        "Bucket": "${StorageRaw7E344C76}",
        "Prefix.$": "$.prefix",
    }
    assert states["Listed"]["ItemReader"]["ReaderConfig"] == {"InputType": "JSONL"}
    assert states["Listed"]["ItemReader"]["Parameters"] == {
        "Bucket": "${StorageProcessedA33E9072}",
        "Key.$": "$.gathered.list",
    }


@MAPS
def test_the_results_of_the_children_go_to_the_processed_bucket(name, any_stack):
    """The CDK leaves the writer out, without a word, if a flag of the context is missing."""
    files = definition(any_stack)["States"][name]

    assert files["ResultPath"] is None
    assert files["ResultWriter"] == {
        "Resource": "arn:${AWS::Partition}:states:::s3:putObject",
        "Parameters": {"Bucket": "${StorageProcessedA33E9072}", "Prefix": "batches/results"},
        "WriterConfig": {"OutputType": "JSONL", "Transformation": "NONE"},
    }


def test_the_files_of_a_manifest_are_looked_for_each_minute_until_they_are_there(any_stack):
    states = definition(any_stack)["States"]

    assert states["Gather"]["Parameters"]["Payload"] == {
        "gather.$": "$.manifest",
        "execution.$": "$$.Execution.Name",
        "started.$": "$$.Execution.StartTime",
    }
    assert (states["Gather"]["ResultPath"], states["Gather"]["Next"]) == ("$.gathered", "Ready")
    assert states["Ready"]["Choices"] == [
        {"Variable": "$.gathered.ready", "BooleanEquals": True, "Next": "Listed"}
    ]
    wait = states[states["Ready"]["Default"]]
    assert (wait["Type"], wait["Seconds"], wait["Next"]) == ("Wait", 60, "Gather")


@MAPS
@pytest.mark.parametrize("task", ["Small", "Large"])
def test_a_call_is_repeated_longer_if_it_was_throttled(task, name, any_stack):
    throttled, others = children(any_stack, name)["States"][name + task]["Retry"]

    assert "Lambda.TooManyRequestsException" in throttled["ErrorEquals"]
    assert others["ErrorEquals"] == ["States.ALL"]
    assert (throttled["MaxAttempts"], others["MaxAttempts"]) == (8, 2)
    for each in (throttled, others):
        assert (each["IntervalSeconds"], each["MaxDelaySeconds"], each["JitterStrategy"]) == (2, 120, "FULL")


def failure_of(states, name):
    """Return the states that follow when a task has failed in all attempts."""
    (caught,) = states[name]["Catch"]
    assert caught["ErrorEquals"] == ["States.ALL"]
    keep = states[caught["Next"]]
    return keep, states[keep["Next"]]


@pytest.mark.parametrize("name", ["FilesSmall", "FilesLarge", "ListedSmall", "ListedLarge", "Alone"])
def test_a_file_that_fails_is_sent_to_the_failure_queue_with_its_reason(name, any_stack):
    parent = name.removesuffix("Small").removesuffix("Large")
    states = definition(any_stack)["States"]
    if parent != name:
        states = children(any_stack, parent)["States"]
    keep, last = failure_of(states, name)

    assert keep["Parameters"] == {
        "QueueUrl": "${IngestionFailures3B48F157}",
        "MessageBody": {
            "requestPayload": {"key.$": "$.key", "reprocess.$": "$.reprocess"},
            "requestContext": {"condition.$": "$.failure.Error"},
            "responsePayload": {"errorMessage.$": "$.failure.Cause"},
        },
    }
    assert last["Type"] == "Fail"


@MAPS
def test_a_file_that_the_small_function_finds_too_large_goes_to_the_large_one(name, any_stack):
    states = children(any_stack, name)["States"]
    small, large, fit = states[f"{name}Small"], states[f"{name}Large"], states[f"{name}Fit"]

    assert small["Parameters"]["Payload"]["hand_over"] is False
    assert small["Next"] == f"{name}Fit"
    assert fit["Choices"] == [
        {"Variable": "$.result.action", "StringEquals": "too_large_here", "Next": f"{name}Large"}
    ]
    assert states[fit["Default"]]["Type"] == "Succeed"
    live = {"local": "dev"}.get(any_stack.name, any_stack.name).capitalize()
    assert large["Parameters"]["FunctionName"].startswith(f"${{LargeRelease{live}Alias")
    assert small["Parameters"]["FunctionName"].startswith(f"${{Release{live}Alias")


def test_one_file_that_was_handed_over_goes_to_the_large_function_at_once(any_stack):
    states = definition(any_stack)["States"]

    assert states["Which"]["Choices"] == [
        {"Variable": "$.key", "IsPresent": True, "Next": "Alone"},
        {"Variable": "$.manifest", "IsPresent": True, "Next": "Gather"},
    ]
    assert states["Which"]["Default"] == "Files"
    assert states["Alone"]["Parameters"]["FunctionName"].startswith("${LargeRelease")
    assert states["Alone"]["End"] is True


@MAPS
def test_the_report_is_written_whatever_becomes_of_the_files_and_decides(name, any_stack):
    states = definition(any_stack)["States"]
    (caught,) = states[name]["Catch"]

    assert (states[name]["Next"], caught["Next"]) == ("Report", "Report")
    assert caught["ErrorEquals"] == ["States.ALL"]
    assert states["Report"]["Parameters"]["Payload"] == {
        "execution.$": "$$.Execution.Name",
        "started.$": "$$.Execution.StartTime",
        "input.$": "$",
    }
    failed, holds = states["Holds"]["Choices"]
    assert failed == {"Variable": "$.failure", "IsPresent": True, "Next": "FilesFailed"}
    assert holds == {"Variable": "$.result.holds", "BooleanEquals": True, "Next": "Done"}
    assert {states[name]["Type"] for name in ("FilesFailed", states["Holds"]["Default"])} == {"Fail"}


def test_the_log_has_no_keys_and_the_executions_are_traced(any_stack):
    properties = machine(any_stack)
    log, _ = any_stack.only(
        "Logs::LogGroup", LogGroupName=f"/aws/vendedlogs/states/tastetrend-{any_stack.name}-batch"
    )

    (destination,) = properties["LoggingConfiguration"]["Destinations"]
    assert plain(destination)["CloudWatchLogsLogGroup"]["LogGroupArn"] == f"${{{log}.Arn}}"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert properties["LoggingConfiguration"]["Level"] == "ERROR"
    assert properties["TracingConfiguration"] == {"Enabled": True}
    assert definition(any_stack)["TimeoutSeconds"] == 2 * 24 * 3600
