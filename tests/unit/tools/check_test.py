"""./check with stand-ins for the compilers and ctest: what it counts, what it shows, when it fails."""
import shutil
import unittest

from stub_commands import ROOT, StubbedTest

# Writes the report that ctest would; $1 of the body is the folder of the build.
CTEST = """
while [ $# -gt 0 ]; do case $1 in --test-dir) folder=$2 ;; --output-junit) report=$2 ;; esac; shift; done
answer() { printf '<testsuite name="x"\\n\\ttests="%s"\\n\\tfailures="%s"\\n\\tdisabled="%s"\\n\\tskipped="%s"\\n>' "$@" >"$report"; }
"""


class Check(StubbedTest):
    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / "check", self.root / "check")
        (self.root / "tests/unit/tools").mkdir(parents=True)
        for tool in ["tools/packages", "tools/check_layers", "tools/format", "bench/run", "bin/cmake", "bin/git"]:
            self.script(tool, "exit 0")
        self.ctest("answer 10 0 0 0")

    def ctest(self, body):
        self.script("bin/ctest", CTEST + body)

    def check(self, *arguments):
        code, output, errors = self.run_command("./check", *arguments, TMPDIR=str(self.root))
        self.assertEqual(errors, "")
        return code, output, output.splitlines()[-1]

    def test_adds_up_the_tests_of_the_build_and_one_for_each_other_step(self):
        self.ctest("answer 10 0 1 2")
        code, output, last = self.check("--quick")
        self.assertEqual((code, last), (0, "12 passed, 0 failed, 3 skipped"), output)

    def test_one_failing_test_fails_the_run_and_shows_the_end_of_its_log(self):
        self.ctest("answer 10 1 0 0; echo 'expected 3, got 4'; echo ' 1/10 Test #1: A ....   Passed    0.01 sec'; exit 8")
        code, output, last = self.check("--quick")
        self.assertEqual((code, last), (1, "14 passed, 1 failed, 0 skipped"), output)
        self.assertIn("    expected 3, got 4\n", output)
        self.assertNotIn("Passed", output)

    def test_is_quiet_about_steps_that_pass(self):
        self.ctest("answer 10 0 0 0; echo noise")
        self.assertNotIn("noise", self.check("--quick")[1])

    def test_a_broken_build_is_one_failure_and_the_other_steps_still_run(self):
        self.script("bin/cmake", "echo 'error: no matching function'; exit 1")
        code, output, last = self.check("--quick")
        self.assertEqual((code, last), (1, "5 passed, 1 failed, 0 skipped"), output)
        self.assertIn("no matching function", output)

    def test_counts_the_tests_within_those_of_ctest(self):
        self.ctest('''answer 2 1 0 0
mkdir -p "$folder/reports"
printf '<testsuites tests="5" failures="1" disabled="0" errors="0">\n  <testcase name="a" result="skipped"/>\n' >"$folder/reports/a.xml"
printf '<testsuites tests="7" failures="2" disabled="0" errors="0">\n  <testsuite tests="7" failures="2"/>\n' >"$folder/reports/b.xml"
echo '[ RUN      ] Good.Test'; echo '[       OK ] Good.Test (0 ms)'; echo '[ RUN      ] Bad.Test'; echo 'expected 3'
exit 8''')
        code, output, last = self.check("--only", "asan")
        self.assertEqual((code, last), (1, "8 passed, 3 failed, 1 skipped"), output)
        self.assertIn("Bad.Test", output)
        self.assertNotIn("Good.Test", output)

    def test_a_test_run_without_a_report_is_a_failure(self):
        for body in ["exit 0", "exit 1"]:
            self.ctest(body)
            code, output, last = self.check("--only", "release")
            self.assertEqual((code, last), (1, "0 passed, 1 failed, 0 skipped"), output)

    def test_a_report_that_looks_clean_does_not_hide_a_bad_exit_code(self):
        self.ctest("answer 10 0 0 0; exit 1")
        code, _, last = self.check("--only", "tsan")
        self.assertEqual((code, last), (1, "10 passed, 1 failed, 0 skipped"))

    def test_stops_when_packages_are_missing(self):
        self.script("tools/packages", "echo 'missing packages: g++'; exit 1")
        code, output, last = self.check()
        self.assertEqual((code, last), (1, "0 passed, 1 failed, 0 skipped"), output)
        self.assertIn("missing packages: g++", output)

    def test_counts_each_fuzz_target_and_shows_the_crash_of_the_one_that_fails(self):
        self.script("build/fuzz/bin/good_fuzz", "echo 'stat::number_of_executed_units: 7'")
        self.script("build/fuzz/bin/bad_fuzz", "echo 'ERROR: heap-buffer-overflow'; exit 77")
        code, output, last = self.check("--only", "fuzz")
        self.assertEqual((code, last), (1, "1 passed, 1 failed, 0 skipped"), output)
        self.assertIn("heap-buffer-overflow", output)

    def test_a_fuzz_build_without_targets_is_a_failure(self):
        (self.root / "build/fuzz/bin").mkdir(parents=True)
        self.assertEqual(self.check("--only", "fuzz")[0], 1)

    def test_finds_files_and_processes_that_a_test_left_behind(self):
        self.ctest("answer 10 0 0 0; touch $TMPDIR/forgotten; sleep 60 >/dev/null 2>&1 & echo $! >pid")
        code, output, last = self.check("--quick")
        self.run_command("kill", (self.root / "pid").read_text().strip())
        self.assertEqual((code, last), (1, "14 passed, 1 failed, 0 skipped"), output)
        self.assertIn("/forgotten\n", output)
        self.assertIn(": sleep 60", output)
        self.assertEqual(list(self.root.glob("tickplant-check.*")), [])

    def test_runs_only_the_steps_it_is_asked_for(self):
        code, output, last = self.check("--only", "layers", "--only", "format")
        self.assertEqual((code, last), (0, "2 passed, 0 failed, 0 skipped"), output)

    def test_refuses_what_it_does_not_know(self):
        for arguments in [["--fast"], ["--only"], ["--only", "lint"]]:
            code, output, errors = self.run_command("./check", *arguments)
            self.assertEqual((code, output), (2, ""))
            self.assertTrue(errors.startswith("check: "), errors)


if __name__ == "__main__":
    unittest.main()
