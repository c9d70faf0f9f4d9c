"""The operator commands against S3, SQS and Lambda in memory."""
