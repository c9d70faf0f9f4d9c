"""The key of customers' pseudonyms, and how the functions get it."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from tastetrend_stack.checkov import suppress
from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, KeyAccess


class PseudonymKey(Construct):
    """A random key in a secret; in environments without customers' data a fixed one, which is public."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        name = environment.resource_name("pseudonym-key")
        self.access = KeyAccess({"PSEUDONYM_KEY": f"{name}, which is public"})
        if environment.secret_key:
            secret = self._build_secret(environment, name)
            read = Grant(["secretsmanager:GetSecretValue"], [secret.secret_arn])
            self.access = KeyAccess({"PSEUDONYM_SECRET": secret.secret_arn}, [read])

    def _build_secret(self, environment: Environment, name: str) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=name,
            description="The key of customers' pseudonyms",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=environment.removal_policy,
        )
        reason = "A new key changes every pseudonym: a person rotates it and processes the files again"
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=reason))
        suppress(
            secret,
            {"CKV_AWS_149": "Secrets Manager encrypts it with a key of AWS; only the roles may read it"},
        )
        return secret
