"""Tests of what is this connector's own; the acceptance suite looks at the rest. TODO: test what you write."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import main  # noqa: E402


class SourceTest(unittest.TestCase):
    def test_only_what_is_newer_is_fetched_oldest_first(self):
        self.assertEqual([record["day"] for record in main.fetch({"days": 5}, 3)], [4, 5])

    def test_nothing_is_fetched_behind_the_last_day(self):
        self.assertEqual(list(main.fetch({"days": 5}, 5)), [])

    def test_days_must_be_a_positive_number(self):
        for days in (0, -1, "5", None):
            with self.assertRaises(main.ConfigError):
                main.check({"days": days})


if __name__ == "__main__":
    unittest.main()
