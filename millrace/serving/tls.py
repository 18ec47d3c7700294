"""TLS of a server, from a certificate file and a key file."""

from __future__ import annotations

import ssl
from pathlib import Path

from millrace.errors import SettingError
from millrace.settings import TlsFiles

_NOT_A_PAIR = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")  # the last: RSA with EC
_OPTIONS = {
    "certificate": "--certificate or MILLRACE_ATHENA_CERTIFICATE",
    "key": "--key or MILLRACE_ATHENA_KEY",
}


def tls_of(files: TlsFiles) -> ssl.SSLContext:
    """The TLS context of a server, TLS 1.2 or later. Raises SettingError for files that cannot be used together."""
    _expect(files.certificate, b"CERTIFICATE-----", "certificate")
    _expect(files.key, b"PRIVATE KEY-----", "key")

    def no_password() -> str:
        raise SettingError(
            f"the key {files.key} is encrypted.", hint=f"Give a key without a password ({_OPTIONS['key']})."
        )

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.certificate, files.key, no_password)
    except ssl.SSLError as error:
        raise SettingError(
            f"{files.certificate} and {files.key} cannot be used for TLS: {_reason(error)}.",
            hint=f"Give a certificate ({_OPTIONS['certificate']}) and its key ({_OPTIONS['key']}), both in PEM.",
        ) from error
    return context


def _expect(path: Path, mark: bytes, what: str) -> None:
    try:
        found = mark in path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"the {what} {path} cannot be read: {error.strerror}.", hint=f"Give a PEM file ({_OPTIONS[what]})."
        ) from error
    if not found:
        raise SettingError(
            f"{path} holds no {what} in PEM.", hint=f"Give a file with a {what} in PEM ({_OPTIONS[what]})."
        )


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's reason, with words for bytes that it cannot read: for those it gives none."""
    if error.reason in _NOT_A_PAIR:
        return "the key belongs to another certificate"
    return error.reason.lower().replace("_", " ") if error.reason else "not readable as PEM"
