"""Stateful and named resources keep their logical ids: another id would replace them."""

EVERYWHERE = {
    "BatchReportFunction9AD26A88": "Lambda::Function",
    "BatchReportLogB4D8DF7D": "Logs::LogGroup",
    "EtlLargeFunction5CCE7688": "Lambda::Function",
    "EtlLargeLog566978CC": "Logs::LogGroup",
    "LargeReleaseDevAlias1F6CD6DF": "Lambda::Alias",
    "LargeReleaseProdAlias8DE82D36": "Lambda::Alias",
    "LargeReleaseStagingAlias547152B6": "Lambda::Alias",
    "BatchLog4DD6B851": "Logs::LogGroup",
    "BatchMachineAF41ABEC": "StepFunctions::StateMachine",
    "EraseFunctionDC5B4E26": "Lambda::Function",
    "EraseLogD4FD6B98": "Logs::LogGroup",
    "EtlFunction57A3B50C": "Lambda::Function",
    "EtlLog23AB3F94": "Logs::LogGroup",
    "GateFunction115324B9": "Lambda::Function",
    "GateLog14960260": "Logs::LogGroup",
    "IngestionFailures3B48F157": "SQS::Queue",
    "MonitoringTopic2EDA8B02": "SNS::Topic",
    "ReleaseDevAlias38B5C859": "Lambda::Alias",
    "ReleaseProdAliasC8B872BD": "Lambda::Alias",
    "ReleaseStagingAlias7DCCEE1A": "Lambda::Alias",
    "StorageAccessLogs96FB524C": "S3::Bucket",
    "StorageArtifacts08431D1F": "S3::Bucket",
    "StorageProcessedA33E9072": "S3::Bucket",
    "StorageRaw7E344C76": "S3::Bucket",
}
WITH_A_SECRET_KEY = {"PseudonymKeySecretD9269686": "SecretsManager::Secret"}
WITH_A_CANARY = {
    "ShiftApplication24D32FC7": "CodeDeploy::Application",
    "ShiftGroup73286C97": "CodeDeploy::DeploymentGroup",
}
WITH_A_KMS_KEY = {"StorageKeyBAA9457B": "KMS::Key"}
WITH_AN_AUDIT_TRAIL = {"AuditBucket7486E833": "S3::Bucket", "AuditTrail90B6CA04": "CloudTrail::Trail"}
WITH_RETRIEVAL = {
    "EmbeddingDeadAE45AEB9": "SQS::Queue",
    "EmbeddingFunction4A1C2453": "Lambda::Function",
    "EmbeddingIndex6C4ADF76": "S3Vectors::Index",
    "EmbeddingLogE29BC39D": "Logs::LogGroup",
    "EmbeddingQueue8FE9C051": "SQS::Queue",
    "EmbeddingSwitchFunction1797C89E": "Lambda::Function",
    "EmbeddingSwitchLogE8B5E2BE": "Logs::LogGroup",
    "EmbeddingVectorBucket4140E695": "S3Vectors::VectorBucket",
}
DEV = EVERYWHERE | WITH_RETRIEVAL | WITH_AN_AUDIT_TRAIL
PROD = STAGING = DEV | WITH_A_SECRET_KEY | WITH_A_CANARY | WITH_A_KMS_KEY
BY_ENVIRONMENT = {"local": EVERYWHERE, "dev": DEV, "staging": STAGING, "prod": PROD}


def test_stateful_and_named_resources_keep_their_logical_ids(any_stack):
    kinds = set(PROD.values())
    found = {kind: any_stack.properties(kind) for kind in kinds}

    assert {name: kind for kind in kinds for name in found[kind]} == BY_ENVIRONMENT[any_stack.name]
