"""The installed daemon, exchange and Python package together: live, out of the journal, computed, asked, killed."""
import datetime
import time
import unittest

import tickplant

from installed import LiveDemo, eventually

ANALYTICS = "watermarks: {default: {bound: 0s, lateness: 0s}}\nsets:\n  all:\n    windows: [{name: W100, size: 100ms}]\n    indicators: [{on: W100, of: [sma(2)]}]\n"


class Live(unittest.TestCase):
    def setUp(self):
        self.demo = LiveDemo(analytics=ANALYTICS)
        self.addCleanup(self.demo.end)
        self.plant = tickplant.attach(folder=self.demo.folder)
        self.addCleanup(self.plant.close)

    def test_ticks_and_their_history_are_the_same(self):
        with self.plant.ticks(on_lapped="raise") as ticks:
            live = [ticks.wait(10)]
            while sum(map(len, live)) < 2_000:
                live.append(ticks.wait(10))
                self.assertTrue(len(live[-1]))
        live = tickplant.concat(live).records
        first, last = int(live["sequence"][0]), int(live["sequence"][-1])
        again = self.plant.history(start_sequence=first).read().records
        again = again[again["sequence"] <= last]
        self.assertEqual(again.tobytes(), live.tobytes())

    def test_results_come_live_and_as_history(self):
        with self.plant.results(["W100", "W100.*"]) as results:
            batch = results.wait(10)
            while not (len(batch.rows) and len(batch.values)):
                batch = tickplant.concat([batch, results.wait(10)])
        self.assertIn("W100", batch.columns("rows")["function"].tolist())
        self.assertEqual(set(batch.columns("values")["function"]), {"W100.sma(2)"})
        with self.plant.results(["W100"], types=["rows"], start=datetime.timedelta(minutes=1)) as history:
            self.assertGreater(len(history.read()), 0)
            self.assertTrue(history.is_done)

    def test_image_and_depth_are_those_of_a_market(self):
        def has_both():
            for instrument in self.plant.instruments():
                depth, image = self.plant.depth(instrument.id), self.plant.image(instrument.id)
                if depth and depth["bids"] and depth["asks"] and image["bid_price"]:
                    return depth
            return None
        depth = eventually(has_both)
        self.assertIsNotNone(depth)
        prices = [level["price"] for level in depth["bids"]]
        self.assertEqual(prices, sorted(prices, reverse=True))

    def test_control_describes_reloads_and_is_refused(self):
        control = self.plant.control("a test")
        self.assertEqual(control.role, "admin")
        description = control.describe()
        self.assertEqual((description["name"], description["pid"]), ("demo", self.demo.daemon.pid))
        self.assertEqual(control.reload(), [])
        self.demo.analytics.write_text(ANALYTICS.replace("sma(2)", "sma(2), sma(3)"))
        self.assertEqual(control.reload(), ["set all: begins anew"])
        self.demo.analytics.write_text("nonsense: 1\n")
        with self.assertRaises(tickplant.Refused) as caught:
            control.reload()
        self.assertIn("analytics.yaml:1", caught.exception.problem)
        self.assertTrue(caught.exception.remedy, repr(caught.exception.problem))
        self.assertIn("a test (admin", self.demo.log.read_text())

    def test_a_daemon_that_was_killed_is_followed(self):
        with self.plant.ticks(on_lapped="raise") as ticks:
            before = ticks.wait(10)
            self.assertTrue(len(before))
            self.demo.kill_daemon()
            while len(ticks.wait(0.5)):
                pass
            self.assertEqual(self.plant.info().state, "dead")
            with self.assertRaises(tickplant.SetupError):
                self.plant.control().describe()
            self.demo.start_daemon()
            deadline, after = time.monotonic() + 20, ticks.wait(10)
            while not len(after.records) and time.monotonic() < deadline:
                after = ticks.wait(10)
            self.assertGreater(int(after.records["sequence"][0]), int(before.records["sequence"][-1]))
        self.assertEqual(self.plant.info().state, "live")
        self.assertEqual(self.plant.control().describe()["pid"], self.demo.daemon.pid)


if __name__ == "__main__":
    unittest.main()
