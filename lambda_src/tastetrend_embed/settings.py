"""The settings of the function, from its environment variables."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EmbedSettings:
    """One field for each environment variable that the stack sets, its name in lower case.

    Attributes:
        vector_bucket: of S3 Vectors; `vector_index` is the index in it.
        embedding_model: the model's id in Bedrock.
        embedding_tokens_a_day: how many tokens may be sent to the model on a day (UTC).
        embedding_usd_per_1000_tokens: the price of the model, for a metric.
        queue_url: the queue that invokes the function; it continues a large dataset by a message to itself.
        pseudonym_key: the key of pseudonyms, where it is not in a secret.
        pseudonym_secret: the ARN of the secret with the key.
    """

    processed_bucket: str
    vector_bucket: str
    vector_index: str
    embedding_model: str
    embedding_tokens_a_day: str
    embedding_usd_per_1000_tokens: str
    queue_url: str
    pseudonym_key: str = field(default="", repr=False)
    pseudonym_secret: str = ""
