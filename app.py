"""The CDK app: the stack of context `env` and, with context `repository`, the stack of its deploy roles.

With context `large_files=fargate`, the stack has a task for files that are too large for a function. With
`retrieval=on`, reviews become vectors also in an environment that leaves this out, as `local` does.
"""

import sys

from aws_cdk import App

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.environments import UnknownEnvironmentError, UnknownOptionError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    environment = find_environment(*map(app.node.try_get_context, ("env", "large_files", "retrieval")))
    TasteTrendStack(app, environment.resource_name(), environment=environment)
    if repository := app.node.try_get_context("repository"):
        DeployRoles(app, environment.resource_name("deploy"), environment=environment, repository=repository)
except (UnknownEnvironmentError, UnknownOptionError, UnknownRepositoryError) as error:
    sys.exit(str(error))
app.synth()
