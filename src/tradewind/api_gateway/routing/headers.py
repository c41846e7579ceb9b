"""Headers as the gateway looks at them."""

from collections.abc import Mapping

Headers = Mapping[bytes, bytes]
"""Header values by lower-case name; the last one where a name was sent twice."""
