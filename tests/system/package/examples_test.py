"""The installed examples, built by both compilers through find_package and pkg-config, and run against a plant."""
import shutil
import subprocess
import unittest

from installed import EXAMPLES, LIBRARY, PREFIX, LiveDemo, PlantOnCommand, ScratchTest

WARNINGS = "-Wall -Wextra -pedantic -Werror"
COMPILERS = [("g++", "gcc"), ("clang++-14", "clang-14")]


class Examples(ScratchTest):
    def setUp(self):
        super().setUp()
        self.plant = PlantOnCommand()
        self.addCleanup(self.plant.end)
        self.apple = self.plant("define", "AAPL")

    def run_example(self, program, *arguments, **how):
        return self.run_program(program, *arguments, TICKPLANT_RUNTIME=self.plant.folder, **how)

    def try_examples(self, folder):
        """Each does what it says."""
        self.plant("quote", self.apple, 189.01, 189.03)
        self.plant("trade", self.apple, 189.02, 100)
        self.plant("depth", self.apple, 189.01, 189.03)
        shown = self.run_example(folder / "image_and_depth", "demo", "AAPL")
        self.assertIn("last            189.0200", shown)
        self.assertIn("ask     189.0300        200", shown)
        self.plant("beat")
        shown = self.run_example(folder / "history_to_live", "demo", "AAPL", 3600, 1)
        self.assertIn("189.0200 100", shown)
        for way in ("poll", "batch", "callback", "blocking"):
            with self.while_quoting():
                shown = self.run_example(folder / "ways_to_read", "demo", way, "AAPL", 5)
            self.assertIn("189.0100 x 189.0300", shown)
            self.assertIn("lost: 0 records", shown)
        self.assertIn("there is no plant", self.run_program(folder / "control", "no_plant", code=2))

    def while_quoting(self):
        """Quotes of AAPL every ten milliseconds, in a thread."""
        import contextlib
        import threading

        @contextlib.contextmanager
        def quoting():
            over = threading.Event()

            def quote():
                while not over.wait(0.01):
                    self.plant("quote", self.apple, 189.01, 189.03)
            thread = threading.Thread(target=quote)
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join()
        return quoting()

    def try_c_example(self, program):
        self.plant("quote", self.apple, 189.01, 189.03)
        self.plant("trade", self.apple, 189.02, 100)
        with self.while_quoting():
            shown = self.run_example(program, "demo", "AAPL", 3)
        self.assertIn("last 189.0200", shown)
        self.assertEqual(shown.count("189.0100 x 189.0300"), 3)
        shown = self.run_example(program, "demo", "APPL", code=2)
        self.assertIn("AAPL@XNAS", shown)
        self.assertIn("remedy: ", shown)

    def test_build_and_run_by_find_package(self):
        for cxx, cc in COMPILERS:
            with self.subTest(compiler=cxx):
                shutil.copytree(EXAMPLES, self.scratch / "examples", dirs_exist_ok=True)
                build = self.scratch / f"build-{cxx}"
                self.run_program("cmake", "-S", "examples", "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={PREFIX}",
                                 f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_C_COMPILER={cc}",
                                 f"-DCMAKE_CXX_FLAGS={WARNINGS}", f"-DCMAKE_C_FLAGS={WARNINGS}")
                self.run_program("nice", "cmake", "--build", build)
                self.try_examples(build / "bin/examples")
                self.try_c_example(build / "bin/examples/quotes_in_c")

    def pkg_config(self, *modules):
        return self.run_program("pkg-config", "--cflags", "--libs", *modules).split()

    def test_build_and_run_by_pkg_config(self):
        for cxx, cc in COMPILERS:
            with self.subTest(compiler=cxx):
                for name in ("minimal", "trading_process", "ways_to_read", "image_and_depth", "history_to_live"):
                    self.run_program(cxx, "-std=c++20", *WARNINGS.split(), EXAMPLES / f"{name}.cpp", "-o", name,
                                     *self.pkg_config("tickplant"))
                self.run_program(cxx, "-std=c++20", *WARNINGS.split(), EXAMPLES / "control.cpp", "-o", "control",
                                 *self.pkg_config("tickplant-control", "tickplant"))
                self.try_examples(self.scratch)
                self.run_program(cc, "-std=c11", *WARNINGS.split(), EXAMPLES / "quotes_in_c.c", "-o", "quotes_in_c",
                                 *self.pkg_config("tickplant-c"))
                self.try_c_example(self.scratch / "quotes_in_c")

    def test_the_control_example_asks_a_live_daemon(self):
        self.run_program("g++", "-std=c++20", EXAMPLES / "control.cpp", "-o", "control",
                         *self.pkg_config("tickplant-control", "tickplant"))
        demo = LiveDemo()
        self.addCleanup(demo.end)
        shown = self.run_program(self.scratch / "control", "demo", TICKPLANT_RUNTIME=demo.folder)
        self.assertRegex(shown, r"demo \S+, process \d+, \d+ instruments; you are a admin")
        self.assertIn("feed demo: itch50 from XNAS, ring ticks", shown)


class Package(ScratchTest):
    def find(self, *arguments, code=0):
        (self.scratch / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\n"
            f"find_package(tickplant {' '.join(arguments)})\nmessage(STATUS found=${{tickplant_FOUND}})\n")
        return self.run_program("cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={PREFIX}", code=code)

    def test_is_found_in_the_versions_that_fit(self):
        self.assertIn("found=1", self.find("0.1", "REQUIRED", "COMPONENTS", "client", "control", "c"))
        self.assertIn("found=0", self.find("0.2"))
        self.assertIn("found=0", self.find("1.0"))
        refused = self.find("COMPONENTS", "fortran")
        self.assertIn("found=0", refused)
        self.assertIn("there is no component fortran", refused)

    def test_every_header_compiles_alone_in_a_users_program(self):
        folder = PREFIX / "include/tickplant"
        headers = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.h*"))
        self.assertGreater(len(headers), 80)
        for leaked in ("capnp", "liburing", "boost", "zstd", "hwloc"):
            for header in headers:
                self.assertNotRegex((folder / header).read_text(), rf"(?m)^#include <{leaked}", header)
        for compiler, _ in COMPILERS:
            with self.subTest(compiler=compiler):
                together = "".join(f'#include "{header}"\n' for header in headers)
                (self.scratch / "all.cpp").write_text(together + "int main() {}\n")
                self.run_program(compiler, "-std=c++20", "-fsyntax-only", *WARNINGS.split(), f"-I{folder}", "all.cpp")

    def test_programs_run_where_they_are_installed(self):
        for program in ("tickplant", "tickplantd", "tickplant-venue"):
            self.assertIn("Usage", self.run_program(PREFIX / "bin" / program, "--help"))

    def test_the_shared_library_needs_only_what_it_uses(self):
        needed = self.run_program("readelf", "-d", LIBRARY)
        self.assertIn("Library soname: [libtickplant.so.0]", needed)
        for unwanted in ("hwloc", "liburing", "date-tz", "yaml", "spdlog", "boost"):
            self.assertNotIn(unwanted, needed)


if __name__ == "__main__":
    unittest.main()
