"""Clusters: what runs on one beside the services, and what an environment is on it."""
