"""A shell understands what `up` prints; programs then trust the emulator, and all others as before."""

import subprocess

import pytest
import trustme

from local.emulator import Emulator
from local.exports import export_commands


@pytest.fixture
def emulator(tmp_path):
    folder = tmp_path / "the emulator's"
    folder.mkdir()
    trustme.CA().cert_pem.write_to_path(folder / "certificate.pem")
    return Emulator(1, 4566, folder)


def evaluate(commands, name):
    ended = subprocess.run(  # noqa: S603 # our own script
        ["sh", "-c", f'{commands}\nprintf %s "${name}"'],  # noqa: S607 # any shell
        env={"AWS_PROFILE": "mine"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def test_a_shell_understands_the_commands(emulator, tmp_path):
    commands = export_commands(emulator, tmp_path / "authorities.pem")

    assert evaluate(commands, "AWS_ENDPOINT_URL") == "https://127.0.0.1:4566"
    assert evaluate(commands, "AWS_CA_BUNDLE") == str(emulator.certificate)
    assert evaluate(commands, "SSL_CERT_FILE") == str(tmp_path / "authorities.pem")
    assert evaluate(commands, "AWS_PROFILE") == ""


def test_arrow_trusts_the_emulator_and_what_was_trusted_before(emulator, tmp_path, monkeypatch):
    own = tmp_path / "own.pem"
    trustme.CA().cert_pem.write_to_path(own)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))

    export_commands(emulator, tmp_path / "authorities.pem")

    trusted = (tmp_path / "authorities.pem").read_text()
    assert own.read_text().strip() in trusted
    assert emulator.certificate.read_text().strip() in trusted


def test_without_a_setting_the_authorities_of_the_system_are_trusted(emulator, tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    export_commands(emulator, tmp_path / "authorities.pem")

    assert (tmp_path / "authorities.pem").read_text().count("BEGIN CERTIFICATE") > 50


def test_asking_again_in_the_same_shell_changes_nothing(emulator, tmp_path, monkeypatch):
    bundle = tmp_path / "authorities.pem"
    export_commands(emulator, bundle)
    before = bundle.read_bytes()
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))

    export_commands(emulator, bundle)

    assert bundle.read_bytes() == before
