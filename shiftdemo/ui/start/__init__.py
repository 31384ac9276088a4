"""The Start tab: one sentence, one slider, and what shift training changes."""
