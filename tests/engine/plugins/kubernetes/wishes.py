"""Small objects for programs' wishes."""

from typing import Any

from tests.engine.plugins.kubernetes.control_plane import Api

Wish = dict[str, Any]


def namespace(name: str, **labels: str) -> Wish:
    """A namespace ``ns``."""
    return {"ns": {"metadata": {"name": name, "labels": labels}}}


def meta(name: str, place: str, **more: Any) -> Wish:
    """Fixed names."""
    return {"name": name, "namespace": place, **more}


def pod_template(image: str, app: str, **container: Any) -> Wish:
    """A pod of one container."""
    return {
        "metadata": {"labels": {"app": app}},
        "spec": {"containers": [{"name": "main", "image": image, **container}]},
    }


def deployment(name: str, place: str, image: str = "good:1", replicas: int = 1, **spec: Any) -> Wish:
    """A Deployment that comes after ``ns``; ``annotations`` are its own, ``container`` is for its container."""
    annotations, container = spec.pop("annotations", {}), spec.pop("container", {})
    return {
        "metadata": meta(name, place, annotations=annotations),
        "spec": {
            "replicas": replicas,
            "selector": {"match_labels": {"app": name}},
            "template": pod_template(image, name, **container),
            **spec,
        },
        "after": ["ns"],
    }


def config_map(place: str, name: str = "", **data: str) -> Wish:
    """A ConfigMap that comes after ``ns``; without a name it gets one."""
    return {"metadata": meta(name, place) if name else {"namespace": place}, "data": data, "after": ["ns"]}


def objects(api: Api, place: str, plural: str, root: str = "/api/v1") -> dict[str, Any]:
    """Name -> object, of a namespace."""
    found = api.get(f"{root}/namespaces/{place}/{plural}")
    return {item["metadata"]["name"]: item for item in found["items"]}


def one(api: Api, place: str, plural: str, name: str, root: str = "/api/v1") -> Any:
    """An object; None when there is none."""
    return api.get(f"{root}/namespaces/{place}/{plural}/{name}")
