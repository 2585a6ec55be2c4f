"""Between the SDK's tokens and the bridge's, which come from Terraform's names by a rule (pure)."""

from local.plugins.aws.types import FUNCTIONS, RESOURCES

PREFIX = "aws_"


def bridge_type(terraform: str) -> str:
    """The bridge's token of a resource: ``aws_launch_template`` is ``aws:index/launchTemplate:LaunchTemplate``."""
    name = _camel(terraform)
    return f"aws:index/{name[0].lower()}{name[1:]}:{name}"


def bridge_function(terraform: str) -> str:
    """The bridge's token of a data source: ``aws_ami`` is ``aws:index/getAmi:getAmi``."""
    name = f"get{_camel(terraform)}"
    return f"aws:index/{name}:{name}"


def _camel(terraform: str) -> str:
    return "".join(word.capitalize() for word in terraform.removeprefix(PREFIX).split("_"))


THEIR_TYPES = {ours: bridge_type(terraform) for ours, terraform in RESOURCES.items()}
OUR_TYPES = {theirs: ours for ours, theirs in THEIR_TYPES.items()}
THEIR_FUNCTIONS = {ours: bridge_function(terraform) for ours, terraform in FUNCTIONS.items()}


def type_of(urn: str) -> str:
    """The type of the resource that a URN names: the last of the types of its parents and itself."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 3 else ""


def their_urn(urn: str) -> str:
    """A URN with the bridge's type in place of the SDK's."""
    return _retyped(urn, THEIR_TYPES)


def our_urn(urn: str) -> str:
    """A URN with the SDK's type in place of the bridge's."""
    return _retyped(urn, OUR_TYPES)


def _retyped(urn: str, types: dict[str, str]) -> str:
    kind = type_of(urn)
    if kind not in types:
        return urn
    stack, project, chain, name = urn.split("::", 3)
    return "::".join((stack, project, chain.removesuffix(kind) + types[kind], name))
