"""The settings that all queues share."""

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import Environment


class PrivateQueue(sqs.Queue):
    """Encrypted queue; TLS only. Without `dead_letters` it is itself the last place of a message."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        name: str,
        retention: Duration,
        visibility: Duration | None = None,
        dead_letters: sqs.DeadLetterQueue | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            queue_name=environment.resource_name(name),
            retention_period=retention,
            visibility_timeout=visibility,
            dead_letter_queue=dead_letters,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=environment.removal_policy,
        )
        suppress(self, {"CKV_AWS_27": "SQS encrypts messages with a key of its own"})
        if dead_letters is None:
            reason = "It is the dead-letter queue itself; an operator redrives its events"
            for rule in ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"):
                Validations.of(self).acknowledge(Acknowledgment(id=rule, reason=reason))
