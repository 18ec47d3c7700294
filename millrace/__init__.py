"""Millrace: feeds that only tell what is true now, turned into history that can be trusted."""

__version__ = "0.1.0"
