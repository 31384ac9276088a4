"""Figures, tables and views, made from plain values: no model is touched here."""
