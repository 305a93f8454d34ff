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
        self.program("touch \"${LLVM_PROFILE_FILE//%p%c/$GTEST_SHARD_INDEX}\"")
        self.script("bin/llvm-profdata-14", "exit 0")
        self.lcov = []
        self.functions = []

    def program(self, body, folder="ringbuf"):
        self.script(f"build/asan/bin/tests_{folder}", body)

    def lines(self, file, *counts):
        self.lcov += [f"SF:{self.root}/{file}", *(f"DA:{i + 1},{count}" for i, count in enumerate(counts))]

    def branches(self, file, *branches):
        """(line, column, how often true, how often false) of one function or instantiation."""
        self.functions.append({"filenames": [f"{self.root}/{file}"],
                               "branches": [[line, column, line, column + 5, *counts, 0, 0, 4]
                                            for line, column, *counts in branches]})

    def coverage(self, *arguments, folders=("ringbuf",)):
        (self.root / "lcov").write_text("\n".join(self.lcov), encoding="utf-8")
        (self.root / "json").write_text(json.dumps({"data": [{"functions": self.functions}]}), encoding="utf-8")
        self.script("bin/llvm-cov-14", f"""
            case "$*" in
              *lcov*) cat {self.root}/lcov ;;
              export*) cat {self.root}/json ;;
            esac""")
        return self.run_command(self.root / "tools" / "coverage", *folders, *arguments)

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

    def test_a_part_is_run_by_its_own_unit_and_property_tests(self):
        for path, text in (("unit/feedhandlers/iex_one_test.cpp", "TEST(Iex, A) {}\nTEST_F(IexBooks, B) {}\n"),
                           ("property/feedhandlers/iex_two_test.cpp", "TYPED_TEST( IexForms , C) {}\n"),
                           ("replay/feedhandlers/iex_three_test.cpp", "TEST(IexCaptures, D) {}\n"),
                           ("unit/feedhandlers/iextp_test.cpp", "TEST(Iextp, E) {}\n")):
            file = self.root / "tests" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.program("echo \"$*\" >called; touch \"${LLVM_PROFILE_FILE//%p%c/$GTEST_SHARD_INDEX}\"", "feedhandlers")
        self.branches("feedhandlers/iex/a.hpp", (1, 3, 1, 1))
        self.branches("feedhandlers/iextp/b.hpp", (1, 3, 1, 0))
        code, output, _ = self.coverage("--min-branches", "100", folders=["feedhandlers/iex"])
        self.assertEqual(code, 0)
        self.assertNotIn("iextp", output)
        called = (self.root / "called").read_text(encoding="utf-8")
        for suite in ("Iex", "IexBooks", "IexForms"):
            self.assertIn(f"{suite}.*:{suite}/*:*/{suite}.*", called)
        for suite in ("IexCaptures", "Iextp"):
            self.assertNotIn(suite, called)
        self.assertEqual(self.coverage(folders=["feedhandlers/itch"])[0], 1, "it has no tests")

    def test_each_folder_is_held_to_the_limit_by_itself(self):
        self.program("touch \"${LLVM_PROFILE_FILE//%p%c/$GTEST_SHARD_INDEX}\"", "platform")
        self.branches("ringbuf/a.hpp", (1, 3, 1, 1))
        self.branches("platform/b.hpp", (1, 3, 1, 0))
        code, output, _ = self.coverage("--min-branches", "75", folders=["ringbuf", "platform"])
        self.assertEqual(code, 1)
        self.assertRegex(output, r"ringbuf +100\.0 %\n +platform +50\.0 %  TOO LITTLE\n")

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
