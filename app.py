"""The CDK app: the stack of context `env` and, with context `repository`, the stack of its deploy roles.

With context `large_files=fargate`, the stack has a task for files that are too large for a function. With
`retrieval=on`, reviews become vectors, and with `canary=on`, CodeDeploy moves the live alias, also in an
environment that leaves this out, as `local` does. With `boundary=on`, all roles have a permissions boundary.
`uploader_roles`, `operator_roles` and `analyst_roles` are the ARNs, separated by commas, of those who may
access objects beside the stack's own roles.
"""

import sys

from aws_cdk import App

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.options import OPTIONS, UnknownEnvironmentError, UnknownOptionError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    options = {name: app.node.try_get_context(name) for name in OPTIONS}
    environment = find_environment(app.node.try_get_context("env"), **options)
    TasteTrendStack(app, environment.resource_name(), environment=environment)
    if repository := app.node.try_get_context("repository"):
        DeployRoles(app, environment.resource_name("deploy"), environment=environment, repository=repository)
except (UnknownEnvironmentError, UnknownOptionError, UnknownRepositoryError) as error:
    sys.exit(str(error))
app.synth()
