"""Attention weights of one sentence, out of a model."""
