// The config loader over any bytes: it returns a config or throws a ConfigError with places and remedies, and what it
// loaded it can also render. Nothing is read from the process's environment; the first line of the input, when it
// starts with "#=", is the value of an environment variable instead.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load_config.hpp"
#include "config/render_config.hpp"
#include "config/segment_sizes.hpp"

using namespace tickplant::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  Environment environment;
  if (yaml.starts_with("#=")) {
    environment["TICKPLANT_RINGS_TICKS_SLOTS"] = yaml.substr(2, yaml.find('\n') - 2);
    environment["TICKPLANT_" + environment.begin()->second] = "x";
  }
  try {
    const LoadedConfig loaded = load_config_text(yaml, "fuzz.yaml", environment);
    (void)segment_sizes(loaded.config);
    (void)load_config_text(render_explained(loaded), "explained.yaml", {});  // throws where it may not
    (void)load_config_text(render_effective(loaded), "effective.yaml", {});
  } catch (const ConfigError& error) {
    for (const Violation& violation : error.violations()) {
      if (violation.source == "explained.yaml" || violation.source == "effective.yaml") std::abort();
      if (violation.message.empty() || violation.remedy.empty()) std::abort();
    }
  }
  return 0;
}
