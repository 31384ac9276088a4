"""The runs of a server: a queue, and a worker for each run."""
