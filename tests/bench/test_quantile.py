from __future__ import annotations

import pytest

from bench.quantile import median, quantile


def test_the_p99_of_a_hundred_values_is_the_second_largest() -> None:
    assert quantile(range(1, 101), 0.99) == 99


def test_the_p50_of_one_value_is_that_value() -> None:
    assert quantile([3.5], 0.5) == 3.5


def test_order_does_not_matter() -> None:
    assert quantile([9, 1, 5], 1.0) == 9


def test_the_median_of_an_even_number_of_values_lies_between_the_two_in_the_middle() -> None:
    assert median([4, 1, 3, 100]) == 3.5


def test_the_median_of_an_odd_number_of_values_is_the_one_in_the_middle() -> None:
    assert median([4, 1, 100]) == 4


@pytest.mark.parametrize("values", [[]])
def test_nothing_has_no_quantile(values: list[float]) -> None:
    with pytest.raises(ValueError, match="nothing"):
        quantile(values, 0.5)
    with pytest.raises(ValueError, match="nothing"):
        median(values)
