"""Renders CloudFormation's functions as text: `arn:${AWS::Partition}:s3:::…`, `${Bucket.Arn}`."""


def plain(value):
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::Sub": text}:
            return text
        case {"Ref": name}:
            path = [name]
        case {"Fn::GetAtt": path}:
            pass
        case {"Fn::Join": [separator, parts]}:
            return separator.join(plain(parts))
        case _:
            return {key: plain(inner) for key, inner in value.items()}
    return f"${{{'.'.join(path)}}}"


def as_list(value):
    return value if isinstance(value, list) else [value]


def policy_statements(document):
    """Yield the logical id and each statement of every policy in a template, trust policies included."""
    for logical_id, resource in document["Resources"].items():
        for policy in _policies(resource["Properties"]):
            for statement in policy["Statement"]:
                yield logical_id, plain(statement)


def _policies(node):
    if isinstance(node, dict):
        if "Statement" in node:
            yield node
        for inner in node.values():
            yield from _policies(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _policies(inner)
