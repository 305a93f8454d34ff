#include "analytics/bar_functions.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "analytics/grow.hpp"
#include "analytics/pattern_signal.hpp"
#include "platform/prefetch.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

/// What signals may ask of one instrument.
struct BarFunctions::Values {
  const IndicatorGraph& graph;
  const std::byte* state;
  std::size_t lane;
  double average_5min;

  [[nodiscard]] bool ready(std::size_t output) const noexcept { return graph.is_ready(state, lane, output); }
  [[nodiscard]] double value(std::size_t output) const noexcept { return graph.value(state, lane, output); }
  [[nodiscard]] double average() const noexcept { return average_5min; }
};

namespace {

ringbuf::SignalValue value_of(analytics::SignalValue what) noexcept {
  switch (what) {
    case analytics::SignalValue::golden: return ringbuf::SignalValue::golden;
    case analytics::SignalValue::death: return ringbuf::SignalValue::death;
    case analytics::SignalValue::up: return ringbuf::SignalValue::up;
    case analytics::SignalValue::down: return ringbuf::SignalValue::down;
    case analytics::SignalValue::swing: return ringbuf::SignalValue::swing;
    case analytics::SignalValue::volume: break;
  }
  return ringbuf::SignalValue::volume;
}

DerivedHeader header_of(InstrumentId id, const DueBar& due, Basis basis) noexcept {
  DerivedHeader header;
  header.ts_event = due.bar.end;
  header.cause_seq = {due.step.cause};
  header.input_first = {due.first_cause};
  header.input_last = {due.last_cause};
  header.instrument = id;
  header.basis = basis;
  header.ts_recv = {due.step.received};
  return header;
}

}  // namespace

BarFunctions::BarFunctions(const BarProgram& program, std::span<const FunctionId> signal_functions,
                           EngineOutput& output, SignalListener* listener)
    : program_(program),
      signal_functions_(signal_functions),
      output_(output),
      listener_(listener),
      block_lines_(program.graph.state_bytes() / sizeof(Line)),
      scratch_block_(block_lines_),
      events_(program.signals.rules().size()) {
  stride_ = (program.signals.state_bytes() + 7) / 8;
  for (const NamedPattern& pattern : program.patterns) {
    stride_ += pattern.program.state_words();
    runs_.emplace_back(pattern.program);
  }
  scratch_words_.resize(stride_);
  for (const IndicatorOutput& each : program.graph.outputs()) memory_.push_back(each.memory_bars);
}

void BarFunctions::add_instrument(InstrumentId id) {
  const std::size_t slot = instruments_.size();
  extend(instruments_, 1);
  instruments_.back().id = id;
  extend(words_, stride_);
  program_.signals.start(signal_state(static_cast<std::uint32_t>(slot)));
  if (slot % kLanes != 0) return;
  extend(blocks_, block_lines_);
  if (block_lines_ != 0) program_.graph.start(block_state(slot / kLanes));
  extend(due_, 1);
  extend(waiting_, 1);
}

void BarFunctions::archive(StateArchive& archive) {
  archive.expect(block_lines_, "lines of an indicator block");
  archive.expect(stride_, "words of signals and patterns");
  archive(instruments_, blocks_, words_, waiting_, blocks_waiting_, look_at_, said_);
  for (PatternRuns& runs : runs_) archive(runs);
  if (archive.is_reading()) due_.assign(waiting_.size(), {});
  for (std::size_t block = 0; block < waiting_.size(); ++block) {
    for (std::uint32_t left = waiting_[block].in | waiting_[block].out; left != 0; left &= left - 1) {
      archive(due_[block][static_cast<std::size_t>(std::countr_zero(left))]);
    }
  }
}

// ---- final bars

void BarFunctions::on_final(std::uint32_t slot, const DueBar& due, bool at_once) noexcept {
  const std::size_t block = slot / kLanes, lane = slot % kLanes;
  if (((waiting_[block].in | waiting_[block].out) >> lane & 1) != 0) flush_block(block);
  if (!waiting_[block].any()) ++blocks_waiting_;
  due_[block][lane] = due;
  waiting_[block].in = static_cast<std::uint8_t>(waiting_[block].in | 1u << lane);
  if (at_once) flush_block(block);
}

void BarFunctions::flush_all() noexcept {
  for (std::size_t block = 0; block < waiting_.size(); ++block) flush_block(block);
}

void BarFunctions::flush_block(std::size_t block) noexcept {
  while (work_on_block(block)) continue;
}

bool BarFunctions::work_anywhere() noexcept {
  if (!is_waiting()) return false;
  while (!waiting_[look_at_].any()) look_at_ = look_at_ + 1 == waiting_.size() ? 0 : look_at_ + 1;
  return work_on_block(look_at_);
}

bool BarFunctions::work_on_block(std::size_t block) noexcept {
  Waiting& waiting = waiting_[block];
  if (!waiting.any()) return false;
  if (waiting.out == 0) {
    update(block);
    waiting = {0, waiting.in};
    prefetch_words(block * kLanes + static_cast<std::size_t>(std::countr_zero(waiting.out)));
    return true;
  }
  const auto lane = static_cast<std::size_t>(std::countr_zero(waiting.out));
  waiting.out = static_cast<std::uint8_t>(waiting.out & (waiting.out - 1));
  if (waiting.out != 0) prefetch_words(block * kLanes + static_cast<std::size_t>(std::countr_zero(waiting.out)));
  if (!waiting.any()) --blocks_waiting_;
  close(block, lane, due_[block][lane]);
  return true;
}

void BarFunctions::prefetch(std::uint32_t slot) const noexcept {
  if (block_lines_ == 0) return;
  program_.graph.prefetch(blocks_[slot / kLanes * block_lines_].bytes.data(), slot % kLanes);
}

/// What signals and patterns of an instrument keep: it tells next.
void BarFunctions::prefetch_words(std::size_t slot) const noexcept {
  for (std::size_t i = 0; i < stride_; i += sizeof(Line) / 8)
    platform::prefetch_for_write(words_.data() + slot * stride_ + i);
}

/// The indicators of all lanes that have a bar.
void BarFunctions::update(std::size_t block) noexcept {
  BarBlock bars;
  for (std::uint32_t left = waiting_[block].in; left != 0; left &= left - 1) {
    const auto lane = static_cast<std::size_t>(std::countr_zero(left));
    const DueBar& due = due_[block][lane];
    bars.set(lane, due.bar);
    Instrument& instrument = instruments_[block * kLanes + lane];
    if (due.session == instrument.session) continue;
    instrument.session = due.session;
    bars.new_session |= 1u << lane;
    if (program_.resets_at_session && block_lines_ != 0) program_.graph.reset_lane(block_state(block), lane);
  }
  if (block_lines_ == 0) return;
  program_.graph.update(block_state(block), bars);
}

void BarFunctions::close(std::size_t block, std::size_t lane, const DueBar& due) noexcept {
  const auto slot = static_cast<std::uint32_t>(block * kLanes + lane);
  Instrument& instrument = instruments_[slot];
  const std::uint64_t index = instrument.bars++;
  for (std::size_t bit = 0; bit < kFlags; ++bit) {
    if ((due.bar.quality >> bit & 1) != 0) instrument.last_bad[bit] = instrument.bars;
  }
  const std::byte* const state = block_lines_ != 0 ? block_state(block) : nullptr;
  if (program_.published_outputs != 0) publish_values(instrument, state, lane, due);
  if (!program_.signals.rules().empty()) {
    SignalOutput events(events_);
    program_.signals.on_final(index, due.bar, Values{program_.graph, state, lane, due.average_5min}, signal_state(slot),
                              events);
    const auto said_first = [&](const SignalEvent& event) {
      return std::find_if(said_.begin(), said_.end(), [&](const Said& said) {
        return said.slot == slot && said.start == due.bar.start.value && said.rule == event.rule &&
               said.what == value_of(event.what);
      });
    };
    for (const SignalEvent& event : events.events()) {
      const auto found = said_first(event);
      if (found != said_.end()) found->still_holds = true;
      publish_signal(slot, due, event, index, Basis::final,
                     found != said_.end() ? SignalStatus::confirmed : SignalStatus::stands);
    }
    // What was said too early is taken back.
    for (const Said& said : said_) {
      if (said.slot != slot || said.start != due.bar.start.value || said.still_holds) continue;
      SignalEvent event;
      event.start = due.bar.start;
      event.end = due.bar.end;
      event.rule = said.rule;
      event.value = event.other = kNoValue;
      event.what = static_cast<analytics::SignalValue>(static_cast<std::uint8_t>(said.what) - 1);
      publish_signal(slot, due, event, index, Basis::final, SignalStatus::withdrawn);
    }
    std::erase_if(said_, [&](const Said& said) { return said.slot == slot && said.start <= due.bar.start.value; });
  }
  if (!runs_.empty()) run_patterns(slot, due, index);
}

void BarFunctions::publish_values(const Instrument& instrument, const std::byte* state, std::size_t lane,
                                  const DueBar& due) noexcept {
  DerivedHeader header = header_of(instrument.id, due, Basis::final);
  IndicatorValuesBody values;
  values.start = due.bar.start;
  values.end = due.bar.end;
  values.bar_index = instrument.bars - 1;
  // What was wrong, and how many bars ago: mostly nothing, or the first bar.
  struct Bad {
    std::uint64_t bars_ago;
    std::uint32_t flag;
  };
  std::array<Bad, kFlags> bad;
  std::size_t bad_count = 0;
  for (std::size_t bit = 0; bit < kFlags; ++bit) {
    if (instrument.last_bad[bit] != 0) bad[bad_count++] = {instrument.bars - instrument.last_bad[bit], 1u << bit};
  }
  for (std::size_t first = 0; first < program_.published_outputs; first += IndicatorValuesBody::kMaxValues) {
    values.first_output = static_cast<std::uint16_t>(first);
    values.count =
        static_cast<std::uint16_t>(std::min(program_.published_outputs - first, IndicatorValuesBody::kMaxValues));
    values.affected = 0;
    program_.graph.read(state, lane, first, std::span(values.value).first(values.count));
    std::fill(values.value.begin() + values.count, values.value.end(), kNoValue);
    std::uint32_t any = due.bar.quality;
    for (std::size_t i = 0; i < bad_count; ++i) {
      std::uint32_t felt = 0;
      for (std::size_t k = 0; k < values.count; ++k) felt |= (bad[i].bars_ago < memory_[first + k] ? 1u : 0u) << k;
      values.affected |= felt;
      if (felt != 0) any |= bad[i].flag;
    }
    if (due.bar.quality != 0) values.affected = (1u << values.count) - 1;
    header.quality = Quality{any};
    header.function = {static_cast<std::uint16_t>(program_.first_output.value + first)};
    output_.publish(make_derived(header, values));
  }
}

/// What was wrong with bars that are still felt.
Quality BarFunctions::quality_of(const Instrument& instrument, std::uint64_t memory_bars, std::uint64_t bar_index,
                                 std::uint32_t own) const noexcept {
  std::uint32_t felt = own;
  for (std::size_t bit = 0; bit < kFlags; ++bit) {
    if (instrument.last_bad[bit] != 0 && bar_index - (instrument.last_bad[bit] - 1) < memory_bars) felt |= 1u << bit;
  }
  return Quality{felt};
}

void BarFunctions::publish_signal(std::uint32_t slot, const DueBar& due, const SignalEvent& event,
                                  std::uint64_t bar_index, Basis basis, SignalStatus status) noexcept {
  const Instrument& instrument = instruments_[slot];
  DerivedHeader header = header_of(instrument.id, due, basis);
  header.function = signal_functions_[event.rule];
  header.quality = quality_of(instrument, program_.signal_memory[event.rule], bar_index, due.bar.quality);
  if (basis == Basis::first) header.quality = header.quality | Quality::provisional;
  SignalBody signal;
  signal.start = event.start;
  signal.end = event.end;
  signal.index = bar_index;
  signal.price = {due.bar.close * due.bar.price_unit};
  signal.value = {event.value, event.other, static_cast<double>(due.bar.volume), kNoValue};
  signal.what = value_of(event.what);
  signal.status = status;
  signal.is_edge = event.edge ? 1 : 0;
  signal.fired = static_cast<std::uint8_t>(
      (event.z_fired ? SignalBody::kByZ : 0) | (event.robust_fired ? SignalBody::kByRobustZ : 0) |
      (event.absolute_fired ? SignalBody::kByVolume : 0) |
      (event.robust_kind == RobustKind::mean_deviation ? SignalBody::kMeanDeviation : 0) |
      (event.over_bars ? SignalBody::kOverBars : 0));
  const DerivedRecord record = make_derived(header, signal);
  output_.publish(record);
  if (listener_ != nullptr && basis == Basis::final && status != SignalStatus::withdrawn) {
    listener_->on_signal(slot, record);
  }
}

void BarFunctions::run_patterns(std::uint32_t slot, const DueBar& due, std::uint64_t bar_index) noexcept {
  const auto values = bar_values(due.bar);
  const PatternEvent event{bar_index, due.bar.start, values};
  std::uint64_t* words = words_.data() + slot * stride_ + (program_.signals.state_bytes() + 7) / 8;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const NamedPattern& pattern = program_.patterns[i];
    const std::span<std::uint64_t> state(words, pattern.program.state_words());
    words += pattern.program.state_words();
    runs_[i].on_event(state, event, [&](const PatternMatch& match) {
      DerivedHeader header = header_of(instruments_[slot].id, due, Basis::final);
      header.function = pattern.function;
      header.quality =
          quality_of(instruments_[slot], match.last_index - match.first_index() + 1, bar_index, due.bar.quality);
      output_.publish(make_derived(header, signal_of(match, due.bar.end, due.bar.close * due.bar.price_unit)));
    });
  }
}

// ---- bars that may still change

/// Returns the state of the functions with the newest bar; nullptr: there are none.
const std::byte* BarFunctions::take_in_first(std::uint32_t slot, std::span<const DueBar> bars) noexcept {
  flush(slot);
  const std::size_t lane = slot % kLanes;
  std::byte* const state = scratch_block_.empty() ? nullptr : scratch_block_.front().bytes.data();
  if (state != nullptr) std::memcpy(state, block_state(slot / kLanes), block_lines_ * sizeof(Line));
  auto* const own = reinterpret_cast<std::byte*>(scratch_words_.data());
  if (program_.signals.state_bytes() != 0) std::memcpy(own, signal_state(slot), program_.signals.state_bytes());
  std::uint64_t index = instruments_[slot].bars;
  for (std::size_t i = 0; i < bars.size(); ++i, ++index) {
    const DueBar& due = bars[i];
    BarBlock block;
    block.set(lane, due.bar);
    if (due.session != (i == 0 ? instruments_[slot].session : bars[i - 1].session)) {
      block.new_session = 1u << lane;
      if (program_.resets_at_session && state != nullptr) program_.graph.reset_lane(state, lane);
    }
    if (state != nullptr) program_.graph.update(state, block);
    const Values values{program_.graph, state, lane, due.average_5min};
    SignalOutput events(events_);
    if (i + 1 != bars.size()) {
      program_.signals.on_final(index, due.bar, values, own, events);
      continue;
    }
    program_.signals.on_first(index, due.bar, values, own, events);
    for (Said& said : said_) {
      if (said.slot == slot && said.start == due.bar.start.value) said.still_holds = false;
    }
    for (const SignalEvent& event : events.events()) {
      const auto found = std::find_if(said_.begin(), said_.end(), [&](const Said& said) {
        return said.slot == slot && said.start == due.bar.start.value && said.rule == event.rule &&
               said.what == value_of(event.what);
      });
      if (found != said_.end()) {
        found->still_holds = true;
        continue;
      }
      said_.push_back({slot, event.rule, due.bar.start.value, value_of(event.what), true});
      publish_signal(slot, due, event, index, Basis::first, SignalStatus::provisional);
    }
    for (Said& said : said_) {
      if (said.slot != slot || said.start != due.bar.start.value || said.still_holds) continue;
      SignalEvent event;
      event.start = due.bar.start;
      event.end = due.bar.end;
      event.rule = said.rule;
      event.value = event.other = kNoValue;
      event.what = static_cast<analytics::SignalValue>(static_cast<std::uint8_t>(said.what) - 1);
      publish_signal(slot, due, event, index, Basis::first, SignalStatus::withdrawn);
    }
    std::erase_if(said_, [&](const Said& said) {
      return said.slot == slot && said.start == due.bar.start.value && !said.still_holds;
    });
    for (Said& said : said_) said.still_holds = false;
  }
  return state;
}

}  // namespace tickplant::analytics
