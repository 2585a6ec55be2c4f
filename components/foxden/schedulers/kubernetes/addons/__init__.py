"""What runs in a cluster beside services, as objects of the API."""
