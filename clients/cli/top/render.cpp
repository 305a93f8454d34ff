#include "clients/cli/top/render.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "clients/cli/live/feed_status.hpp"
#include "clients/cli/live/status_table.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/top/render_detail.hpp"
#include "clients/cli/top/render_market.hpp"

namespace tickplant::cli::top {
namespace {

using clients::PlantState;

constexpr std::size_t kHeadLines = 3;    // above the feeds
constexpr std::size_t kTableExtras = 2;  // titles of the table, footer
constexpr std::size_t kSparkWidth = 24;

std::size_t feed_lines(const Model& model, const Canvas& canvas) noexcept {
  return std::min(model.facts.feeds.size(), canvas.height < 30 ? std::size_t{3} : std::size_t{8});
}

Look look_of(PlantState state) noexcept { return state == PlantState::live ? Look::rise : Look::warning; }

/// The newest rates as bars, the highest of them as high as it gets.
std::string sparkline(const std::vector<double>& history, std::size_t width, bool unicode) {
  static constexpr std::array<const char*, 9> kBlocks{" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                                      "\u2585", "\u2586", "\u2587", "\u2588"};
  static constexpr std::array<const char*, 9> kAscii{" ", ".", ".", ":", "-", "=", "+", "*", "#"};
  const std::size_t count = std::min(width, history.size());
  double most = 0;
  for (std::size_t i = history.size() - count; i < history.size(); ++i) most = std::max(most, history[i]);
  std::string text(width - count, ' ');
  for (std::size_t i = history.size() - count; i < history.size(); ++i) {
    const std::size_t level = most <= 0 ? 0 : static_cast<std::size_t>(std::lround(history[i] / most * 8));
    text += (unicode ? kBlocks : kAscii)[std::min<std::size_t>(level, 8)];
  }
  return text;
}

/// Text, then a value that warns when it is not 0.
void add_count(Line& line, const char* name, std::uint64_t count) {
  line.add(std::string(line.width() == 0 ? " " : "  ") + name + ' ');
  line.add(count_text(count), count > 0 ? Look::warning : Look::plain);
}

Line state_line(const Model& model, const View& view, std::size_t width) {
  const PlantFacts& facts = model.facts;
  Line line(" ");
  line.add(printable(facts.name), Look::bold)
      .add("  ")
      .add(std::string(clients::name_of(facts.state)), look_of(facts.state));
  if (facts.state == PlantState::live && facts.ready_at) {
    line.add("  up " + duration_text(std::max<std::int64_t>(facts.now - *facts.ready_at, 0)));
  }
  line.add("  pid " + std::to_string(facts.pid) + "  epoch " + std::to_string(facts.epoch), Look::dim);
  if (view.is_paused) line.add("  PAUSED", Look::warning);
  if (!model.notice.empty()) line.add("  " + model.notice, Look::warning);
  return line.fit_with(Line(model.wall_time + ' ', Look::dim), width);
}

Line rates_line(const Model& model, const Canvas& canvas) {
  Line line(" " + to_right(rate_text(model.messages_per_second), 9), Look::bold);
  line.add(" msg/s ").add(to_right(rate_text(model.records_per_second), 9), Look::bold).add(" rec/s  ");
  line.add(sparkline(model.history, kSparkWidth, canvas.unicode), Look::rise);
  return line.fit_with(Line(count_text(model.facts.instruments, "instrument") + ' '), canvas.width);
}

/// What was lost stands first: it is what may not be cut off.
Line integrity_line(const PlantFacts& facts, std::size_t width) {
  std::uint64_t gaps = 0, missed = 0, drops = 0;
  for (const FeedFacts& feed : facts.feeds) {
    gaps += feed.gaps;
    missed += feed.missed_messages;
    drops += feed.kernel_drops;
  }
  Line line;
  add_count(line, "gaps", gaps);
  add_count(line, "missed", missed);
  add_count(line, "drops", drops);
  const auto worst = std::max_element(facts.rings.begin(), facts.rings.end(),
                                      [](const RingFacts& a, const RingFacts& b) { return a.delay.p99 < b.delay.p99; });
  std::string delay = "  delay ";
  if (worst == facts.rings.end() || worst->delay.count == 0) {
    delay += "- ";
  } else {
    delay += "p50 " + duration_text(worst->delay.p50) + "  p99 " + duration_text(worst->delay.p99) + "  p99.9 " +
             duration_text(worst->delay.p999) + ' ';
  }
  if (line.width() + delay.size() > width) return line.add(delay).fit(width);
  return line.fit_with(Line(delay), width);
}

Line feed_line(const FeedFacts& feed, platform::UnixNanos now, std::size_t width) {
  Line line(" " + to_left(printable(feed.name), 10) + ' ');
  const FeedState state = state_of(feed, now);
  line.add(to_left(feed.source ? std::string(name_of(state)) : "-", 8), feed.source ? look_of(state) : Look::dim);
  line.add("A " + to_right(count_text(feed.packets_line_a), 11) + "  B " +
           to_right(count_text(feed.packets_line_b), 11));
  if (feed.packets_recovered > 0) line.add("  recovered " + count_text(feed.packets_recovered));
  Line right;
  if (feed.last_packet)
    right.add("  last " + duration_text(std::max<std::int64_t>(now - *feed.last_packet, 0)) + " ago ");
  return line.fit_with(right, width);
}

Frame help(const Canvas& canvas) {
  static constexpr std::array<const char*, 15> kHelp{
      "",
      "  /            filter by part of the symbol; Enter keeps it, Esc clears it",
      "  s            sort by the next: volume, change, trades, rate, symbol",
      "  up down      select an instrument (j and k, too); PgUp PgDn Home End",
      "  Enter        the selected instrument in full, with its book; Enter or Esc: back",
      "  p            pause, and go on",
      "  ?            these keys, and back",
      "  q            quit (Ctrl-C, too)",
      "",
      "  chg %        from the previous close, from the open where there is none",
      "  gaps missed  holes in a feed that neither line nor a re-request filled",
      "  drops        datagrams the kernel had no room for",
      "  delay        from the packet's receive time to the ring, of the newest records",
      "  state        a ! behind it: messages were missed, the book may lack something",
      ""};
  Frame lines;
  for (const char* text : kHelp) lines.push_back(Line(text).fit(canvas.width));
  return lines;
}

Line footer(const Model& model, const View& view, std::size_t shown, std::size_t width) {
  if (view.is_typing) return Line(" filter: " + view.filter + '_', Look::bold).fit(width);
  Line left(" by " + std::string(name_of(view.sort)));
  if (!view.filter.empty()) left.add("  /" + view.filter, Look::bold);
  left.add("  " + count_text(shown) + " of " + count_text(model.rows.size()), Look::dim);
  return left.fit_with(Line("/ filter  s sort  Enter book  p pause  ? keys  q quit ", Look::dim), width);
}

}  // namespace

std::size_t page_size(const Model& model, const Canvas& canvas) noexcept {
  const std::size_t taken = kHeadLines + feed_lines(model, canvas) + kTableExtras;
  return canvas.height > taken ? canvas.height - taken : 0;
}

Frame render(const Model& model, const View& view, const Canvas& canvas) {
  const std::vector<MarketRow> shown = view.shown(model.rows);
  Frame frame{state_line(model, view, canvas.width)};
  const auto append = [&](Frame lines) { std::move(lines.begin(), lines.end(), std::back_inserter(frame)); };
  if (view.detail && !view.shows_help) {
    append(detail_lines(model, canvas.width, canvas.height > 2 ? canvas.height - 2 : 0, canvas.unicode));
  } else {
    frame.push_back(rates_line(model, canvas));
    frame.push_back(integrity_line(model.facts, canvas.width));
    for (std::size_t i = 0; i < feed_lines(model, canvas); ++i) {
      frame.push_back(feed_line(model.facts.feeds[i], model.facts.now, canvas.width));
    }
    append(view.shows_help ? help(canvas) : market_lines(shown, view, page_size(model, canvas), canvas.width));
  }
  const std::size_t body = canvas.height > 0 ? canvas.height - 1 : 0;
  frame.resize(std::min(frame.size(), body));
  while (frame.size() < body) frame.push_back(Line().fit(canvas.width));
  if (canvas.height > 0) frame.push_back(footer(model, view, shown.size(), canvas.width));
  return frame;
}

}  // namespace tickplant::cli::top
