"""The alarms of the path from datasets to vectors, where it is on."""

from tastetrend_stack.alarms import Alarm, MetricSpec

RETRIEVAL_ALARMS = (
    Alarm(
        "embedding-errors",
        MetricSpec("embedding function", "Errors"),
        1,
        "The embedding function failed or timed out. Its messages come back; read its log.",
    ),
    Alarm(
        "embedding-age",
        MetricSpec("embedding queue", "ApproximateAgeOfOldestMessage", "Maximum"),
        3_600,
        "A dataset has waited over an hour to become vectors: over budget, or the model is not available.",
    ),
    Alarm(
        "embedding-dead-letters",
        MetricSpec("embedding dead letters", "ApproximateNumberOfMessagesVisible", "Maximum"),
        1,
        "Datasets failed to become vectors ten times. Find the cause in the log, then redrive the queue.",
    ),
    Alarm(
        "embedding-budget",
        MetricSpec("embedding", "EmbeddingBudgetExceeded"),
        1,
        "The day's tokens are used up. Messages wait until 00:15 UTC; raise the budget to go on today.",
        stops_embedding=True,
    ),
    Alarm(
        "embedding-switch-errors",
        MetricSpec("embedding switch", "Errors"),
        1,
        "The source of the embedding function could not be switched. Switch it by hand.",
    ),
)
