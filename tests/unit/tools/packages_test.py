"""tools/packages with stand-ins for dpkg-query and apt-get: nothing is installed by these tests."""
import unittest

from stub_commands import ROOT, StubbedTest

PACKAGES = ROOT / "tools" / "packages"


class Packages(StubbedTest):
    def setUp(self):
        super().setUp()
        self.script("bin/id", "case $1 in -u) echo 0 ;; *) echo root ;; esac")
        self.script("bin/apt-get", 'echo "$*" >>apt.log')
        self.lacks("cmake", "clang-14")

    def lacks(self, *names):
        """All packages are installed but these; `cmake` was there once and left its configuration."""
        self.script("bin/dpkg-query", f"""
            for name in "${{@:4}}"; do
              case " {' '.join(names)} " in
                *" $name "*) [ $name != cmake ] || echo "config-files $name" ;;
                *) echo "installed $name" ;;
              esac
            done
            exit 1""")

    def packages(self, *arguments):
        return self.run_command(PACKAGES, *arguments, TICKPLANT_RETRY_SECONDS="0")

    def apt_log(self):
        log = self.root / "apt.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def test_check_needs_all_that_build_needs_and_more(self):
        build = self.packages("list", "build")[1].split()
        check = self.packages("list", "check")[1].split()
        self.assertLess(set(build), set(check))
        self.assertEqual(len(check), len(set(check)))

    def test_bench_needs_all_that_build_needs_and_its_peers_that_check_does_not_ask_for(self):
        build, check, bench = (set(self.packages("list", name)[1].split()) for name in ["build", "check", "bench"])
        self.assertLess(build, bench)
        self.assertIn("redis-server", bench)
        self.assertEqual(check & bench, build)

    def test_names_what_is_missing_for_each_set(self):
        self.lacks("cmake", "clang-14", "iceoryx")
        self.assertEqual(self.packages("missing", "build"), (0, "cmake\n", ""))
        self.assertEqual(self.packages("missing", "check"), (0, "cmake\nclang-14\n", ""))
        self.assertEqual(self.packages("missing", "bench"), (0, "cmake\niceoryx\n", ""))

    def test_all_is_missing_when_dpkg_knows_nothing(self):
        self.script("bin/dpkg-query", "exit 1")
        self.assertEqual(self.packages("missing", "check"), self.packages("list", "check"))

    def test_installs_only_what_is_missing_and_says_so_first(self):
        code, output, _ = self.packages("install", "check")
        self.assertEqual((code, output), (0, "missing packages: cmake clang-14\n"))
        self.assertTrue(self.apt_log().endswith("install -y --no-install-recommends cmake clang-14\n"), self.apt_log())

    def test_leaves_apt_alone_when_nothing_is_missing(self):
        self.lacks()
        self.assertEqual(self.packages("install", "check"), (0, "", ""))
        self.assertEqual(self.apt_log(), "")

    def test_tries_a_failing_mirror_again(self):
        self.script("bin/apt-get", 'echo "$*" >>apt.log; [ "$(grep -c install apt.log)" = 2 ]')
        code, output, _ = self.packages("install", "build")
        self.assertEqual(code, 0)
        self.assertIn("attempt 1 of 3 failed\n", output)
        self.assertNotIn("attempt 2", output)

    def test_gives_up_after_three_attempts_and_names_the_packages(self):
        self.script("bin/apt-get", 'echo "$*" >>apt.log; exit 100')
        code, _, errors = self.packages("install", "build")
        self.assertEqual(code, 1)
        self.assertEqual(self.apt_log().count(" install "), 3)
        self.assertIn("could not install: cmake\n", errors)

    def test_uses_sudo_when_not_root(self):
        self.script("bin/id", "echo 1000")
        self.script("bin/sudo", 'echo "sudo $*" >>apt.log')
        self.assertEqual(self.packages("install", "build")[0], 0)
        self.assertRegex(self.apt_log(), "sudo apt-get .*update\nsudo env DEBIAN_FRONTEND=noninteractive apt-get .*cmake\n")

    def test_refuses_a_verb_or_set_it_does_not_know(self):
        for arguments in [[], ["list"], ["list", "all"], ["remove", "build"], ["list", "build", "check"]]:
            code, output, errors = self.packages(*arguments)
            self.assertEqual((code, output), (1, ""))
            self.assertIn("usage: ", errors)


if __name__ == "__main__":
    unittest.main()
