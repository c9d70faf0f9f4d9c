"""Evaluates policies of a template as IAM does."""

import json
from dataclasses import dataclass

from ministack.core.iam_evaluator import (
    EvalContext,
    evaluate,
    evaluate_resource_policy,
    parse_policy_document,
)

ACCOUNT, REGION = "111122223333", "eu-west-1"


@dataclass(frozen=True)
class Principal:
    """Who calls: a role or user of an account, or a service of AWS, which belongs to none."""

    arn: str
    account: str = ACCOUNT

    @property
    def is_service(self):
        return ":" not in self.arn


def role(name, account=ACCOUNT):
    return Principal(f"arn:aws:iam::{account}:role/{name}", account)


def fill_in(document):
    """Replace the parameters of CloudFormation in a rendered policy."""
    text = json.dumps(document)
    for name, value in (("Partition", "aws"), ("AccountId", ACCOUNT), ("Region", REGION)):
        text = text.replace(f"${{AWS::{name}}}", value)
    return json.loads(text.replace("${AWS::URLSuffix}", "amazonaws.com"))


def denied_by_resource(policy, principal, action, resource):
    """Return whether a resource's policy denies a call, whatever IAM allows the principal."""
    return evaluate_resource_policy(policy, _context(principal, action, resource)).decision == "Deny"


def allowed(policies, principal, action, resource, *boundaries, **keys):
    """Return whether policies, within boundaries, allow a call; in the `keys` of conditions, `_` is `:`."""
    context = _context(principal, action, resource)
    context.service_context.update({name.replace("_", ":", 1).lower(): keys[name] for name in keys})
    layers = [[parse_policy_document(boundary)] for boundary in boundaries]
    return evaluate(context, [parse_policy_document(each) for each in policies], *layers).decision == "Allow"


def _context(principal, action, resource):
    return EvalContext(
        principal_arn=principal.arn,
        principal_type="Service" if principal.is_service else "AssumedRole",
        principal_account=None if principal.is_service else principal.account,
        action=action,
        resource_arn=resource,
        region=REGION,
        secure_transport=True,
        principal_keys={"aws:principalisawsservice": str(principal.is_service).lower()},
    )
