"""The Python side of the suite `python`: reads so many records as it is told by a line, and answers how many ns that took.

    python_reader.py PLANT_FOLDER bare|summed

`bare`: the arrays as they come. `summed`: and the volume and value of the trades in them, by numpy.
"""
import sys
import time

import tickplant


def main():
    folder, task = sys.argv[1:]
    with tickplant.attach(folder=folder) as plant, plant.ticks(start="newest") as ticks:
        print("ready", flush=True)
        for line in sys.stdin:
            wanted, count, value = int(line), 0, 0.0
            begin = time.perf_counter_ns()
            while count < wanted:
                batch = ticks.poll()
                count += len(batch)
                if task == "summed":
                    trades = batch.trades
                    value += float((trades["price"] * 1e-9 * trades["size"]).sum())
            print(time.perf_counter_ns() - begin, count, value, flush=True)


if __name__ == "__main__":
    main()
