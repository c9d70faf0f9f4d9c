"""Makes the stack of the environment that the context names, and of its roles if it names a repository."""

import sys

from aws_cdk import App

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.environments import UnknownEnvironmentError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    environment = find_environment(app.node.try_get_context("env"))
    TasteTrendStack(app, environment.named(), environment=environment)
    if repository := app.node.try_get_context("repository"):
        DeployRoles(app, environment.named("deploy"), environment=environment, repository=repository)
except (UnknownEnvironmentError, UnknownRepositoryError) as error:
    sys.exit(str(error))
app.synth()
