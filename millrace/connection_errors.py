"""Why a connection failed, in the words of the operating system: a library's are long, and may quote a header."""

from __future__ import annotations

import socket
import ssl

import urllib3

NOT_HTTP = "it is not valid HTTP"


def root_cause(error: BaseException) -> str:
    """The operating system's or SSL's own message, from the innermost error that has one."""
    words = type(error).__name__
    following: BaseException | None = error
    while following is not None:
        if isinstance(following, ssl.SSLError) and following.reason:
            words = following.reason
        elif isinstance(following, OSError) and following.strerror:
            words = following.strerror
        elif isinstance(following, socket.gaierror) and following.args:
            words = str(following.args[0])  # where a library made the error, there is no number, and no strerror
        elif isinstance(following, urllib3.exceptions.ProtocolError):
            ended = isinstance(following.__cause__ or following.__context__, OSError)
            words = "closed before it answered" if ended else NOT_HTTP
        following = following.__cause__ or following.__context__
    return words
