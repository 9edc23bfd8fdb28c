"""Tests of what is this connector's own; the acceptance suite looks at the rest. TODO: test what you write."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import main  # noqa: E402


class TableTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = main.table({"folder": folder.name}, "a/b", "orders")

    def test_rows_are_kept_in_their_order(self):
        self.table.append([{"id": 1}])
        self.table.append([{"id": 2}, {"id": 3}])
        self.assertEqual([row["id"] for row in self.table.load()], [1, 2, 3])

    def test_a_replacement_leaves_nothing_of_what_was_there(self):
        self.table.append([{"id": 1}])
        self.table.replace([{"id": 2}])
        self.assertEqual(self.table.load(), [{"id": 2}])

    def test_a_table_that_was_never_written_is_empty(self):
        self.assertEqual(self.table.load(), [])


if __name__ == "__main__":
    unittest.main()
