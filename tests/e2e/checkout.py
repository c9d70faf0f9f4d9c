"""A copy of the checkout whose code can change, deployed on its own emulator."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import boto3

from local.deploy import bootstrap, deploy
from local.emulator import PROJECT, running
from tests.cli.commands import SCRIPT
from tests.e2e.conftest import FailureQueue, Store
from tests.json_output import check_output

FUNCTION = "tastetrend-local-etl"
_COPIED_PATHS = (
    "Makefile",
    "app.py",
    "cdk.json",
    "lambda_src",
    "locks",
    "ops",
    "package-lock.json",
    "pyproject.toml",
    "samples",
    "tastetrend_stack",
)


def copy_checkout(folder):
    """Copy what a deployment and the commands need."""
    for name in _COPIED_PATHS:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        copy(PROJECT / name, folder / name)
    for path in (
        "pyproject.toml",
        "package-lock.json",
        *(f"locks/{file.name}" for file in (folder / "locks").iterdir()),
    ):
        os.utime(
            folder / path, (0, 0)
        )  # or `make` would install the copy into the environment that runs the tests
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / "node_modules").symlink_to(PROJECT / "node_modules")


@contextmanager
def first_release(folder, code=PROJECT / "lambda_src"):
    """Yield a checkout whose first version, of this code, is deployed and live on all aliases."""
    copy_checkout(folder)
    with running() as emulator:
        bootstrap(emulator)
        releases = Releases(emulator, folder, code)
        assert releases.deploy() == "1"
        releases.ops("promote", "staging")
        releases.ops("promote", "prod")
        yield releases


class Releases:
    """Deploys changed versions of a checkout and runs operator commands on them."""

    def __init__(self, emulator, folder, code, *context):
        self.emulator, self.folder, self.code, self.context = emulator, folder, code, context
        self.published = 0

    def deploy(self, *change):
        """Deploy the code, optionally changed, as a new project version; return the Lambda version."""
        self.raise_version()
        if change:
            self._replace(*change)
        deploy(self.emulator, self.folder, *self.context)
        return self.aliases()["dev"]

    def raise_version(self):
        """Restore the code with a new version number."""
        shutil.rmtree(self.folder / "lambda_src", ignore_errors=True)
        shutil.copytree(self.code, self.folder / "lambda_src")
        self.published += 1
        self._replace("tastetrend_etl/__init__.py", '"0.2.0"', f'"0.2.{self.published}"')

    def _replace(self, pattern, old, new):
        files = [path for path in (self.folder / "lambda_src").glob(pattern) if old in path.read_text()]
        assert files, f"nothing to change in {pattern}"
        for path in files:
            path.write_text(path.read_text().replace(old, new))

    def aliases(self, function=FUNCTION):
        aliases = self.client("lambda").list_aliases(FunctionName=function)["Aliases"]
        return {alias["Name"]: alias["FunctionVersion"] for alias in aliases}

    def large_aliases(self):
        """Return for each alias of the large function the version of the small one that it belongs to."""
        large, client = f"{FUNCTION}-large", self.client("lambda")
        configurations = {
            alias: client.get_function_configuration(FunctionName=large, Qualifier=version)
            for alias, version in self.aliases(large).items()
        }
        return {
            alias: configuration["Environment"]["Variables"]["ETL_VERSION"]
            for alias, configuration in configurations.items()
        }

    def client(self, service):
        return boto3.client(service, **self.emulator.connection)

    def store(self):
        stack = self.client("cloudformation").describe_stacks(StackName="tastetrend-local")["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        failures = FailureQueue(self.client("sqs"), outputs["FailureQueueUrl"])
        return Store(self.client("s3"), outputs["RawBucketName"], outputs["ProcessedBucketName"], failures)

    def ops(self, *arguments, status=0):
        """Run an operator command, check its exit status, and return stdout and stderr."""
        process = self.start(*arguments)
        output, _ = process.communicate()
        assert process.returncode == status, output
        return output

    def json(self, *arguments, status=0):
        """Run a command with `--json` and return the parsed stdout."""
        process = self.start(*arguments, "--json", stderr=subprocess.DEVNULL)
        output, _ = process.communicate()
        assert process.returncode == status, output
        check_output([*arguments, "--json"], output)
        return json.loads(output)

    def start(self, *arguments, stderr=subprocess.STDOUT):
        return subprocess.Popen(  # noqa: S603 # fixed program, no shell
            [SCRIPT, *arguments],
            cwd=PROJECT,
            env=os.environ | self.emulator.environment | {"COLUMNS": "250", "TASTETREND_ENV": "local"},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def process(self, alias, key):
        """Reprocess a raw object with an alias; return the function version in its dataset's metadata."""
        event = json.dumps({"key": key, "reprocess": True})
        response = self.client("lambda").invoke(FunctionName=FUNCTION, Qualifier=alias, Payload=event)
        assert "FunctionError" not in response, response["Payload"].read()
        (file,) = json.load(response["Payload"])["files"]
        assert file["action"] == "processed", file
        return self.writer(key)

    def writer(self, key):
        head = self.client("s3").head_object(
            Bucket="tastetrend-local-processed-000000000000", Key=f"processed/processed_{key}.parquet"
        )
        return head["Metadata"]["function-version"]
