"""What libtickplant.so.0 shows, against the list in tests/golden/c_interface/exports.txt: what once was there stays."""
import re
import unittest

from installed import LIBRARY, PREFIX, SOURCE, ScratchTest

GOLDEN = SOURCE / "tests/golden/c_interface/exports.txt"


class Exports(ScratchTest):
    def exports(self):
        table = self.run_program("nm", "--dynamic", "--defined-only", "--with-symbol-versions", LIBRARY)
        symbols = [line.split() for line in table.splitlines()]
        return sorted(name for _, kind, name in symbols if kind != "A")

    def test_are_those_of_the_list_with_their_versions(self):
        self.assertEqual(self.exports(), GOLDEN.read_text().split(),
                         "a new function comes with a line there; one that is gone, or has another version, breaks programs")

    def test_are_what_the_header_declares(self):
        header = (PREFIX / "include/tickplant/clients/c/tickplant.h").read_text()
        declared = re.findall(r"^TICKPLANT_API [^;]*?\b(tickplant_\w+)\(", header, re.MULTILINE)
        self.assertEqual(sorted(declared), [name.split("@@")[0] for name in self.exports()])

    def test_lets_nothing_of_the_libraries_inside_be_seen(self):
        table = self.run_program("nm", "--dynamic", "--defined-only", "-C", LIBRARY)
        self.assertNotIn("::", table)


if __name__ == "__main__":
    unittest.main()
