#include "clients/cli/backtest/backtest_report.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

std::string signed_percent(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.3f %%", ratio * 100);
  return text;
}
std::string whole_percent(double ratio) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", ratio * 100);
  return text;
}

nlohmann::ordered_json number_or_null(double value) {
  return std::isnan(value) ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value);
}

}  // namespace

std::vector<RuleSummary> summaries_of(const Backtest& result, bool expects_rise) {
  std::vector<RuleSummary> all(result.rules.size());
  std::vector<std::set<std::string>> symbols(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i].name = result.rules[i].name;
  for (const BacktestAlert& alert : result.alerts) {
    RuleSummary& own = all[alert.rule];
    ++own.alerts;
    symbols[alert.rule].insert(alert.symbol);
    for (std::size_t h = 0; h < own.horizons.size(); ++h) {
      if (std::isnan(alert.returns[h])) continue;
      ++own.horizons[h].known;
      own.horizons[h].mean += alert.returns[h];
      own.horizons[h].hits += (expects_rise ? alert.returns[h] > 0 : alert.returns[h] < 0) ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].symbols = symbols[i].size();
    for (RuleSummary::Horizon& horizon : all[i].horizons) {
      if (horizon.known == 0) continue;
      horizon.mean /= static_cast<double>(horizon.known);
      horizon.hits /= static_cast<double>(horizon.known);
    }
  }
  return all;
}

std::string summary_table(const std::vector<RuleSummary>& summaries, const Style& style) {
  std::vector<Column> columns{{"rule", true}, {"alerts"}, {"symbols"}};
  for (const std::string_view name : ForwardReturns::kNames) {
    columns.push_back({"after " + std::string(name)});
    columns.push_back({"hits"});
  }
  TextTable table(std::move(columns));
  for (const RuleSummary& each : summaries) {
    std::vector<Cell> cells{printable(each.name), count_text(each.alerts), count_text(each.symbols)};
    for (const RuleSummary::Horizon& horizon : each.horizons) {
      const bool is_known = horizon.known != 0;
      cells.emplace_back(is_known ? signed_percent(horizon.mean) : "-", !is_known           ? Look::plain
                                                                        : horizon.mean >= 0 ? Look::rise
                                                                                            : Look::fall);
      cells.emplace_back(is_known ? whole_percent(horizon.hits) : "-");
    }
    table.add(std::move(cells));
  }
  return table.text(style);
}

nlohmann::ordered_json to_json(const Backtest& result, const std::vector<RuleSummary>& summaries) {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array(), alerts = nlohmann::ordered_json::array();
  for (const RuleSummary& each : summaries) {
    nlohmann::ordered_json rule{{"name", each.name}, {"alerts", each.alerts}, {"symbols", each.symbols}};
    for (std::size_t h = 0; h < each.horizons.size(); ++h) {
      const RuleSummary::Horizon& horizon = each.horizons[h];
      const double unknown = std::nan("");
      rule["after_" + std::string(ForwardReturns::kNames[h])] = {
          {"known", horizon.known},
          {"mean_return", number_or_null(horizon.known == 0 ? unknown : horizon.mean)},
          {"hit_rate", number_or_null(horizon.known == 0 ? unknown : horizon.hits)}};
    }
    rules.push_back(std::move(rule));
  }
  for (const BacktestAlert& each : result.alerts) {
    const auto alert = each.record.as<ringbuf::AlertBody>();
    nlohmann::ordered_json values = nlohmann::ordered_json::object(), returns = nlohmann::ordered_json::object();
    const std::vector<std::string>& names = result.value_names[each.rule];
    for (std::size_t i = 0; i < std::min<std::size_t>(alert.value_count, names.size()); ++i) {
      values[names[i]] = number_or_null(alert.value[i]);
    }
    for (std::size_t h = 0; h < each.returns.size(); ++h) {
      returns[std::string(ForwardReturns::kNames[h])] = number_or_null(each.returns[h]);
    }
    alerts.push_back({{"ts_event", each.record.header.ts_event.value},
                      {"rule", result.rules[each.rule].name},
                      {"severity", std::string(word_of(alert.severity))},
                      {"symbol", each.symbol},
                      {"price", is_present(alert.price) ? nlohmann::ordered_json(price_text(alert.price))
                                                        : nlohmann::ordered_json(nullptr)},
                      {"values", std::move(values)},
                      {"returns", std::move(returns)},
                      {"cause_seq", each.record.header.cause_seq.value}});
  }
  return {{"records", result.records},       {"rules", std::move(rules)}, {"alerts", std::move(alerts)},
          {"suppressed", result.suppressed}, {"notes", result.notes},     {"problem", result.problem}};
}

void write_csv(const std::filesystem::path& file, const Backtest& result) {
  CsvFile csv(file, "time_ns,rule,severity,symbol,price,return_1m,return_5m,return_15m,quality,cause,values");
  for (const BacktestAlert& each : result.alerts) {
    const auto alert = each.record.as<ringbuf::AlertBody>();
    csv.field(each.record.header.ts_event.value)
        .field(std::string_view(result.rules[each.rule].name))
        .field(word_of(alert.severity))
        .field(std::string_view(each.symbol))
        .field(std::string_view(is_present(alert.price) ? price_text(alert.price) : ""));
    for (const double value : each.returns) csv.field(value);
    csv.field(static_cast<std::uint32_t>(each.record.header.quality)).field(each.record.header.cause_seq.value);
    std::string values;  // behind each other, with blanks: rules differ in how many there are
    for (std::size_t i = 0; i < alert.value_count; ++i) {
      char text[32];
      std::snprintf(text, sizeof text, "%s%.12g", i == 0 ? "" : " ", alert.value[i]);
      values += text;
    }
    csv.field(std::string_view(values));
    csv.end_line();
  }
  csv.close();
}

}  // namespace tickplant::cli
