"""Foxden's services, as data. Not one line here knows where they run.

What a service runs (an image, or a command on a machine without containers) and its version come from its build, and
are added by the environment.
"""

from foxden import ServiceDescription

SERVICES: dict[str, ServiceDescription] = {
    "pods": {
        "port": 8080,
        "replicas": 2,
        "secrets": {"API_KEY": "pods-api-key"},
    },
    "meeting-router": {
        "port": 8080,
        "needs": ["pods"],
        "replicas": 2,
        "routes": [{"host": "api", "path": "/meetings"}],
    },
    "ionic-apps": {
        "port": 8080,
        "needs": ["meeting-router"],
        "replicas": 2,
        "routes": [{"host": "app"}],
    },
}
