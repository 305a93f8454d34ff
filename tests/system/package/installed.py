"""What the tests of the package share: the installed prefix, and plants of their own.

`run` installs and says where by TICKPLANT_TEST_PREFIX and TICKPLANT_TEST_BUILD.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PREFIX = pathlib.Path(os.environ.get("TICKPLANT_TEST_PREFIX", "/nonexistent"))
BUILD = pathlib.Path(os.environ.get("TICKPLANT_TEST_BUILD", "/nonexistent"))
SOURCE = pathlib.Path(__file__).resolve().parents[3]
LIBRARY = next(PREFIX.glob("lib/**/libtickplant.so.0"), None)
EXAMPLES = PREFIX / "share/doc/tickplant/examples"
PATIENCE_SECONDS = 30


def environment(**more):
    """A user's, who has installed the package at PREFIX and knows nothing of the tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKPLANT_") or name == "TICKPLANT_CHECK"}
    return {**kept,
            "PKG_CONFIG_PATH": str(LIBRARY.parent / "pkgconfig"),
            "LD_LIBRARY_PATH": str(LIBRARY.parent),
            "PYTHONPATH": str(PREFIX / "lib/python3/dist-packages"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: str(value) for name, value in more.items()}}


def eventually(condition, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.005)
    return found


class PlantOnCommand:
    """A plant whose daemon is the test: plant_on_command.cpp has the commands."""

    def __init__(self):
        self._program = subprocess.Popen([BUILD / "bin/plant_on_command"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)
        self.folder = self._program.stdout.readline().strip()

    def __call__(self, verb, *words):
        """Its answer, a number."""
        self._program.stdin.write(" ".join(map(str, (verb, *words))) + "\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        if not answer:
            raise AssertionError(f"plant_on_command has ended at: {verb}")
        return int(answer)

    def end(self):
        self._program.stdin.close()
        self._program.stdout.close()
        self._program.wait()


class LiveDemo:
    """The installed tickplantd --demo with tickplant-venue, on ports and in folders of its own."""

    def __init__(self, venue=("--symbols", "20", "--rate", "2000", "--pre-open", "100ms"), analytics=None):
        self._folder = tempfile.mkdtemp(prefix="tickplant-package-", dir="/dev/shm")
        os.chmod(self._folder, 0o700)
        self.folder = os.path.join(self._folder, "plant")
        os.mkdir(self.folder, 0o700)
        number = os.getpid() % 16_000
        port, group = 30_000 + 2 * number, f"239.194.{number // 250}.{number % 250 + 1}"
        feed = "TICKPLANT_FEEDS_DEMO_SOURCE_"
        settings = {
            "TICKPLANT_RUNTIME": self.folder,
            "TICKPLANT_PLANT_STATE_FOLDER": os.path.join(self._folder, "state"),
            "TICKPLANT_JOURNAL_FOLDER": "auto",
            "TICKPLANT_JOURNAL_SEGMENT": "16MiB",
            feed + "LINE_A_GROUP": group, feed + "LINE_A_PORT": port,
            feed + "LINE_B_GROUP": group, feed + "LINE_B_PORT": port + 1,
            feed + "REREQUEST_PORT": port + 1,
        }
        if analytics is not None:
            self.analytics = pathlib.Path(self._folder, "analytics.yaml")
            self.analytics.write_text(analytics)
            settings["TICKPLANT_ANALYTICS_FILE"] = self.analytics
        self._settings = settings
        self.log = pathlib.Path(self._folder, "daemon.log")
        self.daemon = self.venue = None
        try:
            self.start_daemon()
            self.venue = self._start("tickplant-venue", *venue, "--line-a", f"{group}:{port}", "--line-b",
                                     f"{group}:{port + 1}", "--interface", "lo", "--rerequest", f"127.0.0.1:{port + 1}")
        except BaseException:  # whoever made us has nothing to end
            self.end()
            raise

    def _start(self, name, *arguments):
        with open(self.log, "a", encoding="utf-8") as log:
            return subprocess.Popen([PREFIX / "bin" / name, *arguments], env=environment(**self._settings),
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_daemon(self):
        pathlib.Path(self.folder, "control.sock").unlink(missing_ok=True)
        self.daemon = self._start("tickplantd", "--demo")
        if not eventually(lambda: self._answers() or self.daemon.poll() is not None) or self.daemon.poll() is not None:
            raise AssertionError("tickplantd did not start:\n" + self.log.read_text())

    def _answers(self):
        """Clients can attach, and ask."""
        attached = subprocess.run([PREFIX / "bin/tickplant", "rings", "--plant", "demo"], capture_output=True,
                                  env=environment(**self._settings), check=False, stdin=subprocess.DEVNULL)
        return attached.returncode == 0 and os.path.exists(os.path.join(self.folder, "control.sock"))

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()

    def end(self):
        for program in (self.venue, self.daemon):
            if program is not None and program.poll() is None:
                program.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    program.wait(PATIENCE_SECONDS)
                if program.poll() is None:
                    program.kill()
                    program.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class ScratchTest(unittest.TestCase):
    """A test with a folder of its own, outside the tree."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tickplant-package-")
        self.addCleanup(folder.cleanup)
        self.scratch = pathlib.Path(folder.name)

    def run_program(self, *command, code=0, **variables):
        """Its standard output and error; fails with both when it ends otherwise."""
        done = subprocess.run([str(word) for word in command], env=environment(**variables), cwd=self.scratch,
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr
