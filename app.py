"""Makes the stack of the environment that the context names."""

import sys

from aws_cdk import App

from tastetrend_stack.environments import UnknownEnvironmentError, find_environment
from tastetrend_stack.stack import TasteTrendStack

app = App()
try:
    environment = find_environment(app.node.try_get_context("env"))
except UnknownEnvironmentError as error:
    sys.exit(str(error))
TasteTrendStack(app, environment.named(), environment=environment)
app.synth()
