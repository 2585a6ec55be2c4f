"""A review as people and programs read it (pure)."""
