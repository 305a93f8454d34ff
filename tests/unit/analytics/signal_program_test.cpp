#include "analytics/signals/signal_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "platform/setup_error.hpp"

namespace tickplant::analytics::this_file {
namespace {

using config::Basis;
using config::SignalConfig;
using config::SignalKind;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Values {
  std::vector<double> indicators = {};
  double ma_5min = kNone;
  [[nodiscard]] bool ready(std::size_t index) const { return !std::isnan(indicators.at(index)); }
  [[nodiscard]] double value(std::size_t index) const { return indicators.at(index); }
  [[nodiscard]] double average() const { return ma_5min; }
};

SignalConfig signal_of(const std::string& name, SignalKind kind) {
  SignalConfig signal;
  signal.name = name;
  signal.on = "T60";
  signal.kind = kind;
  signal.place = {12, 7};
  return signal;
}

config::FunctionCall call(const std::string& name) { return {name, {}, {12, 30}}; }
config::FunctionCall number(std::int64_t value) { return {"", {config::whole(value)}, {}}; }

SignalConfig cross_of(config::FunctionCall a, config::FunctionCall b) {
  SignalConfig signal = signal_of("x", SignalKind::cross);
  signal.a = std::move(a);
  signal.b = std::move(b);
  return signal;
}

/// Indicators by the order in which they are asked for.
struct Resolver {
  std::vector<std::string> asked = {};
  std::size_t operator()(const config::FunctionCall& wanted) {
    asked.push_back(wanted.name);
    return asked.size() - 1;
  }
};

Bar bar_of(std::int64_t open, std::int64_t high, std::int64_t low, std::int64_t close, std::uint64_t volume = 1) {
  Bar bar;
  bar.start = {60};
  bar.end = {120};
  bar.open = open;
  bar.high = high;
  bar.low = low;
  bar.close = close;
  bar.volume = volume;
  bar.price_unit = 10'000'000;
  return bar;
}
Bar flat(std::int64_t price, std::uint64_t volume = 1) { return bar_of(price, price, price, price, volume); }

/// A program with the state of one instrument.
class Running {
 public:
  explicit Running(std::vector<SignalConfig> signals, Resolver resolver = {})
      : program(signals, "T60", resolver), state(program.state_bytes()), memory(signals.size()) {
    program.start(state.data());
  }

  std::string final_bar(const Bar& bar, const Values& values = {}) {
    SignalOutput out(memory);
    program.on_final(bars++, bar, values, state.data(), out);
    return text(out);
  }
  std::string first_bar(const Bar& bar, const Values& values = {}) {
    SignalOutput out(memory);
    program.on_first(bars, bar, values, state.data(), out);
    return text(out);
  }

  SignalProgram program;
  std::vector<std::byte> state;
  std::vector<SignalEvent> memory;
  std::uint64_t bars = 0;

 private:
  static std::string text(const SignalOutput& out) {
    std::string all;
    for (const SignalEvent& event : out.events()) {
      all += (all.empty() ? "" : " ") + std::to_string(event.rule) + "=" + to_text(event);
      if (event.provisional) all += '?';
    }
    return all;
  }
};

TEST(SignalProgram, CrossesPriceAverageAndNumbers) {
  Running running({cross_of(call("price"), call("ma_5min"))});
  EXPECT_EQ(running.final_bar(flat(9'900), {{}, 100}), "");
  EXPECT_EQ(running.final_bar(flat(10'100), {{}, 100}), "0=golden");
  const SignalEvent& event = running.memory[0];
  EXPECT_EQ(event.start.value, 60);
  EXPECT_EQ(event.end.value, 120);
  EXPECT_EQ(event.value, 101);
  EXPECT_EQ(event.other, 100);

  Running against_number({cross_of(call("rsi"), number(70))});
  EXPECT_EQ(against_number.final_bar(flat(1), {{60}}), "");
  EXPECT_EQ(against_number.final_bar(flat(1), {{71}}), "0=golden");
  EXPECT_EQ(against_number.final_bar(flat(1), {{69}}), "0=death");
}

TEST(SignalProgram, WaitsUntilBothSidesHaveAValue) {
  Running running({cross_of(call("sma"), call("ema"))});
  EXPECT_EQ(running.final_bar(flat(1), {{1, kNone}}), "");
  EXPECT_EQ(running.final_bar(flat(1), {{kNone, 2}}), "");
  EXPECT_EQ(running.final_bar(flat(1), {{3, 2}}), "");  // the first side known
  EXPECT_EQ(running.final_bar(flat(1), {{1, kNone}}), "");
  EXPECT_EQ(running.final_bar(flat(1), {{1, 2}}), "0=death");
}

TEST(SignalProgram, TakesTheSignalsOnItsWindowAndCallsThemByTheirIndex) {
  std::vector<SignalConfig> signals{signal_of("a", SignalKind::swing), signal_of("b", SignalKind::swing),
                                    signal_of("c", SignalKind::price_change)};
  signals[0].on = "T300";
  signals[2].bps = config::whole(100);
  Running running(signals);
  EXPECT_EQ(running.program.rules().size(), 2u);
  EXPECT_EQ(running.final_bar(bar_of(10'000, 10'300, 10'000, 10'150)), "1=3 2=1.5");
}

TEST(SignalProgram, SaysChangesOverBarsInWordsAndMarksTheFirstOfARun) {
  SignalConfig signal = signal_of("p", SignalKind::price_change);
  signal.bps = config::whole(100);
  signal.horizon = 1;
  SignalConfig edges = signal;
  edges.name = "edges";
  edges.edges_only = true;
  Running running({signal, edges});
  EXPECT_EQ(running.final_bar(flat(10'000)), "");
  EXPECT_EQ(running.final_bar(flat(11'000)), "0=up:edge 1=up:edge");
  EXPECT_EQ(running.final_bar(flat(10'000)), "0=down");
  EXPECT_EQ(running.final_bar(flat(10'001)), "");
}

TEST(SignalProgram, MeasuresVolumes) {
  SignalConfig signal = signal_of("v", SignalKind::volume_anomaly);
  signal.absolute = 106;
  Running running({signal});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(running.final_bar(flat(1, i % 2 == 0 ? 98 : 102)), "");
  EXPECT_EQ(running.final_bar(flat(1, 106)), "0=z+absolute");
  EXPECT_EQ(volume_columns(running.memory[0]), "3,1,2.0235,0,mad");
  EXPECT_EQ(running.final_bar(flat(1, 1'000)), "0=z+robust+absolute");
}

TEST(SignalProgram, LooksAtProvisionalBarsWithoutKeepingThem) {
  std::vector<SignalConfig> signals{cross_of(call("price"), number(100)), signal_of("p", SignalKind::price_change),
                                    signal_of("v", SignalKind::volume_anomaly), signal_of("s", SignalKind::swing)};
  signals[1].bps = config::whole(100);
  signals[1].horizon = 1;
  signals[2].minimum = 1;
  signals[2].lookback = 2;
  for (SignalConfig& signal : signals) signal.basis = Basis::first;
  Running running(signals);
  EXPECT_EQ(running.final_bar(flat(9'900, 1)), "");
  EXPECT_EQ(running.final_bar(flat(9'900, 3)), "");
  const std::vector<std::byte> before = running.state;
  const Bar bar = bar_of(9'900, 10'300, 9'900, 10'200, 100);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(running.first_bar(bar), "0=golden? 1=up:edge? 2=z+robust? 3=4.0404040404?");
    EXPECT_EQ(running.state, before);
  }
  EXPECT_EQ(running.final_bar(bar), "0=golden 1=up:edge 2=z+robust 3=4.0404040404");  // what it stays
  EXPECT_NE(running.state, before);
  EXPECT_EQ(running.first_bar(flat(10'200, 1)), "");
  EXPECT_EQ(running.first_bar(flat(9'900, 1)), "0=death? 1=down?");
}

TEST(SignalProgram, LeavesProvisionalBarsToRulesOnThem) {
  Running running({signal_of("s", SignalKind::swing)});
  EXPECT_EQ(running.first_bar(bar_of(100, 200, 100, 100)), "");
  EXPECT_EQ(running.final_bar(bar_of(100, 200, 100, 100)), "0=100");
}

TEST(SignalProgram, HandsOverWhatIsForTicks) {
  std::vector<SignalConfig> signals{cross_of(call("price"), call("ma_5min")), signal_of("s", SignalKind::swing)};
  for (SignalConfig& signal : signals) signal.basis = Basis::tick;
  signals[0].confirm = 3;
  Running running(signals);
  EXPECT_TRUE(running.program.rules().empty());
  EXPECT_EQ(running.program.state_bytes(), 0u);
  ASSERT_EQ(running.program.tick_rules().size(), 2u);
  const SignalRule& cross = running.program.tick_rules()[0];
  EXPECT_EQ(std::get<CrossRule>(cross.function).confirm, 3u);
  EXPECT_EQ(cross.b.kind, Operand::Kind::average);
  EXPECT_EQ(running.program.tick_rules()[1].signal, 1u);
}

TEST(SignalProgram, KeepsEachRulesStateApart) {
  std::vector<SignalConfig> signals{cross_of(call("price"), number(100)), signal_of("v", SignalKind::volume_anomaly),
                                    signal_of("p", SignalKind::price_change), signal_of("s", SignalKind::swing)};
  signals[2].bps = config::whole(1);
  signals[2].horizon = 15;
  const Running running(signals);
  EXPECT_EQ(running.program.state_bytes(), 16u + 352 + (16 + 15 * 8));
  EXPECT_EQ(running.program.rules()[2].state_offset, 16u + 352);
}

TEST(SignalOutput, CountsWhatDoesNotFit) {
  SignalEvent room[1];
  SignalOutput out(room);
  out.append({});
  out.append({});
  EXPECT_EQ(out.events().size(), 1u);
  EXPECT_EQ(out.lost(), 1u);
}

TEST(SignalText, LeavesOutWhatIsNotANumber) {
  SignalEvent event;
  event.what = SignalValue::volume;
  event.value = event.other = kNone;
  event.absolute_fired = true;
  EXPECT_EQ(to_text(event), "absolute");
  EXPECT_EQ(volume_columns(event), ",0,,0,");
}

// ---- what is refused

std::string refusal(const std::vector<SignalConfig>& signals) {
  try {
    const SignalProgram program(signals, "T60", Resolver{});
  } catch (const platform::SetupError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(SignalProgram, SaysWhatIsWrongWhereAndWhatToWrite) {
  SignalConfig signal = signal_of("p", SignalKind::price_change);
  EXPECT_EQ(refusal({signal}), "12:7: signal 'p': bps is 0\n  remedy: write more than 0: 100 is one percent");
  signal.place = {};
  signal.bps = config::Decimal{-500'000'000};
  EXPECT_EQ(refusal({signal}), "signal 'p': bps is -0.5\n  remedy: write more than 0: 100 is one percent");
}

TEST(SignalProgram, OffersTheNearestNameForOneNobodyKnows) {
  EXPECT_EQ(refusal({cross_of(call("prise"), call("sma"))}),
            "12:30: signal 'x': nothing is called 'prise'\n  remedy: did you mean 'price'?");
  EXPECT_EQ(refusal({cross_of(call("price"), call("ma5min"))}),
            "12:30: signal 'x': nothing is called 'ma5min'\n  remedy: did you mean 'ma_5min'?");
}

TEST(SignalProgram, LeavesOtherNamesToWhoKnowsIndicators) {
  const std::vector<SignalConfig> signals{cross_of(call("price"), call("smaa"))};
  const auto refuse = [](const config::FunctionCall& wanted) -> std::size_t {
    throw platform::SetupError("no indicator " + wanted.name, "did you mean 'sma'?");
  };
  EXPECT_THROW(SignalProgram(signals, "T60", refuse), platform::SetupError);
}

TEST(SignalProgram, RefusesCrossesThatCompareNothing) {
  EXPECT_THAT(refusal({cross_of(number(1), number(2))}), testing::HasSubstr("a number with a number"));
  EXPECT_THAT(refusal({cross_of(call("sma"), call("sma"))}), testing::HasSubstr("both sides are 'sma'"));
  EXPECT_THAT(refusal({cross_of(call("price"), {})}), testing::HasSubstr("it has not two sides"));
  config::FunctionCall with_parameter = call("price");
  with_parameter.parameters = {config::whole(3)};
  EXPECT_THAT(refusal({cross_of(with_parameter, call("sma"))}), testing::HasSubstr("price has parameters"));
}

TEST(SignalProgram, RefusesNumbersOutOfRange) {
  const auto with = [](SignalKind kind, auto change) {
    SignalConfig signal = kind == SignalKind::cross ? cross_of(call("price"), call("sma")) : signal_of("x", kind);
    signal.bps = config::whole(1);
    change(signal);
    return refusal({signal});
  };
  const auto says = [](const std::string& text) { return testing::HasSubstr(": signal 'x': " + text); };
  EXPECT_THAT(with(SignalKind::cross, [](SignalConfig& s) { s.confirm = 0; }), says("confirm is 0"));
  EXPECT_THAT(with(SignalKind::cross, [](SignalConfig& s) { s.hysteresis_bps = config::whole(10'000); }),
              says("hysteresis_bps is 10000"));
  EXPECT_THAT(with(SignalKind::cross, [](SignalConfig& s) { s.hysteresis_bps = config::Decimal{-1}; }),
              says("hysteresis_bps is -1e-09"));
  EXPECT_THAT(with(SignalKind::price_change, [](SignalConfig& s) { s.horizon = 10'001; }),
              says("horizon is 10001 bars"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.lookback = 257; }),
              says("lookback is 257 bars"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.lookback = 0; }), says("lookback is 0 bars"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.minimum = 21; }),
              says("minimum is 21 of 20 bars"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.minimum = 0; }), says("minimum is 0 of"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.z = config::whole(-1); }), says("z is -1"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.robust = config::whole(-1); }),
              says("robust is -1"));
  EXPECT_THAT(with(SignalKind::volume_anomaly, [](SignalConfig& s) { s.z = s.robust = {}; }),
              says("z, robust and absolute are all 0"));
  EXPECT_THAT(with(SignalKind::swing, [](SignalConfig& s) { s.percent = {}; }), says("percent is 0"));
}

TEST(SignalProgram, AcceptsTheNumbersAtTheEdge) {
  SignalConfig cross = cross_of(call("price"), call("sma"));
  cross.hysteresis_bps = config::Decimal{10'000'000'000'000 - 1};
  SignalConfig change = signal_of("p", SignalKind::price_change);
  change.bps = config::Decimal{1};
  change.horizon = 10'000;
  SignalConfig volume = signal_of("v", SignalKind::volume_anomaly);
  volume.lookback = volume.minimum = 256;
  EXPECT_EQ(refusal({cross, change, volume}), "nothing");
}

TEST(SignalProgram, RefusesOnTicksWhatTicksCannotSay) {
  for (const SignalKind kind : {SignalKind::price_change, SignalKind::volume_anomaly}) {
    SignalConfig signal = signal_of("t", kind);
    signal.basis = Basis::tick;
    EXPECT_THAT(refusal({signal}), testing::HasSubstr("basis is tick"));
  }
  SignalConfig cross = cross_of(call("sma"), call("price"));
  cross.basis = Basis::tick;
  EXPECT_THAT(refusal({cross}), testing::HasSubstr("the first side is not price"));
}

TEST(SignalProgram, RefusesTwoSignalsOfOneNameOnAWindow) {
  std::vector<SignalConfig> signals{signal_of("s", SignalKind::swing), signal_of("s", SignalKind::swing)};
  signals[1].place = {14, 7};
  EXPECT_EQ(refusal(signals),
            "14:7: signal 's': the name is already that of the signal in line 12\n"
            "  remedy: call one of them differently: results are told apart by it");
  signals[0].on = "T300";
  EXPECT_EQ(refusal(signals), "nothing");
  signals[1].name.clear();
  EXPECT_THAT(refusal(signals), testing::HasSubstr("it has no name"));
  EXPECT_EQ(refusal({}), "nothing");
}

}  // namespace
}  // namespace tickplant::analytics::this_file
