"""Tests of what a deployment costs."""
