"""Bodies that are one of several shapes without a tag to tell them apart.

The encoder writes whatever it is given, but such a union cannot be declared to it as a type: the
documentation names the shapes instead.
"""

from msgspec import Meta


def one_of(*shapes: type) -> Meta:
    """Return what documents a field as one of some structures."""
    return Meta(
        extra_json_schema={
            "anyOf": [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
        }
    )
