"""The function that turns the reviews of datasets into vectors, and what its role allows."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_sqs as sqs

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, KeyAccess, bucket_arn, object_arns, regional_arn
from tastetrend_stack.python_function import FunctionSpec
from tastetrend_stack.vector_index import INDEX_NAME, index_arn, vector_bucket_name

TIMEOUT = Duration.minutes(5)
QUEUE = "embedding"
MODEL = "amazon.titan-embed-text-v2:0"
MODEL_ARN = f"arn:{Aws.PARTITION}:bedrock:{Aws.REGION}::foundation-model/{MODEL}"
_USD_PER_1000_TOKENS = "0.00002"  # in us-east-1, November 2026: https://aws.amazon.com/bedrock/pricing/
_READ = ("s3:GetObject", "s3:GetObjectVersion")  # a broken download goes on with the same version
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload")
_RECEIVE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")  # Lambda, in the role's name
_CONTINUE = "SendMessage"  # a file that is not finished when the time is up


def embedding_function(environment: Environment, key: KeyAccess, queue: sqs.Queue) -> FunctionSpec:
    """Describe the function; it has the code and the layers of the etl function."""
    return FunctionSpec(
        name=environment.resource_name("embed"),
        description="Turns the reviews of each dataset into vectors that can be searched",
        handler="embed.lambda_handler",
        timeout=TIMEOUT,
        variables={
            "PROCESSED_BUCKET": environment.bucket_name("processed"),
            "VECTOR_BUCKET": vector_bucket_name(environment),
            "VECTOR_INDEX": INDEX_NAME,
            "EMBEDDING_MODEL": MODEL,
            "EMBEDDING_TOKENS_A_DAY": str(environment.embedding_tokens_a_day),
            "EMBEDDING_USD_PER_1000_TOKENS": _USD_PER_1000_TOKENS,
            "QUEUE_URL": queue.queue_url,
            **key.variables,
        },
        policy_name="embed",
        grants=[*_grants(environment), *key.grants],
        role_description="Reads datasets, calls the one model, and writes manifests and vectors",
    )


def _grants(environment: Environment) -> list[Grant]:
    """Without ListBucket, a HEAD of a missing key answers 403 instead of 404."""
    any_dataset = "Keys of datasets follow the senders' keys, below a fixed prefix"
    by_dataset = "Keys of manifests follow those of datasets"
    by_day = "The keys of the counters are days"
    vectors = [f"s3vectors:{call}Vectors" for call in ("Put", "Get", "Delete")]
    queue = regional_arn("sqs", environment.resource_name(QUEUE))
    return [
        Grant(["s3:ListBucket"], [bucket_arn(environment, "processed")]),
        Grant([*_READ], object_arns(environment, "processed", "processed"), any_dataset),
        Grant([*_READ, *_WRITE], object_arns(environment, "processed", "embeddings/manifests"), by_dataset),
        Grant(
            ["s3:GetObject", "s3:PutObject"],
            object_arns(environment, "processed", "embeddings/budget"),
            by_day,
        ),
        # The model belongs to no account.
        Grant(["bedrock:InvokeModel"], [MODEL_ARN], conditional=False),
        Grant(vectors, [index_arn(environment)], conditional=False),
        Grant([f"sqs:{call}" for call in (*_RECEIVE, _CONTINUE)], [queue], conditional=False),
    ]
