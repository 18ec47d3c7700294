"""Tests of what deployments read and decide, without an account."""
