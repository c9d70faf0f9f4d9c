"""Returns the shell commands that point other programs to an emulator."""

import shlex
import ssl
from pathlib import Path

from botocore.httpsession import DEFAULT_CA_BUNDLE

from local.emulator import Emulator


def export_commands(emulator: Emulator, bundle: Path) -> str:
    """Return the commands, one a line, after writing a file of authorities to trust to `bundle`.

    AWS_CA_BUNDLE is enough for boto3, s3fs and `aws`. Arrow, and with it pandas, reads SSL_CERT_FILE. As this
    replaces what any program trusts, the file has those authorities, too, and remains after the emulator.
    """
    bundle.write_bytes(_authorities(emulator.certificate.read_bytes()))
    variables = emulator.environment | {"SSL_CERT_FILE": str(bundle.resolve())}
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(["unset AWS_PROFILE AWS_SESSION_TOKEN", *exports])


def _authorities(certificate: bytes) -> bytes:
    """Return a certificate and those that are trusted already, by SSL_CERT_FILE or by the system."""
    paths = ssl.get_default_verify_paths()  # Debian has its file in the folder of single ones
    files = (paths.cafile, f"{paths.capath}/ca-certificates.crt", DEFAULT_CA_BUNDLE)
    trusted = next(Path(file) for file in files if file and Path(file).exists()).read_bytes()
    return trusted if certificate in trusted else trusted.rstrip() + b"\n" + certificate
