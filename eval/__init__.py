"""The eval set and its offline runner: know, for every change, whether answers got better."""
