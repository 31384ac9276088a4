"""A comparison told: its verdict in words, its tables, and a report that needs nothing else."""
