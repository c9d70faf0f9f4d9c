"""The CDK app: the stack of context `env` and, with context `repository`, the stack of its deploy roles.

With context `large_files=fargate`, the stack has a task for files that are too large for a function. With
`retrieval=on`, reviews become vectors, and with `canary=on`, CodeDeploy moves the live alias, also in an
environment that leaves this out, as `local` does.
"""

import sys

from aws_cdk import App

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.environments import UnknownEnvironmentError, UnknownOptionError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    options = ("env", "large_files", "retrieval", "canary")
    environment = find_environment(*map(app.node.try_get_context, options))
    TasteTrendStack(app, environment.resource_name(), environment=environment)
    if repository := app.node.try_get_context("repository"):
        DeployRoles(app, environment.resource_name("deploy"), environment=environment, repository=repository)
except (UnknownEnvironmentError, UnknownOptionError, UnknownRepositoryError) as error:
    sys.exit(str(error))
app.synth()
