"""Samples from files, tables and the hub."""
