"""The index that the vectors of reviews are in, and the bucket around it."""

from aws_cdk import aws_s3vectors as s3vectors
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import regional_arn

INDEX_NAME = "reviews-titan-v2-1024"  # nothing of an index can change: another model gets another name
DIMENSION = 1_024
# Returned with a vector but no use in a filter; a filterable text would exceed 2 KB.
_HIDDEN = ("_page_content", "_node_content", "_node_type", "source_file", "source_row")


def vector_bucket_name(environment: Environment) -> str:
    """Return the name of the vector bucket."""
    return environment.bucket_name("vectors")


def index_arn(environment: Environment) -> str:
    """Return the index's ARN, on which its vectors are authorised."""
    return regional_arn("s3vectors", f"bucket/{vector_bucket_name(environment)}/index/{INDEX_NAME}")


def build_index(scope: Construct, environment: Environment) -> s3vectors.CfnIndex:
    """Build the vector bucket with its index; S3 encrypts both with keys of its own."""
    bucket = s3vectors.CfnVectorBucket(
        scope, "VectorBucket", vector_bucket_name=vector_bucket_name(environment)
    )
    index = s3vectors.CfnIndex(
        scope,
        "Index",
        vector_bucket_arn=bucket.attr_vector_bucket_arn,
        index_name=INDEX_NAME,
        data_type="float32",
        dimension=DIMENSION,
        distance_metric="cosine",
        metadata_configuration=s3vectors.CfnIndex.MetadataConfigurationProperty(
            non_filterable_metadata_keys=list(_HIDDEN)
        ),
    )
    for resource in (bucket, index):
        resource.apply_removal_policy(environment.removal_policy)
    return index
