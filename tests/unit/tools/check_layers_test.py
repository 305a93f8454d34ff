"""tools/check_layers over small trees: what the design allows passes, each kind of violation is named with its line."""
import subprocess
import tempfile
import unittest
from pathlib import Path

CHECK_LAYERS = Path(__file__).resolve().parents[3] / "tools" / "check_layers"


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tickplant-test-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        (self.root / path.split("/")[0] / "README.md").write_text("x\n", encoding="utf-8")

    def run_tool(self):
        done = subprocess.run([CHECK_LAYERS, self.root], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_passes(self):
        code, output = self.run_tool()
        self.assertEqual(code, 0, output)

    def assert_fails(self, *expected):
        code, output = self.run_tool()
        self.assertEqual(code, 1, output)
        self.assertEqual(output.count("\n"), 2, f"one violation and the count: {output}")
        for text in expected:
            self.assertIn(text, output)

    def test_passes_each_kind_of_allowed_include(self):
        self.write("platform/clock.hpp", "// Time.\n\n#pragma once\n#include <liburing.h>\n#include <sys/mman.h>\n")
        self.write("ringbuf/segment.cpp", '#include "platform/clock.hpp"\n#include <boost/interprocess/file_mapping.hpp>\n')
        self.write("feedhandlers/itch50/parser.cpp", '#include "feedhandlers/packet.hpp"\n#include "config/a.hpp"\n')
        self.write("clients/cli/main.cpp", '#include "feedhandlers/a.hpp"\n#include "clients/cpp/a.hpp"\n#include <CLI/CLI.hpp>\n')
        self.write("daemon/main.cpp", '#include "clients/protocol/a.hpp"\n#include "analytics/a.hpp"\n')
        self.write("tests/unit/a_test.cpp", '#include "daemon/plant.hpp"\n#include <gtest/gtest.h>\n#include "beside.hpp"\n')
        self.assert_passes()

    def test_refuses_an_arrow_upwards(self):
        self.write("platform/clock.cpp", '\n  #  include "ringbuf/counters.hpp"\n')
        self.assert_fails("platform/clock.cpp:2: arrow platform -> ringbuf", "platform may include: platform\n")

    def test_refuses_a_forbidden_arrow_in_angle_brackets(self):
        self.write("analytics/pipeline.cpp", "#include <feedhandlers/packet.hpp>\n")
        self.assert_fails("analytics/pipeline.cpp:1: arrow analytics -> feedhandlers", "ringbuf, config, platform")

    def test_refuses_the_daemon_to_everybody(self):
        self.write("clients/cli/main.cpp", '#include "daemon/plant.hpp"\n')
        self.assert_fails("clients/cli/main.cpp:1: arrow clients/cli -> daemon")

    def test_keeps_clients_apart_from_the_command_line_and_the_feed_handlers(self):
        self.write("clients/cpp/subscriber.cpp", '#include "feedhandlers/packet.hpp"\n')
        self.assert_fails("clients/cpp/subscriber.cpp:1: arrow clients -> feedhandlers")
        self.write("clients/cpp/subscriber.cpp", '#include "clients/cli/print.hpp"\n')
        self.assert_fails("clients/cpp/subscriber.cpp:1: arrow clients -> clients/cli")

    def test_refuses_test_code_in_the_product(self):
        self.write("config/load_config.cpp", '#include "tests/support/temp_directory.hpp"\n')
        self.assert_fails("config/load_config.cpp:1: arrow config -> tests")

    def test_refuses_each_outside_library_beside_its_door(self):
        for include in ["liburing.h", "numa.h", "numaif.h", "hwloc.h", "hwloc/linux.h", "date/tz.h", "zlib.h", "zstd.h",
                        "boost/interprocess/file_mapping.hpp", "yaml-cpp/yaml.h", "CLI/CLI.hpp", "nlohmann/json.hpp",
                        "spdlog/spdlog.h", "fmt/core.h"]:
            with self.subTest(include):
                self.write("ringbuf/journal.cpp", f"#include <{include}>\n")
                self.assert_fails(f"ringbuf/journal.cpp:1: <{include}> is included outside its door; allowed in: ")

    def test_a_door_of_one_file_is_closed_to_the_file_beside_it(self):
        self.write("config/validate_config.cpp", "#include <yaml-cpp/yaml.h>\n")
        self.assert_fails("allowed in: config/parse_yaml.cpp")

    def test_refuses_an_outside_library_nobody_has_named(self):
        self.write("platform/clock.cpp", "#include <vector>\n#include <absl/time.h>\n")
        self.assert_fails("platform/clock.cpp:2: <absl/time.h> is an outside library without a door")

    def test_refuses_a_path_that_does_not_start_at_the_root(self):
        self.write("ringbuf/segment.cpp", '#include "segment.hpp"\n')
        self.assert_fails('ringbuf/segment.cpp:1: "segment.hpp" does not start with a folder of ours')

    def test_refuses_a_header_without_pragma_once(self):
        self.write("tests/support/builder.hpp", "// Comment.\n#include <vector>\n#pragma once\n")
        self.assert_fails("tests/support/builder.hpp:2: a header starts with")
        self.write("tests/support/builder.hpp", "")
        self.assert_fails("tests/support/builder.hpp:1: a header starts with")

    def test_refuses_a_source_file_outside_all_layers(self):
        self.write("helpers/a.cpp", "")
        self.assert_fails("helpers/a.cpp:1: no layer holds this file")

    def test_refuses_a_top_folder_without_a_readme(self):
        self.write("platform/clock.cpp", "")
        (self.root / "platform" / "README.md").unlink()
        self.assert_fails("platform/README.md:1: missing")

    def test_ignores_what_is_built_or_hidden(self):
        self.write("platform/clock.cpp", "")
        for folder in ["build/release", ".cache"]:
            (self.root / folder).mkdir(parents=True)
            (self.root / folder / "a.hpp").write_text('#include "b.hpp"\n', encoding="utf-8")
        self.assert_passes()

    def test_a_tree_without_sources_does_not_pass(self):
        code, output = self.run_tool()
        self.assertEqual(code, 1, output)


if __name__ == "__main__":
    unittest.main()
