"""Opens presigned URLs, which AWS returns for the code of functions and layers."""

import os
import ssl
from http.client import HTTPResponse
from typing import cast
from urllib.request import Request, urlopen


def open_presigned(url: str, byte_range: str = "") -> HTTPResponse:
    """Open a URL that AWS has returned; of the content, only a range such as `0-99` if one is given.

    Raises:
        URLError: AWS cannot be reached, or rejects the request.
    """
    tls = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    headers = {"Range": f"bytes={byte_range}"} if byte_range else {}
    request = Request(url, headers=headers)  # noqa: S310 # nosec B310 # the URL comes from AWS
    return cast("HTTPResponse", urlopen(request, context=tls, timeout=60))  # noqa: S310 # nosec B310 # as above
