#include "bench/harness/report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::bench {

void Report::add(Row row) {
  if (rows_.empty()) {
    std::printf("%s\n\n%-5s %-54s %-28s %12s  %-36s %8s\n", environment_.c_str(), "suite", "case", "metric", "value",
                "against", "ratio");
  }
  std::printf("%-5s %-54s %-28s %9.4g %-4s", row.suite.c_str(), row.name.c_str(), row.metric.c_str(), row.value,
              row.unit.c_str());
  if (!row.baseline.empty()) {
    std::printf(" %-27s %9.4g %8.3g", row.baseline.c_str(), row.baseline_value, row.ratio());
  }
  std::printf("\n");
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

void Report::note(const std::string& text) {
  std::printf("note: %s\n", text.c_str());
  environment_ += "; " + text;
}

void Report::write_json(const std::string& path) const {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const Row& row : rows_) {
    nlohmann::ordered_json object{
        {"suite", row.suite}, {"case", row.name}, {"metric", row.metric}, {"unit", row.unit}, {"value", row.value}};
    if (row.baseline.empty()) {
      object["baseline"] = nullptr;
      object["baseline_value"] = nullptr;
      object["ratio"] = nullptr;
    } else {
      object["baseline"] = row.baseline;
      object["baseline_value"] = row.baseline_value;
      object["ratio"] = row.ratio();
    }
    object["conditions"] = row.conditions.empty() ? environment_ : row.conditions + "; " + environment_;
    array.push_back(std::move(object));
  }
  std::ofstream file(path);
  file << array.dump(2) << '\n';
  if (!file.flush()) {
    throw platform::SetupError{platform::with_errno("cannot write " + path, errno),
                               "name a file in a folder that exists"};
  }
}

double median(std::vector<double> values) {
  TP_CHECK(!values.empty());
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace tickplant::bench
