"""Each environment's stack, synthesised once a session because jsii and the asset are slow."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from tastetrend_stack.environments import ENVIRONMENTS, Environment
from tastetrend_stack.options import find_environment
from tastetrend_stack.stack import TasteTrendStack

CDK_JSON = Path(__file__).parents[2] / "cdk.json"


@dataclass
class Synthesised:
    """An environment's stack and its template."""

    environment: Environment
    app: App
    stack: TasteTrendStack
    folder: Path

    def __post_init__(self):
        self.name = self.environment.name
        self.template_file = self.folder / f"{self.stack.stack_name}.template.json"
        self.document = json.loads(self.template_file.read_text())
        self.template = Template.from_json(self.document)

    def properties(self, kind):
        """Return the properties of all resources of a type, by logical id."""
        resources = self.template.find_resources(f"AWS::{kind}")
        return {logical_id: resource.get("Properties", {}) for logical_id, resource in resources.items()}

    def bucket(self, kind):
        """Return the name of a bucket in the template."""
        return f"tastetrend-{self.name}-{kind}-${{AWS::AccountId}}"

    def only(self, kind, **wanted):
        """Return logical id and properties of the only resource of a type with the wanted properties."""
        (match,) = (
            (logical_id, properties)
            for logical_id, properties in self.properties(kind).items()
            if wanted.items() <= properties.items()
        )
        return match

    def function(self, name="etl"):
        """Return logical id and properties of one of the functions."""
        return self.only("Lambda::Function", FunctionName=f"tastetrend-{self.name}-{name}")


def build(environment, folder):
    """Synthesise with the flags of cdk.json, which only the CLI adds to the context."""
    app = App(context=json.loads(CDK_JSON.read_text())["context"], outdir=str(folder))
    stack = TasteTrendStack(app, environment.resource_name(), environment=environment)
    app.synth()
    return Synthesised(environment, app, stack, folder)


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory):
    def _synthesise(name, **options):
        return build(find_environment(name, **options), tmp_path_factory.mktemp(name))

    return _synthesise


@pytest.fixture(scope="session")
def all_stacks(synthesise):
    return {name: synthesise(name) for name in ENVIRONMENTS}


@pytest.fixture(params=ENVIRONMENTS)
def any_stack(request, all_stacks):
    return all_stacks[request.param]


@pytest.fixture(scope="session")
def all_task_stacks(synthesise):
    return {name: synthesise(name, large_files="fargate") for name in ENVIRONMENTS}


@pytest.fixture(params=ENVIRONMENTS)
def task_stack(request, all_task_stacks):
    """Return an environment's stack with a task for the largest files."""
    return all_task_stacks[request.param]


@pytest.fixture(scope="session")
def all_retrieval_stacks(all_stacks, synthesise):
    return all_stacks | {"local": synthesise("local", retrieval="on")}


@pytest.fixture(params=ENVIRONMENTS)
def retrieval_stack(request, all_retrieval_stacks):
    """Return an environment's stack in which reviews become vectors."""
    return all_retrieval_stacks[request.param]
