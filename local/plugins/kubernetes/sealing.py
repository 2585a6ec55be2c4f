"""Secrets in an object: what comes from a secret stays one, wherever in the object it is. Pure."""

from local.plugins.kubernetes.objects import hide
from local.plugins.wire import Secret, Value, Values, has_secret, plain


def sealed(outputs: Values, origin: Values) -> Values:
    """The outputs, wrapped where the origin is; a Secret's data always."""
    wrapped = {key: _sealed(value, origin.get(key)) for key, value in outputs.items()}
    data = has_secret(origin.get("stringData")) and "data" in wrapped
    if data:
        wrapped["data"] = Secret(plain(wrapped["data"]))
    if isinstance(wrapped.get("__inputs"), dict):
        wrapped["__inputs"] = hide(wrapped["__inputs"])
    return hide(wrapped)


def _sealed(value: Value, origin: Value) -> Value:
    if isinstance(origin, Secret):
        return Secret(plain(value))
    if isinstance(origin, dict) and isinstance(value, dict):
        return {key: _sealed(item, origin.get(key)) for key, item in value.items()}
    if isinstance(origin, list) and isinstance(value, list) and has_secret(origin):
        if len(origin) != len(value):
            return Secret(plain(value))
        return [_sealed(item, source) for item, source in zip(value, origin, strict=True)]
    return value


def without(text: str, values: Values) -> str:
    """A text in which a Secret's own values, should it repeat any, are cut out."""
    for section in ("data", "stringData"):
        found = plain(values.get(section))
        for value in found.values() if isinstance(found, dict) else ():
            if isinstance(value, str) and len(value) > 3:
                text = text.replace(value, "[secret]")
    return text
