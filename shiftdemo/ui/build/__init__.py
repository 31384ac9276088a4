"""The Build tab: shifted samples, one or many."""
