#include "clients/cli/live/options.hpp"

#include "config/value_types.hpp"

namespace tickplant::cli {

CLI::Option* add_duration(CLI::App& verb, const std::string& name, std::int64_t& nanos, const std::string& help,
                          std::int64_t least) {
  const config::Duration kind{.min_ns = least, .has_hours = true};
  CLI::Option* option = verb.add_option_function<std::string>(
      name,
      [name, kind, &nanos](const std::string& text) {
        if (const config::Refusal refusal = kind.parse(text, nanos)) {
          throw CLI::ValidationError(name, refusal->problem + ": " + refusal->remedy);
        }
      },
      help);
  return option->type_name("TIME")->default_str(kind.text(nanos));
}

}  // namespace tickplant::cli
