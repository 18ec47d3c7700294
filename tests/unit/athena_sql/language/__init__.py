"""Tests of what a statement may say, in every door."""
