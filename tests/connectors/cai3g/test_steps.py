"""What the pool does next."""

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from connectors.cai3g.steps import Standing, Step, next_step

numbers = st.integers(min_value=0, max_value=5)


@hypothesis.settings(deadline=None)  # A busy machine is not a failure.
@given(
    st.builds(
        Standing,
        size=st.integers(min_value=1, max_value=5),
        waiting=numbers,
        idle=numbers,
        live=numbers,
        coming=numbers,
        replacing=numbers,
        may_log_in=st.booleans(),
    )
)
def test_the_pool_never_grows_beyond_its_size_and_never_leaves_a_call_without_hope(pool):
    step = next_step(pool)

    if step is Step.LOG_IN:
        assert pool.live + pool.coming + pool.replacing < pool.size
        assert pool.may_log_in
    if step is Step.WAIT and pool.waiting:
        assert pool.live or pool.coming or pool.replacing
    if step is Step.REFUSE:
        assert not pool.live
        assert not pool.coming
