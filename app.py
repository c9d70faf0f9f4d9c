"""The CDK app: the stack of context `env` and, with context `repository`, the stack of its deploy roles."""

import sys

from aws_cdk import App

from tastetrend_stack.deploy_role import DeployRoles, UnknownRepositoryError
from tastetrend_stack.environments import UnknownEnvironmentError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    environment = find_environment(app.node.try_get_context("env"))
    TasteTrendStack(app, environment.resource_name(), environment=environment)
    if repository := app.node.try_get_context("repository"):
        DeployRoles(app, environment.resource_name("deploy"), environment=environment, repository=repository)
except (UnknownEnvironmentError, UnknownRepositoryError) as error:
    sys.exit(str(error))
app.synth()
