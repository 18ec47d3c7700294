"""Serving: what every server of Millrace needs.

The page and the Athena endpoint are built on it.

    http_server   an HTTP server on a thread of its own
    stop_signal   SIGTERM and Ctrl-C, as something to wait for
    tls           the TLS context of a server
"""
