"""tools/coverage with stand-ins for cmake and llvm: what it counts of what they say."""
import json
import shutil
import unittest

from stub_commands import ROOT, StubbedTest


class Coverage(StubbedTest):
    def setUp(self):
        super().setUp()
        (self.root / "tools").mkdir()
        shutil.copy(ROOT / "tools" / "coverage", self.root / "tools" / "coverage")
        self.script("bin/cmake", "exit 0")
        self.program("touch \"${LLVM_PROFILE_FILE//%p%c/1}\"")
        self.script("bin/llvm-profdata-14", "exit 0")
        self.lcov = []
        self.functions = []

    def program(self, body):
        self.script("build/coverage/bin/tests_ringbuf", body)

    def lines(self, file, *counts):
        self.lcov += [f"SF:{self.root}/{file}", *(f"DA:{i + 1},{count}" for i, count in enumerate(counts))]

    def branches(self, file, *branches):
        """(line, column, how often true, how often false) of one function or instantiation."""
        self.functions.append({"filenames": [f"{self.root}/{file}"],
                               "branches": [[line, column, line, column + 5, *counts, 0, 0, 4]
                                            for line, column, *counts in branches]})

    def coverage(self, *arguments):
        (self.root / "lcov").write_text("\n".join(self.lcov), encoding="utf-8")
        (self.root / "json").write_text(json.dumps({"data": [{"functions": self.functions}]}), encoding="utf-8")
        self.script("bin/llvm-cov-14", f"""
            case "$*" in
              *lcov*) cat {self.root}/lcov ;;
              export*) cat {self.root}/json ;;
            esac""")
        return self.run_command(self.root / "tools" / "coverage", "ringbuf", *arguments)

    def test_counts_each_direction_of_a_branch_and_fails_below_the_limit(self):
        self.lines("ringbuf/a.hpp", 1, 0, 5, 7)
        self.branches("ringbuf/a.hpp", (1, 3, 4, 0), (2, 3, 1, 1))
        code, output, _ = self.coverage("--min-branches", "75", "--list")
        self.assertEqual(code, 0)
        self.assertIn("ringbuf/a.hpp:1:3: never false\n", output)
        self.assertRegex(output, r"ringbuf/a\.hpp +3/4 +75\.0% +3/4 +75\.0%")
        self.assertEqual(self.coverage("--min-branches", "75.1")[0], 1)

    def test_counts_a_template_once(self):
        self.branches("ringbuf/a.hpp", (1, 3, 4, 0))
        self.branches("ringbuf/a.hpp", (1, 3, 0, 2))
        self.assertEqual(self.coverage("--min-branches", "100")[0], 0)

    def test_leaves_out_other_folders(self):
        self.branches("ringbuf/a.hpp", (1, 3, 1, 1))
        self.branches("platform/b.hpp", (1, 3, 0, 0))
        code, output, _ = self.coverage("--min-branches", "100")
        self.assertEqual(code, 0)
        self.assertNotIn("platform", output)

    def test_a_folder_of_which_nothing_is_known_is_a_mistake(self):
        self.branches("platform/b.hpp", (1, 3, 1, 1))
        self.assertEqual(self.coverage()[0], 1)

    def test_a_failed_test_is_shown_and_nothing_is_counted(self):
        self.program("echo one test failed; exit 1")
        code, output, errors = self.coverage()
        self.assertEqual((code, output), (1, ""))
        self.assertIn("one test failed", errors)


if __name__ == "__main__":
    unittest.main()
