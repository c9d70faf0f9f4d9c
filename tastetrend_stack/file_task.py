"""The task on Fargate that processes a file too large for a function, and what its roles allow."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Acknowledgment, Aws, CfnDeletionPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct, IConstruct

from tastetrend_stack.checkov import LOGS, suppress
from tastetrend_stack.environments import Environment
from tastetrend_stack.file_access import file_grants, file_variables
from tastetrend_stack.file_task_access import CONTAINER, task_name
from tastetrend_stack.iam import Grant, KeyAccess, build_role, regional_arn

_MEMORY_MB, _DISK_GIB = 8_192, 200  # `limits.py` derives the largest file; Fargate gives no more disk
_CPU_UNITS = 2_048  # two vCPUs: one processes the file, the other writes columns and uploads parts
_PLATFORM = ecs.RuntimePlatform(
    cpu_architecture=ecs.CpuArchitecture.X86_64, operating_system_family=ecs.OperatingSystemFamily.LINUX
)
_PROJECT = Path(__file__).parents[1]
# All but what the Dockerfile copies; the order counts.
_NOT_IN_IMAGE = ["*", "!container", "!lambda_src", "!locks/container.txt", "**/__pycache__", "**/.*"]
_PULL = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")


class FileTask(Construct):
    """A task definition for a version of the large function, and the network in which it runs.

    `version` is that of the large function, `belongs_to` that of the small one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        key: KeyAccess,
        version: str,
        belongs_to: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment, self._name = environment, task_name(environment)
        network = self._build_network()
        self.subnets = [subnet.subnet_id for subnet in network.public_subnets]
        self.security_group = self._build_security_group(network).security_group_id
        self._build_cluster(network)
        self._add_definition(f"{self._name}-{version}", belongs_to, key)

    def _build_network(self) -> ec2.Vpc:
        """Build public subnets only: a NAT gateway would cost more than all tasks."""
        public = ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)
        network = ec2.Vpc(
            self,
            "Network",
            vpc_name=self._name,
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[public],
        )
        network.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        reason = "The task listens on no port, and calls AWS only, whose trails record what it did"
        _acknowledge(network, "AwsSolutions-VPC7", reason)
        return network

    def _build_security_group(self, network: ec2.Vpc) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=network,
            description="Lets the task call AWS, and nothing reach the task",
            allow_all_outbound=False,
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "HTTPS")
        return group

    def _build_cluster(self, network: ec2.Vpc) -> None:
        cluster = ecs.Cluster(self, "Cluster", cluster_name=self._name, vpc=network)
        reason = "Insights cost more than the tasks; executions and logs tell what becomes of each one"
        _acknowledge(cluster, "AwsSolutions-ECS4", reason)

    def _add_definition(self, family: str, belongs_to: str, key: KeyAccess) -> None:
        image, pull = self._build_image()
        definition = ecs.FargateTaskDefinition(
            self,
            "Definition",
            family=family,
            cpu=_CPU_UNITS,
            memory_limit_mib=_MEMORY_MB,
            ephemeral_storage_gib=_DISK_GIB,
            runtime_platform=_PLATFORM,
            task_role=self._build_role("role", [*file_grants(self._environment), *key.grants]),
            execution_role=self._build_role("execution-role", [*pull, self._write_logs()]),
        )
        self._add_container(definition, image, {**key.variables, "ETL_VERSION": belongs_to})
        _keep_replaced(definition)
        reason = "The variables are names, and a key only where it is public; the secret is read by the task"
        _acknowledge(definition, "AwsSolutions-ECS2", reason)

    def _add_container(
        self, definition: ecs.FargateTaskDefinition, image: ecs.ContainerImage, variables: Mapping[str, str]
    ) -> None:
        files = file_variables(self._environment, "task")
        definition.add_container(
            CONTAINER,
            image=image,
            command=["python", "-m", "file_task"],
            environment={**files, **variables, "POWERTOOLS_SERVICE_NAME": self._name},
            logging=ecs.LogDrivers.aws_logs(stream_prefix="task", log_group=self._build_log_group()),
        )

    def _write_logs(self) -> Grant:
        return Grant(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [regional_arn("logs", f"log-group:/aws/ecs/{self._name}:*")],
            "ECS names the streams, all of them in the task's own group",
        )

    def _build_image(self) -> tuple[ecs.ContainerImage, list[Grant]]:
        """Return the image, and what it takes to pull it; the emulator runs the command without one."""
        if self._environment.name == "local":
            return ecs.ContainerImage.from_registry(self._name), []
        asset = ecr_assets.DockerImageAsset(
            self,
            "Image",
            directory=str(_PROJECT),
            file="container/Dockerfile",
            exclude=_NOT_IN_IMAGE,
            platform=ecr_assets.Platform.LINUX_AMD64,
        )
        return ecs.ContainerImage.from_docker_image_asset(asset), _pull_grants(asset)

    def _build_log_group(self) -> logs.LogGroup:
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/ecs/{self._name}",
            retention=self._environment.log_retention,
            removal_policy=self._environment.removal_policy,
        )
        suppress(log_group, LOGS)
        return log_group

    def _build_role(self, kind: str, grants: Sequence[Grant]) -> iam.IRole:
        """Build a role with these grants only, none by the CDK."""
        this_account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        role = build_role(
            self,
            kind.title().replace("-", ""),
            environment=self._environment,
            name=f"{self._name}-{kind}",
            policy_name="task",
            grants=grants,
            assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com", conditions=this_account),
        )
        return role.without_policy_updates()


def _pull_grants(image: ecr_assets.DockerImageAsset) -> list[Grant]:
    no_resource = "The action supports no resource of its own"
    return [
        Grant(["ecr:GetAuthorizationToken"], ["*"], no_resource, conditional=False),
        Grant([f"ecr:{call}" for call in _PULL], [image.repository.repository_arn]),
    ]


def _keep_replaced(definition: ecs.FargateTaskDefinition) -> None:
    """Keep the definitions of earlier versions: aliases may run them, and a rollback goes back to them."""
    resource = definition.node.default_child
    if isinstance(resource, ecs.CfnTaskDefinition):
        resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        resource.cfn_options.deletion_policy = CfnDeletionPolicy.DELETE


def _acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
