import pytest

pytest.register_assert_rewrite("tests.integration.stateful.agreement", "tests.integration.stateful.plain_books")
