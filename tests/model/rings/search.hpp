// Runs a model through its schedules and reports on one line:
//
//   clean 1000000                    so many schedules, none of them failed
//   caught 4711 DATA RACE (...)      schedule 4711 failed; its history is on stderr with --history
//
//   MODEL [--schedules N] [--first N] [--history]
//
// A random search takes schedules --first to --first + N - 1; a schedule is its number and runs again the same. A full
// or bounded search takes all there are, whatever N says.
//
// Threads: one. Not here: what is searched (the models).
#pragma once

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "tests/model/rings/relacy_atomic.hpp"

namespace tickplant::model {

struct SearchOptions {
  std::uint64_t schedules = 100'000;
  std::uint64_t first = 1;
  bool history = false;
  unsigned switches = 1;  // of a bounded search
};

inline SearchOptions search_options(int argc, char** argv) {
  SearchOptions options;
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--history") {
      options.history = true;
    } else if (argument == "--schedules" && i + 1 < arguments.size()) {
      options.schedules = std::strtoull(arguments[++i], nullptr, 10);
    } else if (argument == "--first" && i + 1 < arguments.size()) {
      options.first = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      std::cerr << "unknown argument '" << argument << "'\n";
      std::exit(2);
    }
  }
  return options;
}

/// `Model`: an rl::test_suite. `Scheduler`: of Relacy, for Model::params::thread_count threads. Returns main's code.
template <class Model, class Scheduler>
int search(const SearchOptions& options) {
  // Left as it is: params.search_type, which in a full search would cut the values a load may find from three to two.
  rl::test_params params;
  rl::ostringstream report;  // written to while operator new is Relacy's
  params.output_stream = &report;
  params.progress_stream = &report;
  params.context_bound = options.switches;
  params.iteration_count = options.first + options.schedules - 1;
  if (options.first != 1) params.initial_state = (std::to_string(options.first) + " ").c_str();

  rl::ostringstream state;
  const rl::test_result_e result = rl::run_test<Model, Scheduler>(params, state, false);
  if (result == rl::test_result_success) {
    std::cout << "clean " << params.stop_iteration + 1 - options.first << "\n";
    return 0;
  }
  // Once more, to learn what happened.
  params.initial_state = state.str();
  params.collect_history = true;
  rl::ostringstream unused;
  (void)rl::run_test<Model, Scheduler>(params, unused, true);
  const rl::string text = report.str();
  std::cout << "caught " << params.stop_iteration << " " << text.substr(0, text.find('\n')) << "\n";
  if (options.history) std::cerr << text;
  return 1;
}

template <class Model>
int search_at_random(int argc, char** argv) {
  return search<Model, rl::random_scheduler<Model::params::thread_count>>(search_options(argc, argv));
}

/// All schedules in which threads that could go on are stopped at most `switches` times: for one that is stopped long.
template <class Model>
int search_all_within(unsigned switches, int argc, char** argv) {
  SearchOptions options = search_options(argc, argv);
  options.switches = switches;
  return search<Model, rl::context_bound_scheduler<Model::params::thread_count>>(options);
}

template <class Model>
int search_all(int argc, char** argv) {
  return search<Model, rl::full_search_scheduler<Model::params::thread_count>>(search_options(argc, argv));
}

}  // namespace tickplant::model
