"""Attention as what the page draws, as sentences, and as files."""
