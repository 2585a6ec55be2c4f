"""The SDK of a package of components for Node.js: a class for each, with the types of its inputs and outputs.

Names are those of the official generator, so that a program is the same with either. What no package of ours has
(functions, provider resources, configuration) is not written.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
_RUNTIME = """"use strict";
const pulumi = require("@pulumi/pulumi");

function component(type, version, inputs, outputs) {
    return class extends pulumi.ComponentResource {
        constructor(name, args, opts) {
            const given = {};
            for (const key of outputs) given[key] = undefined;
            for (const key of inputs) given[key] = args ? args[key] : undefined;
            super(type, name, given, pulumi.mergeOptions({ version }, opts), true /*remote*/);
        }
    };
}
"""


def written(schema: Mapping[str, Any]) -> dict[str, str]:
    """The files of the SDK, by name."""
    package = {
        "name": f"@pulumi/{schema['name']}",
        "version": schema["version"],
        "main": "index.js",
        "types": "index.d.ts",
        "peerDependencies": {"@pulumi/pulumi": "^3.142.0"},
    }
    return {
        "package.json": json.dumps(package, indent=2) + "\n",
        "index.js": "".join([_RUNTIME, *_code(schema)]),
        "index.d.ts": "".join(_types(schema)),
    }


def _code(schema: Mapping[str, Any]) -> Iterator[str]:
    for token, resource in schema["resources"].items():
        inputs, outputs = (json.dumps(sorted(resource.get(part, {}))) for part in ("inputProperties", "properties"))
        words = f"{json.dumps(token)}, {json.dumps(schema['version'])}, {inputs}, {outputs}"
        yield f"\nexports.{_name(token)} = component({words});\n"
    for token, form in schema.get("types", {}).items():
        if "enum" in form:
            choices = {_member(choice): choice["value"] for choice in form["enum"]}
            yield f"\nexports.{_name(token)} = {json.dumps(choices)};\n"


def _types(schema: Mapping[str, Any]) -> Iterator[str]:
    forms = schema.get("types", {})
    yield 'import * as pulumi from "@pulumi/pulumi";\n'
    for token, resource in schema["resources"].items():
        name = _name(token)
        yield f"\n{_comment(resource)}export declare class {name} extends pulumi.ComponentResource {{\n"
        for key, field in resource.get("properties", {}).items():
            optional = "" if key in resource.get("required", []) else " | undefined"
            yield f"{_comment(field, 4)}    readonly {key}: pulumi.Output<{_type(field, False)}{optional}>;\n"
        yield f"    constructor(name: string, args: {name}Args, opts?: pulumi.ComponentResourceOptions);\n}}\n\n"
        required = resource.get("requiredInputs", [])
        yield from _interface(f"{name}Args", resource.get("inputProperties", {}), required, True, resource)
    for token, form in forms.items():
        if "enum" in form:
            choices = "".join(f"    readonly {_member(one)}: {json.dumps(one['value'])};\n" for one in form["enum"])
            name = _name(token)
            yield f"\n{_comment(form)}export declare const {name}: {{\n{choices}}};\n"
            yield f"export type {name} = (typeof {name})[keyof typeof {name}];\n"
    for side in ("input", "output"):
        yield f"\nexport declare namespace types.{side} {{\n"
        for token, form in forms.items():
            name, given = _name(token), form.get("properties", {})
            if "enum" in form:  # the same on both sides: the one of the package
                yield f'type {name} = import(".").{name};\n'
            else:
                yield from _interface(name, given, form.get("required", []), side == "input", form)
        yield "}\n"


def _interface(
    name: str, fields: Mapping[str, Any], required: list[str], is_input: bool, about: Mapping[str, Any]
) -> Iterator[str]:
    yield f"{_comment(about)}export interface {name} {{\n"
    for key, field in fields.items():
        form = _type(field, is_input)
        form = f"pulumi.Input<{form}>" if is_input else form
        yield f"{_comment(field, 4)}    {key}{'' if key in required else '?'}: {form};\n"
    yield "}\n"


def _type(field: Mapping[str, Any], is_input: bool) -> str:
    reference = field.get("$ref", "")
    if reference.startswith("#/types/"):
        return f"types.{'input' if is_input else 'output'}.{_name(reference)}"
    if field.get("type") == "array":
        return f"{_wrapped(field['items'], is_input)}[]"
    if field.get("type") == "object":
        return f"{{ [key: string]: {_wrapped(field.get('additionalProperties', {}), is_input)} }}"
    return _PLAIN.get(field.get("type", ""), "any")


def _wrapped(field: Mapping[str, Any], is_input: bool) -> str:
    return f"pulumi.Input<{_type(field, is_input)}>" if is_input else _type(field, is_input)


def _name(token: str) -> str:
    return token.rsplit(":", 1)[-1]


def _member(choice: Mapping[str, Any]) -> str:
    return "".join(word.capitalize() for word in str(choice["name"]).replace("-", "_").split("_"))


def _comment(about: Mapping[str, Any], indent: int = 0) -> str:
    text = about.get("description") or ""
    pad = " " * indent
    lines = [f"{pad} * {line}".rstrip() for line in text.replace("*/", "*\\/").splitlines()]
    return "\n".join([f"{pad}/**", *lines, f"{pad} */", ""]) if lines else ""
