"""Runs that ship with the project."""
