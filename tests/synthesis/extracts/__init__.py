"""Tests of answers made of quotations."""
