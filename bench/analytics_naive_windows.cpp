#include "bench/analytics_naive_windows.hpp"

#include "analytics/windows/window_plan.hpp"
#include "analytics/windows/window_row.hpp"
#include "bench/analytics_load.hpp"
#include "platform/prefetch.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::bench {

using namespace ringbuf;
using analytics::Time;

namespace {

Time minute_of(Time time) noexcept { return time - analytics::floor_mod(time, kMinute); }

}  // namespace

NaiveWindows::NaiveWindows(std::size_t instruments, Time bound, Time lateness, Functions functions,
                           analytics::EngineOutput& output)
    : instruments_(instruments + 1), bound_(bound), lateness_(lateness), functions_(functions), output_(output) {}

/// The window that begins at `start`; an older one at its place has long been final.
template <std::size_t count>
NaiveWindows::Window& NaiveWindows::window_at(std::array<Window, count>& windows, Time start) noexcept {
  Window& window = windows[static_cast<std::uint64_t>(start / kMinute) % count];
  if (window.start != start) [[unlikely]] {
    window = Window{};
    window.start = start;
    window.end = start + (count == kMinutes ? 1 : 5) * kMinute;
  }
  return window;
}

void NaiveWindows::on_record(CauseSequence cause, const Record& record) noexcept {
  const Time time = record.header.ts_event.value;
  const Step step{cause.value, record.header.ts_recv.value, watermark_};
  if (record.header.type == RecordType::trade) {
    if (first_ == analytics::kBeforeAll) first_ = time;
    const auto body = record.as<TradeBody>();
    analytics::WindowTrade trade;
    trade.key = {time, body.trade_id != 0 ? body.trade_id : cause.value};
    trade.price = body.price.value / kLoadUnit;
    trade.size = body.size.value;
    trade.cause = cause.value;
    const std::uint32_t id = record.header.instrument.value;
    Instrument& instrument = instruments_[id];
    const Time newest = minute_of(time);
    const bool is_late = time < watermark_;
    const auto takes = [&](Time end) { return end + lateness_ > watermark_; };
    if (takes(newest + kMinute)) (void)window_at(instrument.minute, newest).add(trade);
    for (Time start = newest - 4 * kMinute; start <= newest; start += kMinute) {
      if (takes(start + 5 * kMinute)) (void)window_at(instrument.five, start).add(trade);
    }
    if (is_late) {  // windows that have been written are written again
      const auto again = [&](Window& window, FunctionId function) {
        if (window.end > watermark_) return;
        emit(step, id, window, function, RowKind::late, window.revision()++);
      };
      if (takes(newest + kMinute)) again(window_at(instrument.minute, newest), functions_.minute);
      for (Time start = newest - 4 * kMinute; start <= newest; start += kMinute) {
        if (takes(start + 5 * kMinute)) again(window_at(instrument.five, start), functions_.five_minutes);
      }
    }
  }
  if (time <= newest_) return;
  newest_ = time;
  const Time before = watermark_;
  watermark_ = newest_ - bound_;
  if (before == analytics::kBeforeAll) return;
  const Step raised{step.cause, step.received, watermark_};
  for (Time end = minute_of(before) + kMinute; end <= watermark_; end += kMinute) fire(raised, end);
}

void NaiveWindows::fire(const Step& step, Time end) noexcept {
  for (std::uint32_t id = 1; id < instruments_.size(); ++id) {
    const auto write = [&](Window& window, FunctionId function) {
      if (window.end != end || window.is_empty()) return;
      emit(step, id, window, function, RowKind::on_time, window.revision()++);
    };
    write(instruments_[id].minute[static_cast<std::uint64_t>(end / kMinute - 1) % kMinutes], functions_.minute);
    write(instruments_[id].five[static_cast<std::uint64_t>(end / kMinute - 5) % kFives], functions_.five_minutes);
  }
}

void NaiveWindows::emit(const Step& step, std::uint32_t id, Window& window, FunctionId function, RowKind kind,
                        std::uint32_t revision) noexcept {
  analytics::RowContext context;
  context.instrument = {id};
  context.function = function;
  context.start = window.start;
  context.end = window.end;
  context.cause = step.cause;
  context.received = step.received;
  context.watermark = step.watermark;
  context.kind = kind;
  context.basis = Basis::first;
  context.revision = revision;
  context.quality = (window.start < first_ ? Quality::partial_window : Quality::none) |
                    (revision > 0 ? Quality::late_merged : Quality::none);
  context.price_unit = kLoadUnit;
  const Window& five = instruments_[id].five[static_cast<std::uint64_t>(window.end / kMinute - 5) % kFives];
  if (five.end == window.end) context.average_5min = analytics::average_of(five.totals, kLoadUnit);
  output_.publish(analytics::make_row(window, context));
}

void NaiveWindows::prefetch(const Record& record) const noexcept {
  const Instrument& instrument = instruments_[record.header.instrument.value];
  const auto lines = [](const Window& window) {  // the two lines that a trade in order touches
    platform::prefetch_for_write(&window);
    platform::prefetch_for_write(reinterpret_cast<const std::byte*>(&window) + 64);
  };
  const auto newest = static_cast<std::uint64_t>(record.header.ts_event.value / kMinute);
  lines(instrument.minute[newest % kMinutes]);
  for (std::uint64_t i = 0; i < 5; ++i) lines(instrument.five[(newest - i) % kFives]);
}

}  // namespace tickplant::bench
