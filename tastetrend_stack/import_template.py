"""Reduces a synthesised template to what a deleted stack has left, so that `cdk import` accepts it.

An import may not create anything, so that nothing may refer to what is created: functions and their policies.
"""

import json
import sys
from pathlib import Path
from typing import Any

_RETAINED = "RetainExceptOnCreate"
_WITH_ITS_FUNCTION = "AWS::Lambda::Version"
_REFERS_TO_FUNCTIONS = "NotificationConfiguration"


def reduce(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template of the resources that outlive a stack."""
    retained = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") == _RETAINED and resource["Type"] != _WITH_ITS_FUNCTION
    }
    return {"Resources": {name: _without_references(resource) for name, resource in retained.items()}}


def _without_references(resource: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: value for name, value in resource["Properties"].items() if name != _REFERS_TO_FUNCTIONS
    }
    return {name: value for name, value in resource.items() if name != "DependsOn"} | {
        "Properties": properties
    }


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(json.dumps(reduce(json.loads(file.read_text())), indent=1))
