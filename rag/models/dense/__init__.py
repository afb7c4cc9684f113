"""Training of the dense index's encoder: questions near the sentences that answer them. Never imported by a running
system."""
