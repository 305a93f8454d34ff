#include "clients/cli/verbs/tail_derived.hpp"

#include <cstdio>
#include <utility>

#include "clients/cli/live/derived_context.hpp"
#include "clients/cli/live/derived_reading.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/history_from.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cpp/history.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::FunctionKind;

clients::DerivedTypes derived_types_of(const std::vector<std::string>& words) {
  if (words.empty()) return clients::DerivedTypes::all();
  clients::DerivedTypes types;
  for (const std::string& word : words) {
    if (const auto type = derived_type_of(word)) {
      types.add(*type);
      continue;
    }
    std::vector<std::string> known;
    for (const DerivedType type : derived_types()) known.emplace_back(word_of(type));
    throw Failure(ExitCode::usage, "there is no type of derived records '" + printable(word) + "'",
                  nearest_or_all(word, known));
  }
  return types;
}

class DerivedPrinter {
 public:
  template <class Results>
  DerivedPrinter(clients::Plant& plant, const Results& results, std::uint64_t most, bool json)
      : context_(plant, results), most_(most), json_(json) {}

  void operator()(const DerivedRecord& record) {
    if (is_done()) return;
    std::puts(json_ ? json_line(context_.json(record)).c_str() : context_.line(record).c_str());
    ++printed_;
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { say_lost(ring, range); }
  void on_attached(std::string_view ring, ringbuf::Sequence first) { say_attached(ring, first); }
  [[nodiscard]] bool is_done() const noexcept { return most_ != 0 && printed_ == most_; }
  void flush() { std::fflush(stdout); }

 private:
  DerivedContext context_;
  std::uint64_t most_;
  std::uint64_t printed_ = 0;
  bool json_;
};

template <class Results>
ExitCode print_results(Results& results, clients::Plant& plant, const TailDerived& arguments, const Common& common) {
  DerivedPrinter printer(plant, results, arguments.count, common.json);
  follow(plant, results, printer, arguments.for_ns);
  return exit_code_of(results);
}

ExitCode print_history(clients::Plant& plant, const TailDerived& arguments, clients::DerivedTypes types,
                       const Common& common) {
  clients::DerivedHistoryWish wish{.from = parse_history_from("--from", arguments.when),
                                   .symbols = arguments.symbols,
                                   .functions = arguments.functions,
                                   .types = types};
  if (!arguments.ring.empty()) wish.rings = {arguments.ring};
  if (!arguments.journal.empty()) wish.journal = arguments.journal;
  if (!arguments.until.empty()) wish.until = parse_when("--until", arguments.until, plant.now());
  clients::DerivedHistory results(plant, std::move(wish));
  say_missing_journal(plant, results.journal());
  const ExitCode code = print_results(results, plant, arguments, common);
  if (results.unknown_count() != 0) {
    std::fprintf(stderr, "tickplant: %s of instruments or functions that the plant does not have any more left out\n",
                 count_text(results.unknown_count(), "record").c_str());
  }
  return code;
}

}  // namespace

ExitCode tail_derived(const TailDerived& arguments, const Common& common) {
  const clients::DerivedTypes types = derived_types_of(arguments.types);
  const bool wants_past = arguments.from_oldest || !arguments.when.empty();
  clients::Plant plant = attach_chosen(arguments.plant, wants_past ? Wanted::last_state : Wanted::live_data);
  check_computes(plant);
  check_ring(plant, arguments.ring);
  warn_of_unknown(plant, arguments.symbols);
  for (const std::string& name : arguments.functions) {
    check_function_named(clients::AttachedFunctions(plant).functions, name, "function",
                         {FunctionKind::window, FunctionKind::indicator, FunctionKind::signal, FunctionKind::pattern});
  }
  if (!arguments.when.empty()) return print_history(plant, arguments, types, common);
  clients::DerivedSubscription wanted{
      .symbols = arguments.symbols,
      .functions = arguments.functions,
      .types = types,
      .join = arguments.from_oldest ? clients::DerivedJoin::oldest : clients::DerivedJoin::newest};
  if (!arguments.ring.empty()) wanted.rings = {arguments.ring};
  clients::DerivedSubscriber results(plant, std::move(wanted));
  return print_results(results, plant, arguments, common);
}

}  // namespace tickplant::cli
