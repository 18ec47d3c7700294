"""Serving of the page over HTTP, to people on this machine.

pages    the answer of each address
server   the HTTP server, which refuses requests of other web sites
"""
