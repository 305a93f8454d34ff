"""Stand-ins for outside commands: a test decides what `ctest` or `apt-get` answers, and reads how it was called."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class StubbedTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tickplant-test-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "bin").mkdir()

    def script(self, path, body):
        """Writes an executable script; `bin/NAME` is found before the real NAME."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/usr/bin/env bash\n" + body + "\n", encoding="utf-8")
        file.chmod(0o755)

    def run_command(self, *command, **variables):
        """Exit code, standard output and standard error."""
        environment = {**os.environ, **variables, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=self.root,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr
