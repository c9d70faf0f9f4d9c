"""CloudFormation with CodeDeploy's part, Lambda, STS and S3 in memory, as far as releases need them."""

import io
from datetime import UTC, datetime

from botocore.exceptions import ClientError

ETL, LARGE = "tastetrend-prod-etl", "tastetrend-prod-etl-large"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
DEPLOYED = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
CALLER = "arn:aws:sts::1:assumed-role/deploy/someone"


class Killed(BaseException):
    """The command is killed."""


def refusal(message, code="ValidationError"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "AnyOperation")


class FakeAws:
    """A stack whose aliases `staging` and `prod` serve a version; large versions have the number plus 10.

    Attributes:
        fuse: the number of the call at which the command is killed; None: never.
        canary_polls: how often a canary is looked at before it ends.
        canary_error: CodeDeploy's information on the last deployment; None: nobody may read it.
        stops: reasons for which updates with this value of `TrafficShift` are rolled back.
    """

    def __init__(self, version="4", newest=6):
        self.newest, self.fuse, self.canary_polls, self.stops = newest, None, 3, {}
        self.canary_error = None
        self.aliases = {
            (function, alias): {"FunctionVersion": str(int(version) + extra), "weights": {}}
            for function, extra in ((ETL, 0), (LARGE, 10))
            for alias in ("staging", "prod")
        }
        self.aliases |= {
            (function, "dev"): {"FunctionVersion": str(newest + extra), "weights": {}}
            for function, extra in ((ETL, 0), (LARGE, 10))
        }
        self.parameters = {
            "StagingVersion": version,
            "LargeStagingVersion": str(int(version) + 10),
            "ProdVersion": version,
            "LargeProdVersion": str(int(version) + 10),
            "TrafficShift": "canary",
        }
        self.status, self.reason, self.calls = "UPDATE_COMPLETE", None, []
        self._pending, self._polls = None, 0

    # what the tests do and ask

    def serving(self, alias="prod"):
        """Return the versions that an alias serves by Lambda and by the stack, of both tiers, and weights."""
        small, large = self.aliases[ETL, alias], self.aliases[LARGE, alias]
        named = [self.parameters[f"{tier}{alias.capitalize()}Version"] for tier in ("", "Large")]
        return small["FunctionVersion"], large["FunctionVersion"], *named, small["weights"]

    def begin_canary(self, version):
        """Begin a promotion of prod, as another command does."""
        self.update_stack(
            Parameters=[
                {"ParameterKey": "ProdVersion", "ParameterValue": version},
                {"ParameterKey": "LargeProdVersion", "ParameterValue": str(int(version) + 10)},
                {"ParameterKey": "TrafficShift", "ParameterValue": "canary"},
            ]
        )

    def move_by_hand(self, alias, version):
        self.aliases[ETL, alias]["FunctionVersion"] = version
        self.aliases[LARGE, alias]["FunctionVersion"] = str(int(version) + 10)

    def connect(self, service):
        assert service in {"cloudformation", "codedeploy", "lambda", "sts"}
        return self

    def call(self, name):
        """Count a call; kill the command before the one at the fuse."""
        self.calls.append(name)
        if self.fuse is not None and len(self.calls) >= self.fuse:
            raise Killed

    # CloudFormation

    def describe_stacks(self, **_):
        self.call("describe_stacks")
        parameters = (
            self._pending if self._pending and self.status == "UPDATE_IN_PROGRESS" else self.parameters
        )
        listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        stack = {"StackName": "tastetrend-prod", "StackStatus": self.status, "Parameters": listed}
        stack |= {"CreationTime": DEPLOYED, "LastUpdatedTime": DEPLOYED}
        self._advance()
        return {"Stacks": [stack]}

    def describe_stack_events(self, **_):
        self.call("describe_stack_events")
        rows = [
            ("stack", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Alias]."),
            ("another", "UPDATE_FAILED", "Resource update cancelled"),
            ("alias", "UPDATE_FAILED", self.reason),
            ("stack", "UPDATE_IN_PROGRESS", "User Initiated"),
            ("alias", "UPDATE_FAILED", "the reason of an earlier update"),
        ]
        names = ("PhysicalResourceId", "ResourceStatus", "ResourceStatusReason")
        common = {"StackId": "stack", "Timestamp": NOW}
        return {"StackEvents": [common | dict(zip(names, row, strict=True)) for row in rows]}

    # CodeDeploy

    def list_deployments(self, *, deploymentGroupName, createTimeRange, **_):  # noqa: N803 # as boto3 names it
        assert (deploymentGroupName, createTimeRange) == (f"{ETL}-prod", {"start": NOW})
        if self.canary_error is None:
            raise refusal("no permission", "AccessDeniedException")
        return {"deployments": ["d-1"]}

    def get_deployment(self, *, deploymentId):  # noqa: N803 # as boto3 names it
        return {
            "deploymentInfo": {
                "deploymentId": deploymentId,
                "createTime": NOW,
                "errorInformation": self.canary_error,
            }
        }

    def update_stack(self, *, Parameters, **_):  # noqa: N803 # as boto3 names it
        self.call("update_stack")
        if self.status.endswith(("_IN_PROGRESS", "_FAILED")):
            raise refusal(f"Stack is in {self.status} state and can not be updated.")
        given = {
            each["ParameterKey"]: each["ParameterValue"] for each in Parameters if "ParameterValue" in each
        }
        wanted = self.parameters | given
        if wanted == self.parameters:
            raise refusal("No updates are to be performed.")
        self._pending, self.status = wanted, "UPDATE_IN_PROGRESS"
        by_canary = self._is_by_canary()
        self._polls = self.canary_polls if by_canary else 1
        if by_canary:
            self.aliases[ETL, "prod"]["weights"] = {wanted["ProdVersion"]: 0.1}

    def cancel_update_stack(self, **_):
        self.call("cancel_update_stack")
        if self.status != "UPDATE_IN_PROGRESS":
            raise refusal("CancelUpdateStack cannot be called from current stack status")
        self.status, self._polls, self.reason = "UPDATE_ROLLBACK_IN_PROGRESS", 2, "cancelled"

    def _is_by_canary(self):
        former, wanted = self.parameters["ProdVersion"], self._pending["ProdVersion"]
        return self._pending["TrafficShift"] == "canary" and former not in {"", wanted}

    def _advance(self):
        if not self.status.endswith("_IN_PROGRESS"):
            return
        self._polls -= 1
        if self._polls > 0:
            return
        self.reason = self.stops.get(self._pending["TrafficShift"], self.reason)
        if self.status == "UPDATE_ROLLBACK_IN_PROGRESS" or self._pending["TrafficShift"] in self.stops:
            self.status, self._pending = "UPDATE_ROLLBACK_COMPLETE", None
            if self.aliases[ETL, "prod"]["FunctionVersion"] == self.parameters["ProdVersion"]:
                self.aliases[ETL, "prod"]["weights"] = {}
            return
        for function, tier in ((ETL, ""), (LARGE, "Large")):
            for alias in ("staging", "prod"):
                name = f"{tier}{alias.capitalize()}Version"
                if self._pending[name] != self.parameters[name]:  # what was moved by hand is not noticed
                    self.aliases[function, alias] = {"FunctionVersion": self._pending[name], "weights": {}}
        self.parameters, self._pending, self.status = self._pending, None, "UPDATE_COMPLETE"

    # Lambda and STS

    class exceptions:  # noqa: N801 # as boto3 names it
        """The client's exceptions."""

        ResourceNotFoundException = KeyError

    def get_function(self, *, Qualifier, **_):  # noqa: N803 # as boto3 names it
        self.call("get_function")
        if int(Qualifier) > self.newest:
            raise KeyError(Qualifier)

    def get_function_configuration(self, **_):
        self.call("get_function_configuration")
        return {"LastModified": f"{DEPLOYED:%Y-%m-%dT%H:%M:%S}.000+0000"}  # as Lambda writes it

    def get_alias(self, *, FunctionName, Name):  # noqa: N803 # as boto3 names them
        self.call("get_alias")
        found = self.aliases[FunctionName, Name]
        routing = (
            {"RoutingConfig": {"AdditionalVersionWeights": found["weights"]}} if found["weights"] else {}
        )
        return {"FunctionVersion": found["FunctionVersion"], **routing}

    def update_alias(self, *, FunctionName, Name, FunctionVersion, RoutingConfig):  # noqa: N803 # as above
        self.call("update_alias")
        assert RoutingConfig == {"AdditionalVersionWeights": {}}
        self.aliases[FunctionName, Name] = {"FunctionVersion": FunctionVersion, "weights": {}}

    def get_paginator(self, name):
        return {
            "list_aliases": Pages(self._list_aliases),
            "list_versions_by_function": Pages(self._versions),
        }[name]

    def _list_aliases(self, function):
        self.call("list_aliases")
        return {
            "Aliases": [
                {"Name": alias, "FunctionVersion": found["FunctionVersion"]}
                for (name, alias), found in self.aliases.items()
                if name == function
            ]
        }

    def _versions(self, function):
        self.call("list_versions_by_function")
        assert function == LARGE
        named = [(str(number + 10), str(number)) for number in range(1, self.newest + 1)]
        return {
            "Versions": [
                {"Version": version, "Environment": {"Variables": {"ETL_VERSION": small}}}
                for version, small in [("$LATEST", str(self.newest)), *named]
            ]
        }

    def get_caller_identity(self):
        self.call("get_caller_identity")
        return {"Arn": CALLER}


class Pages:
    """The only page of a list."""

    def __init__(self, page):
        self.page = page

    def paginate(self, *, FunctionName):  # noqa: N803 # as boto3 names it
        return [self.page(FunctionName)]


class FakeS3:
    """A bucket in memory, because a command is killed at every call; writes count as calls."""

    def __init__(self, aws):
        self.aws, self.objects = aws, {}

    def put_object(self, *, Key, Body, IfNoneMatch=None, **_):  # noqa: N803 # as boto3 names them
        self.aws.call("put_object")
        if IfNoneMatch and Key in self.objects:
            raise refusal("At least one of the pre-conditions did not hold", "PreconditionFailed")
        self.objects[Key] = Body

    def get_object(self, *, Key, **_):  # noqa: N803 # as boto3 names it
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, name):
        assert name == "list_objects_v2"
        return self

    def paginate(self, *, Prefix, **_):  # noqa: N803 # as boto3 names it
        self.listed = [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]
        return self

    def search(self, _):
        return self.listed
