"""Tests of what deployments do between two runs."""
