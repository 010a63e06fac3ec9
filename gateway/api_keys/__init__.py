"""Credentials of programs."""
