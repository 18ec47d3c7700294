"""Tests of what judges a template wherever it is synthesised."""
