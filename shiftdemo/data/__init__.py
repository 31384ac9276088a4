"""Files, hub data sets and the built-in corpus as samples, with deterministic splits."""
