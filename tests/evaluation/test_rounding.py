import pytest

from core.evaluation.rounding import of_100


@pytest.mark.parametrize(
    ("share", "told"), [(0, 0), (0.001, 1), (0.014, 1), (0.555, 56), (0.99, 99), (0.9999, 99), (1, 100)]
)
def test_none_and_all_are_told_only_where_it_is_so(share, told):
    assert of_100(share) == told
