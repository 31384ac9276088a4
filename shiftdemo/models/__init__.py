"""Models: where they come from, where they keep positions, and how these are moved."""
