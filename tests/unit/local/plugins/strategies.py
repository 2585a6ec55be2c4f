"""What any value of Pulumi's can look like."""

from hypothesis import strategies as st

from local.plugins.wire import UNKNOWN, Secret

# Whole numbers travel as doubles, so none beyond what those hold exactly.
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda number: not number.is_integer()
)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=20)
keys = st.text(min_size=1, max_size=8)

plain_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
values = st.recursive(
    scalars | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | st.builds(Secret, inner),
    max_leaves=6,
)
