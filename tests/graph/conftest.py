"""What these tests share."""

from tests.quick import user_data_is_quickly_made

__all__ = ["user_data_is_quickly_made"]
