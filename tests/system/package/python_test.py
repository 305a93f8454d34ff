"""The Python package over a plant of the test's own: plants, batches, losses, results, what a user does wrong."""
import datetime
import signal
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

import numpy as np
import tickplant

from installed import EXAMPLES, PREFIX, PlantOnCommand, ScratchTest, environment


class PythonTest(unittest.TestCase):
    def setUp(self):
        self.made = PlantOnCommand()
        self.addCleanup(self.made.end)
        self.apple = self.made("define", "AAPL")
        self.plant = tickplant.attach(folder=self.made.folder)
        self.addCleanup(self.plant.close)

    def refusal(self, kind, call):
        with self.assertRaises(kind) as caught:
            call()
        self.assertIn("remedy: ", str(caught.exception))
        return str(caught.exception)


class Plants(PythonTest):
    def test_say_what_they_are(self):
        info = self.plant.info()
        self.assertEqual((info.name, info.state, info.instrument_count, info.has_results), ("demo", "live", 1, False))
        self.assertEqual(info.folder, self.made.folder)
        self.assertLess(abs(info.now - time.time_ns()), 10 ** 10)
        self.assertEqual([feed.ring for feed in self.plant.feeds()], ["ticks", "more"])
        self.assertIn("demo", repr(self.plant))

    def test_know_their_instruments(self):
        microsoft = self.made("define", "MSFT")
        self.made("define", "MSFT", 1)
        self.assertEqual([str(each) for each in self.plant.instruments()], ["AAPL@XNAS", "MSFT@XNAS", "MSFT@X1"])
        self.assertEqual([each.id for each in self.plant.instruments("MS")], [microsoft, 3])
        apple = self.plant.instrument("AAPL")
        self.assertEqual((apple.id, apple.currency, apple.price_unit, apple.status), (self.apple, "USD", 1e-4, "active"))
        self.assertEqual(self.plant.instrument(self.apple), apple)
        self.assertIn("MSFT@X1", self.refusal(tickplant.UnknownInstrument, lambda: self.plant.instrument("MSFT")))
        self.assertIn("AAPL@XNAS", self.refusal(tickplant.UnknownInstrument, lambda: self.plant.instrument("APPL")))
        self.refusal(tickplant.UnknownInstrument, lambda: self.plant.instrument(17))
        with self.assertRaises(LookupError):
            self.plant.image("NONE")

    def test_show_image_and_depth(self):
        self.assertIsNone(self.plant.image("AAPL"))
        self.assertIsNone(self.plant.depth("AAPL"))
        self.made("quote", self.apple, 189.01, 189.03)
        self.made("trade", self.apple, 189.02, 100)
        self.made("trade", self.apple, 189.06, 300)
        self.made("depth", self.apple, 189.01, 189.03)
        image = self.plant.image("AAPL")
        self.assertEqual((image["bid_price"], image["last_price"], image["volume"]), (189.01, 189.06, 400))
        self.assertAlmostEqual(image["vwap"], 189.05)
        self.assertIsNone(image["previous_close"])
        self.assertEqual(self.plant.image("AAPL", exact=True)["last_price"], 189_060_000_000)
        depth = self.plant.depth("AAPL")
        self.assertEqual([level["price"] for level in depth["bids"]], [189.01, 189.0, 188.99])
        self.assertEqual(depth["asks"][0], {"price": 189.03, "size": 200, "order_count": 2})
        self.assertEqual(self.plant.depth("AAPL", exact=True)["ask"]["price"][0], 189_030_000_000)

    def test_are_found_or_the_error_says_what_there_is(self):
        self.assertIn("no plant 'nope'", self.refusal(tickplant.SetupError, lambda: tickplant.attach("nope")))
        self.refusal(tickplant.SetupError, lambda: tickplant.attach(folder="/nowhere"))
        self.refusal(tickplant.TickplantError, lambda: tickplant.attach("demo", folder=self.made.folder))
        self.assertIsInstance(tickplant.plants(), list)

    def test_that_are_closed_say_so_and_their_streams_go_on(self):
        ticks = self.plant.ticks()
        self.plant.close()
        self.plant.close()
        self.assertIn("closed", self.refusal(tickplant.TickplantError, self.plant.info))
        self.made("quote", self.apple, 1, 2)
        self.assertEqual(len(ticks.poll()), 1)
        ticks.close()
        ticks.close()
        self.assertIn("closed", self.refusal(tickplant.TickplantError, ticks.poll))
        self.assertEqual(list(ticks), [])

    def test_that_are_rebuilt_are_followed(self):
        with self.plant.ticks(on_lapped="count") as ticks:
            self.made("quote", self.apple, 1, 2)
            self.assertEqual(len(ticks.poll()), 1)
            self.made("rebuild")
            self.made("define", "AAPL")
            self.made("quote", self.apple, 3, 4)
            deadline, events, batch = time.monotonic() + 10, [], ticks.wait(1)
            while time.monotonic() < deadline:
                events += batch.events
                if len(batch.quotes):
                    break
                batch = ticks.wait(1)
            self.assertEqual(tickplant.to_float(batch.quotes["bid_price"]).tolist(), [3.0])
            self.assertTrue(any(isinstance(event, tickplant.Attached) for event in events), events)
        self.assertEqual(self.plant.image("AAPL")["bid_price"], 3.0)


class Streams(PythonTest):
    def test_bring_read_only_arrays_by_kind(self):
        with self.plant.ticks(["AAPL"]) as ticks:
            self.assertEqual(len(ticks.poll()), 0)
            self.made("quote", self.apple, 189.01, 189.03, 3)
            self.made("trade", self.apple, 189.02, 100, 2)
            batch = ticks.poll()
        self.assertEqual(batch.counts(), {"trades": 2, "quotes": 3})
        self.assertEqual(batch.trades["price"].tolist(), [189_020_000_000] * 2)
        self.assertEqual(batch.quotes["ask_price"].tolist(), [189_030_000_000] * 3)
        self.assertEqual(batch.records["sequence"].tolist(), [2, 3, 4, 5, 6])
        self.assertEqual(len(batch.orders), 0)
        for array in (batch.records, batch.trades, batch.quotes):
            with self.assertRaises(ValueError):
                array["sequence"][:1] = 7
        self.assertIn("2 trades", repr(batch))

    def test_a_kind_alone_is_a_view(self):
        with self.plant.ticks(types=["trades"]) as ticks:
            self.made("trade", self.apple, 1, 1, 5)
            batch = ticks.poll()
        self.assertTrue(np.shares_memory(batch.records, batch.trades))
        self.assertEqual(batch.trades.dtype.itemsize, 64)

    def test_batches_stay_when_others_come(self):
        with self.plant.ticks(batch_size=4) as ticks:
            self.made("trade", self.apple, 1, 1, 10)
            batches = [ticks.poll() for _ in range(3)]
        self.assertEqual([batch.records["sequence"].tolist() for batch in batches], [[2, 3, 4, 5], [6, 7, 8, 9], [10, 11]])
        together = tickplant.concat(batches)
        self.assertEqual(len(together), 10)
        self.assertEqual(together.trades["trade_id"].tolist(), list(range(1, 11)))

    def test_iterate_until_the_other_side_closes(self):
        ticks, seen = self.plant.ticks(), []
        reader = threading.Thread(target=lambda: seen.extend(len(batch) for batch in ticks))
        reader.start()
        self.made("trade", self.apple, 1, 1, 7)
        deadline = time.monotonic() + 10
        while sum(seen) < 7 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(ticks.lost_count, 0)
        ticks.close()
        reader.join(10)
        self.assertFalse(reader.is_alive())
        self.assertEqual(sum(seen), 7)

    def test_other_threads_run_while_one_waits(self):
        with self.plant.ticks() as ticks:
            count, over = 0, threading.Event()
            waiter = threading.Thread(target=lambda: (ticks.wait(0.3), over.set()))
            waiter.start()
            while not over.is_set():
                count += 1
            waiter.join()
        self.assertGreater(count, 1_000, "the interpreter was held for 0.3 s")

    def test_end_a_wait_in_time(self):
        with self.plant.ticks() as ticks:
            begin = time.monotonic()
            self.assertEqual(len(ticks.wait(0.25)), 0)
            self.assertGreaterEqual(time.monotonic() - begin, 0.24)

    def test_raise_a_loss_with_its_counts_and_go_on(self):
        with self.plant.ticks() as ticks:
            self.made("quote", self.apple, 1, 2, 5_000)
            with self.assertRaises(tickplant.Lapped) as caught:
                next(ticks)
            lapped = caught.exception
            self.assertEqual((lapped.ring, lapped.first), ("ticks", 2))
            self.assertEqual(lapped.count, lapped.last - 1)
            batch = next(ticks)
            self.assertEqual(int(batch.records["sequence"][0]), lapped.last + 1)
            self.assertEqual(ticks.lost_count, lapped.count)

    def test_count_a_loss_on_wish(self):
        with self.plant.ticks(on_lapped="count") as ticks:
            self.made("quote", self.apple, 1, 2, 5_000)
            batches = [ticks.poll() for _ in range(3)]
            lost = [event for batch in batches for event in batch.events]
            self.assertEqual([type(event) for event in lost], [tickplant.Lost])
            self.assertEqual(sum(batch.lost_count for batch in batches), lost[0].count)
            self.assertEqual(sum(map(len, batches)) + lost[0].count, 5_000)

    def test_conflate_on_wish(self):
        with self.plant.ticks(on_lapped="conflate") as ticks:
            ticks.poll()
            self.made("trade", self.apple, 10, 2, 5_000)
            events = []
            told = 0
            for _ in range(10):
                batch = ticks.poll()
                told += len(batch.trades)
                events += [event for event in batch.events if isinstance(event, tickplant.Conflated)]
            self.assertEqual(sum(event.updates for event in events) + told, 5_000)
            self.assertEqual(int(events[0].exact["last_price"]), 10_000_000_000)
            self.assertEqual(ticks.merged_count, sum(event.updates for event in events))
            self.made("trade", self.apple, 10, 2, 10)
            ticks.conflate()

    def test_begin_with_images(self):
        self.made("trade", self.apple, 10, 2)
        with self.plant.ticks(start="image") as ticks:
            batch = ticks.poll()
            self.assertEqual(list(batch.images), [self.apple])
            self.assertEqual(int(batch.images[self.apple]["last_price"]), 10_000_000_000)
            self.made("trade", self.apple, 11, 2)
            self.assertEqual(len(ticks.poll().trades), 1)

    def test_a_history_ends_or_follows(self):
        self.made("trade", self.apple, 10, 2, 50)
        with self.plant.history(["AAPL"], ["trade"]) as history:
            self.assertEqual(sum(len(batch) for batch in history), 50)
            self.assertTrue(history.is_done)
            self.assertEqual(len(history.read()), 0)
        self.assertEqual(len(self.plant.history(types="trades").read()), 50)
        self.assertEqual(len(self.plant.history(start=datetime.timedelta(minutes=1)).read().trades), 50)
        self.assertEqual(len(self.plant.history(start_sequence=42).read()), 10)
        now = datetime.datetime.now(datetime.timezone.utc)
        for early in (now - datetime.timedelta(hours=1), (now - datetime.timedelta(hours=1)).isoformat(),
                      np.datetime64("now") - np.timedelta64(1, "h"), time.time_ns() - 3_600 * 10 ** 9):
            self.assertEqual(len(self.plant.history(start=early, types=["trade"]).read()), 50, early)
        self.assertEqual(len(self.plant.history(end=now - datetime.timedelta(hours=1)).read()), 0)
        with self.plant.history(["AAPL"], follow=True) as history:
            self.assertEqual(len(history.read().trades), 50)
            self.made("trade", self.apple, 10, 2)
            self.assertEqual(len(history.wait(5).trades), 1)

    def test_become_columns(self):
        self.made("quote", self.apple, 189.01, 189.03)
        self.made("trade", self.apple, 189.02, 100)
        self.made("halt", self.apple)
        batch = self.plant.history(["AAPL"]).read()
        trades = batch.columns("trades")
        self.assertEqual(trades["price"].tolist(), [189.02])
        self.assertEqual(trades["size"].tolist(), [100])
        self.assertEqual(trades["symbol"].tolist(), ["AAPL@XNAS"])
        self.assertEqual(trades["ts_event"].dtype, np.dtype("datetime64[ns]"))
        self.assertEqual(batch.columns("quotes")["ask_price"].tolist(), [189.03])
        statuses = batch.columns("statuses")
        self.assertEqual(statuses["trading_status"].tolist(), [tickplant.TradingStatus.HALTED])
        self.assertTrue(np.isnan(statuses["price_0"][0]))
        self.assertIn("1 trades", self.refusal(tickplant.TickplantError, batch.columns))
        self.assertIn("trades", self.refusal(tickplant.TickplantError, lambda: batch.of("trade")))
        self.assertEqual(len(batch.of_instrument(self.apple + 1)), 0)

    def test_name_the_package_that_a_table_needs(self):
        self.made("trade", self.apple, 189.02, 100)
        batch = self.plant.history(types=["trade"]).read()
        for name, call in (("pandas", batch.to_pandas), ("polars", batch.to_polars)):
            with mock.patch.dict(sys.modules, {name: None}):
                with self.assertRaises(ImportError) as caught:
                    call()
                self.assertIn(f"the package {name}", str(caught.exception))
                self.assertIn("remedy: ", str(caught.exception))

    def test_become_a_data_frame(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("python3-pandas is not installed")
        self.made("trade", self.apple, 189.02, 100, 3)
        frame = self.plant.history(types=["trade"]).to_pandas()
        self.assertEqual(frame["price"].tolist(), [189.02] * 3)
        self.assertEqual(str(frame.index.tz), "UTC")
        self.assertEqual(frame["symbol"].dtype, "category")
        self.assertEqual(frame["price"].resample("1s").ohlc().iloc[0]["close"], 189.02)
        self.assertIsInstance(frame["ts_recv"].iloc[0], pandas.Timestamp)
        start = frame.index[0]
        self.assertEqual(len(self.plant.history(types=["trade"], start=start).read()), 3)

    def test_refuse_what_cannot_be(self):
        for call, words in (
                (lambda: self.plant.ticks(types=["trade", "tick"]), "no type 'tick'"),
                (lambda: self.plant.ticks(types=[99]), "no type 99"),
                (lambda: self.plant.ticks([]), "symbols is empty"),
                (lambda: self.plant.ticks([1]), "symbols has 1 in it"),
                (lambda: self.plant.ticks(start="yesterday"), "start is 'yesterday'"),
                (lambda: self.plant.ticks(on_lapped="ignore"), "on_lapped is 'ignore'"),
                (lambda: self.plant.ticks(batch_size=0), "batch_size is 0"),
                (lambda: self.plant.ticks(rings=["none"]), "none"),
                (lambda: self.plant.history(on_lapped="conflate"), "on_lapped is 'conflate'"),
                (lambda: self.plant.history(start="2026-01-30T09:30"), "without a zone"),
                (lambda: self.plant.history(start="soon"), "start is 'soon'"),
                (lambda: self.plant.history(start=1.5), "start is 1.5"),
                (lambda: self.plant.history(start=1, start_sequence=1), "both start and start_sequence"),
                (lambda: self.plant.history(journal="/nowhere"), "'/nowhere' cannot be read"),
                (lambda: self.plant.results(), "nothing"),
                (lambda: self.plant.results(end=5), "no end"),
                (lambda: tickplant.concat([]), "nothing to put together")):
            with self.subTest(words):
                self.assertIn(words, self.refusal(tickplant.TickplantError, call))


class Computed(PythonTest):
    def setUp(self):
        super().setUp()
        self.made("compute")

    def test_come_with_the_names_of_their_functions(self):
        with self.plant.results(symbols=["AAPL"]) as results:
            self.made("row", self.apple, "T60", 60, 11.5)
            self.made("values", self.apple, "T60.sma(5)", 60, 1.5, 2.5)
            self.made("signal", self.apple, "ticks.price_x_ma_5min", 60, 11)
            batch = results.wait(5)
            self.assertEqual(batch.counts(), {"rows": 1, "values": 1, "signals": 1})
            self.assertEqual(batch.function_names.tolist(), ["T60", "T60.sma(5)", "ticks.price_x_ma_5min"])
            self.assertEqual(batch.rows["close"].tolist(), [11_500_000_000])
            self.assertEqual(batch.signals["what"].tolist(), [tickplant.SignalValue.GOLDEN])
            self.assertEqual([each.name for each in results.functions()][:2], ["T60", "S300_60"])
        values = batch.columns("values")
        self.assertEqual(values["function"].tolist(), ["T60.sma(5)", "T60.rsi(14)"])
        self.assertEqual(values["value"].tolist(), [1.5, 2.5])
        rows = batch.columns("rows")
        self.assertEqual((rows["close"].tolist(), rows["function"].tolist()), ([11.5], ["T60"]))
        self.assertFalse([name for name in rows if name.startswith(("notional", "sum"))])

    def test_are_chosen_by_function_and_have_a_history(self):
        self.made("row", self.apple, "T60", 60, 11.5)
        self.made("row", self.apple, "S300_60", 60, 12.5)
        self.assertEqual(self.plant.results(["S*"], start="ring").poll().rows["close"].tolist(), [12_500_000_000])
        with self.plant.results(["T60"], start=None) as results:
            self.assertEqual([len(batch) for batch in results], [1])
            self.assertTrue(results.is_done)

    def test_that_were_overwritten_raise(self):
        with self.plant.results() as results:
            for second in range(200):
                self.made("row", self.apple, "T60", second, 10)
            with self.assertRaises(tickplant.Lapped) as caught:
                results.poll()
            self.assertEqual(caught.exception.ring, "derived")


class Layouts(ScratchTest):
    """Python's idea of every struct against the header, by a C compiler."""

    def test_are_those_of_the_header(self):
        from tickplant import _layout, _library
        bodies = {1: "trade", 2: "quote", 3: "order", 4: "level", 5: "book_clear", 6: "status", 7: "imbalance",
                  8: "auction_prices", 9: "trade_cancel", 10: "gap", 11: "source_position", 12: "heartbeat", 13: "session",
                  14: "definition", 15: "command"}
        result_bodies = {1: "window_row", 2: "indicator_values", 3: "signal", 4: "correction", 5: "gap"}
        checks = []

        def check(struct, field, offset, size):
            checks.append(f"_Static_assert(offsetof({struct}, {field}) == {offset} && "
                          f"sizeof((({struct}*)0)->{field}) == {size}, \"{struct}.{field}\");")

        def check_dtype(struct, dtype, names=lambda name: name):
            checks.append(f"_Static_assert(sizeof({struct}) == {dtype.itemsize}, \"{struct}\");")
            for name in dtype.names:
                check(struct, names(name), dtype.fields[name][1], dtype.fields[name][0].itemsize)

        for struct, header, kinds, members in (
                ("tickplant_record", _layout.TICK, _layout.TICKS, bodies),
                ("tickplant_result", _layout.RESULT, _layout.RESULTS, result_bodies)):
            check_dtype(struct, header)
            for kind, member in members.items():
                check_dtype(struct, kinds[kind], lambda name, m=member, h=header: name if name in h.names
                            else f"body.{m}.{name.removeprefix('window_') if name == 'window_function' else name}")
        check_dtype("tickplant_image", _layout.IMAGE)
        check_dtype("tickplant_depth", _layout.DEPTH)
        check_dtype("tickplant_depth_level", _layout.LEVEL)
        structs = {"info": _library.Info, "feed": _library.Feed, "instrument": _library.Instrument,
                   "ticks_options": _library.TicksOptions, "results_options": _library.ResultsOptions,
                   "event": _library.Event, "progress": _library.Progress, "function": _library.Function,
                   "description": _library.Description}
        for name, struct in structs.items():
            checks.append(f"_Static_assert(sizeof(tickplant_{name}) == {_library.ctypes.sizeof(struct)}, \"{name}\");")
            for field, *_ in struct._fields_:
                place = getattr(struct, field)
                check(f"tickplant_{name}", "from" if field == "start" else field, place.offset, place.size)
        (self.scratch / "layouts.c").write_text('#include "clients/c/tickplant.h"\n' + "\n".join(checks) + "\n")
        self.assertGreater(len(checks), 200)
        self.run_program("gcc", "-std=c11", "-fsyntax-only", f"-I{PREFIX}/include/tickplant", "layouts.c")

    def test_knows_every_function_of_the_library(self):
        from tickplant import _library
        declared = (PREFIX / "include/tickplant/clients/c/tickplant.h").read_text()
        for name in _library._FUNCTIONS:
            self.assertIn(f"tickplant_{name}(", declared)


class Programs(ScratchTest):
    def setUp(self):
        super().setUp()
        self.made = PlantOnCommand()
        self.addCleanup(self.made.end)
        self.apple = self.made("define", "AAPL")

    def test_the_chart_example_draws(self):
        self.made("trade", self.apple, 10, 2, 20)
        self.made("trade", self.apple, 11, 5, 20)
        said = self.run_program("/usr/bin/python3", EXAMPLES / "price_chart.py", "demo", "AAPL", "chart.svg",
                                TICKPLANT_RUNTIME=self.made.folder)
        self.assertIn("40 trades of AAPL@XNAS, 10.0000 to 11.0000", said)
        import xml.dom.minidom
        picture = xml.dom.minidom.parse(str(self.scratch / "chart.svg"))
        self.assertTrue(picture.getElementsByTagName("polyline"))
        said = self.run_program("/usr/bin/python3", EXAMPLES / "price_chart.py", "demo", "APPL", "chart.svg", code=1,
                                TICKPLANT_RUNTIME=self.made.folder)
        self.assertIn("AAPL@XNAS", said)

    def test_ctrl_c_ends_a_loop_that_waits(self):
        code = ("import tickplant\nwith tickplant.attach('demo') as plant:\n"
                "    stream = plant.ticks()\n    print('ready', flush=True)\n    for batch in stream: pass\n")
        program = subprocess.Popen(["/usr/bin/python3", "-c", code], env=environment(TICKPLANT_RUNTIME=self.made.folder),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.communicate)
        self.assertEqual(program.stdout.readline(), "ready\n")
        time.sleep(0.3)
        begin = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=10)
        self.assertIn("KeyboardInterrupt", errors)
        self.assertLess(time.monotonic() - begin, 3)

    def test_a_library_that_is_not_there_is_named(self):
        said = self.run_program("/usr/bin/python3", "-c", "import tickplant; tickplant.plants()", code=1,
                                TICKPLANT_LIBRARY="/nowhere/libtickplant.so.0")
        self.assertIn("/nowhere/libtickplant.so.0", said)
        self.assertIn("remedy: ", said)

    def test_numpy_that_is_not_there_is_named(self):
        said = self.run_program("/usr/bin/python3", "-c", "import sys; sys.modules['numpy'] = None; import tickplant", code=1)
        self.assertIn("tickplant needs numpy", said)
        self.assertIn("python3-numpy", said)

    def test_type_hints_are_there(self):
        self.assertTrue((PREFIX / "lib/python3/dist-packages/tickplant/py.typed").exists())
        self.run_program("/usr/bin/python3", "-c", "import typing, tickplant\n"
                         "assert typing.get_type_hints(tickplant.Plant.ticks)['return'] is tickplant.Ticks\n"
                         "assert typing.get_type_hints(tickplant.attach)['return'] is tickplant.Plant\n")


if __name__ == "__main__":
    unittest.main()
