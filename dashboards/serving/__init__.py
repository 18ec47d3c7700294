"""Serving of the page over HTTP, to people on this machine.

The page refreshes itself: panels carry ETags, and only those that changed are sent.

    pages    the answer of each address
    server   the HTTP server, which refuses requests of other web sites
"""
