"""Each service as a process of its own: the distributed topology."""
