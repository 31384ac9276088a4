"""The shift operators on many samples at once: the same results, several times faster."""
