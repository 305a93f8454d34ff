// The loader of analytics over any bytes: it returns a config or throws a ConfigError with places and remedies, and
// what it loaded it renders as text that loads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load_analytics.hpp"
#include "config/render_analytics.hpp"

using namespace tickplant::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  try {
    const AnalyticsConfig config = load_analytics_text(yaml, "fuzz.yaml");
    try {
      if (load_analytics_text(to_yaml(config), "fuzz.yaml") != config) std::abort();
    } catch (const ConfigError&) {
      std::abort();
    }
  } catch (const ConfigError& error) {
    for (const Violation& violation : error.violations()) {
      if (violation.line == 0 || violation.message.empty() || violation.remedy.empty()) std::abort();
    }
  }
  return 0;
}
