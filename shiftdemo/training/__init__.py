"""Paired training: one loop, recorded, in the calling process or in a worker."""
