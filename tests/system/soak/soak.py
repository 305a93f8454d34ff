#!/usr/bin/env python3
"""A plant under load for a while: nothing may grow.

    tests/system/soak/soak.py BIN_FOLDER [SECONDS]

Starts the real exchange simulator (20,000 messages/s, one percent loss on each line), daemon and a client, and looks at
the daemon ten times a second: resident memory, open descriptors, threads, files and bytes of its segments. What it
holds at most looks after a warm-up must not be less than what it holds at most looks near the end: a thread that writes
a file or looks for clients comes and goes, what leaks stays. The market must have flowed, without a gap, and all must
end in order. Prints one line; exit code 0 when all is well.
"""
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

RATE = 20_000
WARM_UP_SECONDS = 5
# Resident memory may breathe by a few pages (stacks, the log's queue); growth of a leak shows far above this in a minute.
RESIDENT_KIB_TOLERATED = 256


def look_at(pid, folder):
    """What the daemon holds now."""
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    files = [entry for entry in os.scandir(folder) if entry.name.endswith(".seg")]
    return {
        "resident_kib": int(status["VmRSS"].split()[0]),
        "threads": int(status["Threads"]),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "segments": len(files),
        "segment_bytes": sum(entry.stat().st_size for entry in files),
    }


def config(port):
    return f"""
plant: {{name: soak}}
instruments: {{capacity: 1024}}
rings: {{ticks: {{slots: 262144}}}}
feeds:
  soak:
    protocol: itch50
    venue: XNAS
    source:
      kind: udp_multicast
      line_a: {{group: 239.196.1.1, port: {port}, interface: lo}}
      line_b: {{group: 239.196.1.2, port: {port + 1}, interface: lo}}
      rerequest: {{address: 127.0.0.1, port: {port + 1}}}
"""


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)


def soak(programs, seconds, work):
    port = 26000 + os.getpid() % 2000 * 2
    folder = work / "run"
    (work / "plant.yaml").write_text(config(port))
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("TICKPLANT_") or name == "TICKPLANT_CHECK"}
    environment["TICKPLANT_RUNTIME"] = str(folder)
    environment["TICKPLANT_PLANT_STATE_FOLDER"] = str(work / "state")
    log = open(work / "log", "w", encoding="utf-8")
    run = lambda name, *arguments, **more: subprocess.Popen([programs / name, *arguments], env=environment, stderr=log, **more)
    status = lambda: subprocess.run([programs / "tickplant", "health"], env=environment, stdout=log, stderr=log, check=False)

    running = []
    try:
        daemon = run("tickplantd", "--config", work / "plant.yaml")
        running.append(daemon)
        wait_for(lambda: daemon.poll() is not None or (folder / "catalog.seg").exists(), 20, "the start of the daemon")
        if daemon.poll() is not None:
            raise RuntimeError("the daemon did not start")
        venue = run("tickplant-venue", "--rate", str(RATE), "--loss", "1", "--symbols", "200", "--duration", f"{seconds}s",
                    "--line-a", f"239.196.1.1:{port}", "--line-b", f"239.196.1.2:{port + 1}", "--interface", "lo",
                    "--rerequest", f"127.0.0.1:{port + 1}", stdout=subprocess.DEVNULL)
        running.append(venue)
        time.sleep(WARM_UP_SECONDS)
        client = run("tickplant", "latency", "--for", f"{max(seconds - WARM_UP_SECONDS - 2, 1)}s", "--json",
                     stdout=subprocess.PIPE, text=True)
        running.append(client)
        looks = []
        while venue.poll() is None:
            if daemon.poll() is not None:
                raise RuntimeError(f"the daemon ended with {daemon.returncode} under load")
            looks.append(look_at(daemon.pid, folder))
            time.sleep(0.1)
        seen = json.loads(client.communicate(timeout=60)[0])
        health = status().returncode
        daemon.send_signal(signal.SIGTERM)
        if daemon.wait(timeout=20) != 0:
            raise RuntimeError(f"the daemon ended with {daemon.returncode}")
        if venue.returncode != 0:
            raise RuntimeError(f"the venue ended with {venue.returncode}")
        return looks, seen, health
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()


def problems(looks, seen, health):
    warm, end = looks[: max(len(looks) // 4, 1)], looks[-max(len(looks) // 4, 1):]
    for key in looks[0]:
        before, after = (statistics.median_high(look[key] for look in some) for some in (warm, end))
        allowed = RESIDENT_KIB_TOLERATED if key == "resident_kib" else 0
        if after > before + allowed:
            yield f"{key} grew from {before} to {after}"
    if seen["gaps"] != 0 or seen["lost_records"] != 0:
        yield f"the client saw {seen['gaps']} gaps and lost {seen['lost_records']} records"
    if seen["messages"] < RATE:
        yield f"only {seen['messages']} messages flowed"
    if health not in (0, 1):  # 1: an ended session is not health, but the plant is there
        yield f"`tickplant health` said {health}"


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory(prefix="tickplant-soak-", dir="/dev/shm") as name:
        work = pathlib.Path(name)
        try:
            looks, seen, health = soak(programs, seconds, work)
        except (RuntimeError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
            print(f"soak: {error}\n{(work / 'log').read_text()}")
            return 1
        found = list(problems(looks, seen, health))
        last = looks[-1]
        print(f"soak: {seconds} s, {seen['messages']:,} messages, {last['resident_kib']} KiB resident, {last['descriptors']} descriptors, "
              f"{last['segments']} segments: {'; '.join(found) if found else 'nothing grew'}")
        return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
