#include "analytics/indicators/indicator_factory.hpp"

#include <utility>

#include "analytics/indicators/atr.hpp"
#include "analytics/indicators/avg_volume.hpp"
#include "analytics/indicators/directional_movement.hpp"
#include "analytics/indicators/ema.hpp"
#include "analytics/indicators/extremes.hpp"
#include "analytics/indicators/indicator_function.hpp"
#include "analytics/indicators/macd.hpp"
#include "analytics/indicators/mom.hpp"
#include "analytics/indicators/obv.hpp"
#include "analytics/indicators/realised_volatility.hpp"
#include "analytics/indicators/rsi.hpp"
#include "analytics/indicators/session_vwap.hpp"
#include "analytics/indicators/sma.hpp"
#include "analytics/indicators/stddev.hpp"
#include "analytics/indicators/stoch.hpp"
#include "analytics/indicators/trange.hpp"
#include "analytics/indicators/wma.hpp"

namespace tickplant::analytics {

namespace {

std::uint64_t bars_of(std::int64_t count) { return static_cast<std::uint64_t>(count); }

template <PriceOf price>
BuiltIndicator extreme(NodePool& pool, const Arguments& a) {
  return {a.bars(0) - 1,
          bars_of(a.bars(0)),
          {{price == PriceOf::high ? "max" : "min", &pool.get<Extremes>(price).over(a.bars(0))}}};
}

const std::vector<IndicatorFunction>& functions() {
  static const std::vector<IndicatorFunction> kFunctions{
      {"sma",
       "sma(20)",
       {{"bars", 2}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0) - 1, bars_of(a.bars(0)), {{"sma", &pool.get<Sma>(a.bars(0)).mean}}};
       }},
      {"ema",
       "ema(20)",
       {{"bars", 2}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0) - 1, ema_memory(a.bars(0)), {{"ema", &pool.get<Ema>(a.bars(0), std::int64_t{0}).average}}};
       }},
      {"wma",
       "wma(20)",
       {{"bars", 2}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0) - 1, bars_of(a.bars(0)), {{"wma", &pool.get<Wma>(a.bars(0)).mean}}};
       }},
      {"rsi",
       "rsi(14)",
       {{"bars", 2}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0), wilder_memory(a.bars(0)) + 1, {{"rsi", &pool.get<Rsi>(a.bars(0)).rsi}}};
       }},
      {"macd",
       "macd(12,26,9)",
       {{"fast bars", 2}, {"slow bars", 2}, {"signal bars", 1}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         const Macd& macd = pool.get<Macd>(a.bars(0), a.bars(1), a.bars(2));
         return {a.bars(1) + a.bars(2) - 2,
                 ema_memory(a.bars(1)) + ema_memory(a.bars(2)),
                 {{"macd", &macd.line}, {"signal", &macd.signal}, {"hist", &macd.histogram}}};
       }},
      {"bbands",
       "bbands(20,2)",
       {{"bars", 2}, {"deviations"}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         const BollingerBands& bands = pool.get<BollingerBands>(a.bars(0), a.nano(1));
         return {a.bars(0) - 1,
                 bars_of(a.bars(0)),
                 {{"upper", &bands.upper}, {"middle", &bands.middle()}, {"lower", &bands.lower}}};
       },
       [](const std::string& stem, const Arguments& a) { return stem + "_" + to_text(a.all()[1]) + "_sma"; }},
      {"stddev",
       "stddev(20)",
       {{"bars", 2}, {"deviations", 0, config::whole(1)}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0) - 1, bars_of(a.bars(0)), {{"stddev", &pool.get<Stddev>(a.bars(0), a.nano(1)).deviation}}};
       }},
      {"trange",
       "trange",
       {},
       false,
       [](NodePool& pool, const Arguments&) -> BuiltIndicator {
         return {1, 2, {{"trange", &pool.get<TrueRange>().range}}};
       }},
      {"atr",
       "atr(14)",
       {{"bars", 1}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0), wilder_memory(a.bars(0)) + 1, {{"atr", &pool.get<Atr>(a.bars(0)).average}}};
       }},
      {"natr",
       "natr(14)",
       {{"bars", 1}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0), wilder_memory(a.bars(0)) + 1, {{"natr", &pool.get<Natr>(a.bars(0)).percent}}};
       }},
      {"obv",
       "obv",
       {},
       false,
       [](NodePool& pool, const Arguments&) -> BuiltIndicator {
         return {0, kUnboundedMemory, {{"obv", &pool.get<OnBalanceVolume>().balance}}};
       }},
      {"mom",
       "mom(10)",
       {{"bars", 1}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0), bars_of(a.bars(0)) + 1, {{"mom", &pool.get<Momentum>(a.bars(0)).difference}}};
       }},
      {"roc",
       "roc(10)",
       {{"bars", 1}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0), bars_of(a.bars(0)) + 1, {{"roc", &pool.get<RateOfChange>(a.bars(0)).percent}}};
       }},
      {"stoch",
       "stoch(14,3,3)",
       {{"bars", 1}, {"slowk bars", 1}, {"slowd bars", 1}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         const Stochastic& stoch = pool.get<Stochastic>(a.bars(0), a.bars(1), a.bars(2));
         const std::int64_t first = a.bars(0) + a.bars(1) + a.bars(2) - 3;
         return {first, bars_of(first) + 1, {{"slowk", &stoch.slow_k}, {"slowd", &stoch.slow_d}}};
       },
       [](const std::string& stem, const Arguments&) { return stem + "_sma"; }},
      {"plus_di",
       "plus_di(14)",
       {{"bars", 1}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {
             a.bars(0), wilder_memory(a.bars(0)) + 1, {{"plus_di", &pool.get<DirectionalMovement>(a.bars(0)).plus}}};
       }},
      {"minus_di",
       "minus_di(14)",
       {{"bars", 1}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {
             a.bars(0), wilder_memory(a.bars(0)) + 1, {{"minus_di", &pool.get<DirectionalMovement>(a.bars(0)).minus}}};
       }},
      {"adx",
       "adx(14)",
       {{"bars", 2}},
       true,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {2 * a.bars(0) - 1, 2 * wilder_memory(a.bars(0)) + 1, {{"adx", &pool.get<Adx>(a.bars(0)).average}}};
       }},
      {"min", "min(20)", {{"bars", 2}}, false, extreme<PriceOf::low>},
      {"max", "max(20)", {{"bars", 2}}, false, extreme<PriceOf::high>},
      {"vwap",
       "vwap",
       {},
       false,
       [](NodePool& pool, const Arguments&) -> BuiltIndicator {
         return {0, kUnboundedMemory, {{"vwap", &pool.get<SessionVwap>().vwap}}};
       }},
      {"realised_volatility",
       "realised_volatility(20)",
       {{"bars", 1}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0),
                 bars_of(a.bars(0)) + 1,
                 {{"realised_volatility", &pool.get<RealisedVolatility>(a.bars(0)).volatility}}};
       }},
      {"avg_volume",
       "avg_volume(20)",
       {{"bars", 1}},
       false,
       [](NodePool& pool, const Arguments& a) -> BuiltIndicator {
         return {a.bars(0) - 1, bars_of(a.bars(0)), {{"avg_volume", &pool.get<AverageVolume>(a.bars(0)).mean}}};
       }},
  };
  return kFunctions;
}

}  // namespace

MadeIndicator make_indicator(NodePool& pool, const config::FunctionCall& call, const std::string& file_name) {
  ResolvedCall resolved = resolve(functions(), call, file_name);
  BuiltIndicator built = resolved.function->build(pool, resolved.arguments);
  return {std::move(resolved.text), std::move(resolved.file_stem), built.first + resolved.withheld, built.memory,
          std::move(built.outputs)};
}

std::string indicator_text(const config::FunctionCall& call, const std::string& file_name) {
  return resolve(functions(), call, file_name).text;
}

bool is_indicator(std::string_view name) noexcept { return find(functions(), name) != nullptr; }

std::vector<std::string> indicator_names() {
  std::vector<std::string> names;
  for (const IndicatorFunction& function : functions()) names.emplace_back(function.name);
  return names;
}

}  // namespace tickplant::analytics
