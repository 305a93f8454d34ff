#include "analytics/cohort.hpp"

#include <algorithm>

namespace tickplant::analytics {

using namespace ringbuf;

Cohort::Carry* Cohort::carry_of(std::uint32_t slot, const WindowSpec& spec) noexcept {
  const auto found = std::find(carrying_.begin(), carrying_.end(), spec.index);
  if (found == carrying_.end()) return nullptr;
  return &carries_[slot * carrying_.size() + static_cast<std::size_t>(found - carrying_.begin())];
}

/// Windows that ended in (from, to] are told in turn: those without a trade with the close before them.
void Cohort::carry(const Step& step, const Header& header, std::uint32_t slot, Time from, Time to) noexcept {
  for (const std::uint16_t index : carrying_) {
    const WindowSpec& spec = set_.plan.specs()[index];
    Carry& state = *carry_of(slot, spec);
    // What has a price begins or prolongs it; between those there is at most a session of empty windows.
    const auto tell = [&](Time until) {
      const Time first = std::max(from, state.told);
      Time end = first - floor_mod(first - spec.offset - spec.size, spec.slide) + spec.slide;
      for (; end <= std::min(until, state.until); end += spec.slide) {
        if (end - spec.size < state.since || !content_of(header, spec.family, end - spec.size, end).is_empty())
          continue;
        ++counts_.rows_carried;
        emit_carried(step, header, spec, end, state.close, 0, to);
      }
      state.told = std::max(state.told, until);
    };
    for (const Due& due : due_between(header, from, to)) {
      if (due.spec != index) continue;
      const PaneContent content = content_of(header, spec.family, due.start, due.end);
      if (!content.has_close()) continue;
      if (state.since < due.start) tell(due.end - 1);
      const Time session = sessions_[header.feed].session_of(due.start);
      const Time day = content.last_key.time - floor_mod(content.last_key.time, platform::kNanosPerDay);
      if (due.start >= state.until) state.since = due.start;
      state.since = std::min(state.since, due.start);
      state.until = (session == kBeforeAll ? day : session) + platform::kNanosPerDay;
      state.close = content.close;
      state.told = due.end;
    }
    if (state.since < kAfterAll) tell(to);
  }
}

/// A late trade changed a window that had been told: the empty ones behind it have another price now.
void Cohort::carry_again(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time end,
                         const PaneContent& content, Time watermark) noexcept {
  Carry& state = *carry_of(slot, spec);
  if (!content.has_close() || end > state.told) return;
  for (Time next = end + spec.slide; next <= std::min(state.told, state.until); next += spec.slide) {
    if (!content_of(header, spec.family, next - spec.size, next).is_empty()) return;
    if (next + lateness_ <= watermark) continue;
    emit_carried(step, header, spec, next, content.close, take_revision(slot, spec, next, true), watermark);
  }
  state.close = content.close;
}

void Cohort::emit_carried(const Step& step, const Header& header, const WindowSpec& spec, Time end, std::int64_t close,
                          std::uint32_t revision, Time watermark) noexcept {
  PaneContent flat;
  flat.open = flat.high = flat.low = flat.close = close;
  RowContext context;
  context.instrument = header.id;
  context.function = set_.window_function(spec.index);
  context.start = end - spec.size;
  context.end = end;
  context.cause = step.cause;
  context.received = step.received;
  context.watermark = watermark;
  context.kind = RowKind::carried;
  context.basis = Basis::first;
  context.revision = revision;
  context.quality = feeds_[header.feed].of(context.start, end, step.cause, listener_) |
                    (revision > 0 ? Quality::late_merged : Quality::none);
  context.price_unit = header.price_unit;
  output_.publish(make_row(flat, context));
}

}  // namespace tickplant::analytics
