"""The permissions of people and of those who deploy, as the pages of docs/ give them."""

import json

from local.emulator import ACCOUNT, PROJECT, REGION

POLICIES = PROJECT / "tastetrend_stack" / "policies"
STACK, QUEUE = "stack/tastetrend-local/*", "tastetrend-local-embedding"
MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-embed-text-v2:0"


def policy(*grants):
    """Return a policy document of actions, separated by spaces, with their resources."""
    statements = [
        {"Effect": "Allow", "Action": actions.split(), "Resource": list(arns)} for actions, *arns in grants
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def bucket(kind, key=""):
    return f"arn:aws:s3:::tastetrend-local-{kind}-{ACCOUNT}{key}"


ANYTHING = policy(("*", "*"))
PEOPLE = {
    "uploader": policy(("s3:PutObject", bucket("raw", "/*"))),  # docs/operations.md
    "operator": policy(  # docs/erasure.md
        ("cloudformation:DescribeStacks", arn("cloudformation", STACK)),
        (
            "lambda:InvokeFunction",
            *(
                arn("lambda", f"function:tastetrend-local-{name}")
                for name in ("erase", "etl:dev", "etl-large:dev")
            ),
        ),
        ("s3:ListBucketVersions", bucket("raw"), bucket("processed")),
        ("s3:PutObject", bucket("artifacts", "/erasures/*")),
        ("sqs:GetQueueAttributes", arn("sqs", QUEUE)),
    ),
    "analyst": policy(  # docs/curated.md and docs/retrieval.md
        (
            (
                "athena:StartQueryExecution athena:StopQueryExecution athena:GetQueryExecution "
                "athena:GetQueryResults athena:GetWorkGroup"
            ),
            arn("athena", "workgroup/tastetrend-local"),
        ),
        ("s3:GetBucketLocation s3:ListBucket", bucket("processed")),
        ("s3:GetObject", bucket("processed", "/curated/*")),
        (
            "s3:GetObject s3:PutObject s3:AbortMultipartUpload s3:ListMultipartUploadParts",
            bucket("processed", "/queries/*"),
        ),
        ("cloudformation:DescribeStacks", arn("cloudformation", STACK)),
        ("bedrock:InvokeModel", MODEL),
        (
            "s3vectors:QueryVectors s3vectors:GetVectors",
            arn("s3vectors", "bucket/tastetrend-local-vectors-*"),
        ),
        ("sqs:GetQueueAttributes", arn("sqs", QUEUE)),
    ),
    "reader": policy(  # docs/security.md
        ("cloudformation:DescribeStacks", arn("cloudformation", STACK)),
        ("s3:ListBucket s3:ListBucketVersions", bucket("raw")),
        ("s3:ListBucket", bucket("processed"), bucket("artifacts")),
        (
            "s3:GetObject",
            *(
                bucket("processed", f"/{keys}")
                for keys in (
                    *("history/*", "processed/logs/*", "rejected/*.error.json"),
                    "batches/*/report.json",
                )
            ),
            *(bucket("artifacts", f"/releases/{keys}") for keys in ("events/*", "*/manifest.json")),
        ),
        (
            (
                "lambda:GetAlias lambda:ListAliases lambda:GetFunctionConfiguration "
                "lambda:ListVersionsByFunction"
            ),
            *(
                arn("lambda", f"function:tastetrend-local-etl{end}")
                for end in ("", ":*", "-large", "-large:*")
            ),
        ),
        ("cloudwatch:DescribeAlarms cloudwatch:GetMetricStatistics", "*"),
        (
            "sqs:GetQueueAttributes sqs:GetQueueUrl",
            *(arn("sqs", name) for name in ("tastetrend-local-etl-failures", QUEUE, f"{QUEUE}-dead")),
        ),
        (
            "states:ListExecutions states:DescribeExecution states:ListMapRuns states:DescribeMapRun",
            *(
                arn("states", f"{kind}:tastetrend-local-batch{end}")
                for kind, end in (("stateMachine", ""), ("execution", ":*"), ("mapRun", "/*"))
            ),
        ),
    ),
}


def read_policy(name):
    """Return one of the policies that a person creates; the emulator does not know the variable."""
    text = (POLICIES / f"{name}.json").read_text().replace("<env>", "local")
    return text.replace("${aws:PrincipalAccount}", ACCOUNT)
