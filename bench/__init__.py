"""What the library costs, measured against the same thing without it, in the same run."""
