"""A chart of the last minutes of one instrument, live data included: `python3 price_chart.py PLANT SYMBOL OUT.svg [MINUTES]`.

Cell by cell (`# %%`) in an editor that knows them, or as a whole. Draws the SVG itself: numpy is all it needs.
"""
import datetime
import sys

import numpy as np
import tickplant

# %% What to show
if len(sys.argv) not in (4, 5):
    sys.exit("usage: price_chart.py PLANT SYMBOL OUT.svg [MINUTES]")
plant_name, symbol, out = sys.argv[1:4]
minutes = float(sys.argv[4]) if len(sys.argv) == 5 else 10.0

# %% Trades of the last minutes: out of the journal, then out of memory, up to now
try:
    with tickplant.attach(plant_name) as plant:
        instrument = plant.instrument(symbol)
        history = plant.history([str(instrument)], ["trade"], start=datetime.timedelta(minutes=minutes))
        trades = history.read().trades
        now = plant.image(symbol)
except tickplant.TickplantError as error:
    sys.exit(str(error))
if len(trades) == 0:
    sys.exit(f"{instrument}: no trades in the last {minutes:g} minutes")

# %% One bar a pixel column: the mean price and the volume of each
WIDTH, HEIGHT, LEFT, TOP = 800, 320, 70, 30
times = trades["ts_event"]
prices, sizes = tickplant.to_float(trades["price"]), trades["size"].astype(float)
span = max(int(times[-1] - times[0]), 1)
columns = ((times - times[0]) / span * (WIDTH - 1)).astype(int)
counts = np.bincount(columns, minlength=WIDTH)
shown = np.flatnonzero(counts)
mean = np.bincount(columns, prices, WIDTH)[shown] / counts[shown]
volume = np.bincount(columns, sizes, WIDTH)
low, high = mean.min(), mean.max()
scale = (HEIGHT - 80) / (high - low) if high > low else 1.0
ys = TOP + (high - mean) * scale

# %% The picture
line = " ".join(f"{LEFT + x},{y:.1f}" for x, y in zip(shown, ys))
bars = "".join(f'<rect x="{LEFT + x}" y="{HEIGHT - 60 * volume[x] / volume.max():.1f}" width="1" '
               f'height="{60 * volume[x] / volume.max():.1f}"/>' for x in shown)
begin, end = (str(tickplant.to_datetime(time))[:19].replace("T", " ") for time in (times[0], times[-1]))
with open(out, "w", encoding="utf-8") as file:
    file.write(f'''<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + LEFT + 20}" height="{HEIGHT + 30}"
 font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>
<text x="{LEFT}" y="18" font-size="14">{instrument}: {len(trades)} trades, last {now["last_price"]}</text>
<g fill="#b8c7d9">{bars}</g><polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>
<text x="4" y="{TOP + 4}">{high:.4f}</text><text x="4" y="{TOP + (high - low) * scale + 4:.1f}">{low:.4f}</text>
<text x="{LEFT}" y="{HEIGHT + 20}">{begin} UTC</text>
<text x="{LEFT + WIDTH}" y="{HEIGHT + 20}" text-anchor="end">{end} UTC</text></svg>
''')
print(f"{out}: {len(trades)} trades of {instrument}, {low:.4f} to {high:.4f}")
