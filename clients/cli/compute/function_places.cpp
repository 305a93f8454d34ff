#include "clients/cli/compute/function_places.hpp"

namespace tickplant::cli {

using analytics::NamedPattern;

FunctionPlaces::FunctionPlaces(const analytics::Program& program) : places_(program.functions().size()) {
  using Kind = FunctionPlace::Kind;
  for (const auto& set : program.sets()) {
    const auto put_patterns = [&](const std::vector<NamedPattern>& patterns) {
      for (const NamedPattern& each : patterns) {
        places_[each.function.value] = {Kind::pattern, set.get(), 0, each.index};
      }
    };
    for (const analytics::WindowSpec& spec : set->plan.specs()) {
      places_[set->window_function(spec.index).value] = {Kind::window, set.get(), spec.index, 0};
      const analytics::BarProgram& bars = *set->bars[spec.index];
      for (std::size_t i = 0; i < bars.published_outputs; ++i) {
        places_[bars.first_output.value + i] = {Kind::output, set.get(), spec.index, i};
      }
      put_patterns(bars.patterns);
    }
    for (std::size_t i = 0; i < set->published_tick_values; ++i) {
      places_[set->first_tick_value.value + i] = {Kind::tick_value, set.get(), 0, i};
    }
    for (const analytics::QuoteOutputs& quotes : set->quotes) {
      for (std::size_t i = 0; i < quotes.of.size(); ++i) {
        places_[quotes.first.value + i] = {Kind::quote_value, set.get(), quotes.spec, i};
      }
    }
    for (std::size_t i = 0; set->first_nbbo.value != 0 && i < analytics::kNbboValues.size(); ++i) {
      places_[set->first_nbbo.value + i] = {Kind::nbbo_value, set.get(), 0, i};
    }
    for (std::size_t i = 0; i < set->signal_functions.size(); ++i) {
      places_[set->signal_functions[i].value] = {Kind::signal, set.get(), 0, i};
    }
    put_patterns(set->tick_patterns);
    put_patterns(set->signal_patterns);
  }
}

std::string plain_source(const std::string& on) { return on.rfind("bars.", 0) == 0 ? on.substr(5) : on; }

}  // namespace tickplant::cli
