"""Shifted samples to files, and back."""
