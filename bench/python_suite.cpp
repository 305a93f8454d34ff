// Suite `python`: what does a record cost that comes into a numpy array, against the same batches in C++?
//
// The writer fills three quarters of a ring; then the reader, a process of its own on another core, reads them in
// batches of 4,096: the C++ library into an array, the C interface into an array, and Python by that. In turns, each
// warm from a round before. What would change our mind about ctypes (decision 11): less than half of C++'s records a
// second.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "bench/harness/bench_clock.hpp"
#include "bench/harness/child_program.hpp"
#include "bench/harness/interruption.hpp"
#include "bench/harness/pairs.hpp"
#include "bench/harness/two_processes.hpp"
#include "bench/suites.hpp"
#include "clients/c/tickplant.h"
#include "clients/cpp/subscriber.hpp"
#include "platform/cpu_affinity.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::bench {
namespace {

using platform::SetupError;
using platform::UniqueFd;
constexpr std::size_t kBatch = 4'096;

/// A child that is asked to read so many records, and answers how long that took.
class Reader {
 public:
  /// `work(in, out)` runs in the child: "ready", then an answer a line.
  Reader(int cpu, bool pinned, const std::function<void(int in, int out)>& work) {
    int to_child[2], from_child[2];
    if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) {
      throw SetupError("no pipe", "raise the limit of open files");
    }
    pid_ = ::fork();
    if (pid_ < 0) throw SetupError("cannot fork", "free some memory or processes");
    if (pid_ == 0) {
      Interruption::forget();
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (pinned) platform::pin_this_thread(cpu);
      ::close(to_child[1]);
      ::close(from_child[0]);
      work(to_child[0], from_child[1]);
      ::_exit(0);
    }
    ::close(to_child[0]);
    ::close(from_child[1]);
    in_.reset(::fdopen(from_child[0], "r"));
    out_ = UniqueFd(to_child[1]);
    is_ready_ = answer() == "ready";
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    out_ = UniqueFd();
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }
  /// ns a record.
  double read(std::size_t count) {
    const std::string question = std::to_string(count) + '\n';
    if (::write(out_.get(), question.data(), question.size()) < 0) throw SetupError("the reader has gone", "run again");
    std::istringstream words(answer());
    double nanos = 0;
    std::size_t found = 0;
    words >> nanos >> found;
    if (found != count) {
      throw SetupError("the reader found " + std::to_string(found) + " of " + std::to_string(count) + " records",
                       "see its messages above");
    }
    return nanos / static_cast<double>(count);
  }

 private:
  std::string answer() {
    char line[256] = {};
    if (std::fgets(line, sizeof line, in_.get()) == nullptr) return {};
    std::string text = line;
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  struct Close {
    void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
  };
  pid_t pid_ = -1;
  std::unique_ptr<std::FILE, Close> in_;
  UniqueFd out_;
  bool is_ready_ = false;
};

/// Reads until it has as many as asked for; `poll()` returns how many it has put into its array.
template <class Poll>
void serve(int in, int out, Poll&& poll) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> questions(::fdopen(in, "r"), std::fclose);
  (void)::dprintf(out, "ready\n");
  char line[64];
  while (std::fgets(line, sizeof line, questions.get()) != nullptr) {
    const std::size_t wanted = std::strtoull(line, nullptr, 10);
    std::size_t count = 0;
    const std::int64_t begin = clients::steady_nanos();
    while (count < wanted) count += poll();
    (void)::dprintf(out, "%lld %zu\n", static_cast<long long>(clients::steady_nanos() - begin), count);
  }
}

void read_by_cpp(const std::filesystem::path& folder, int in, int out) {
  clients::Plant plant = clients::Plant::in_folder(folder);
  clients::Subscriber ticks(plant, {.market_wide = false});
  std::vector<ringbuf::Record> batch(kBatch);
  serve(in, out, [&] {
    std::size_t count = 0;
    (void)ticks.poll([&](const ringbuf::Record& record) { batch[count++] = record; }, kBatch);
    return count;
  });
}

void read_by_c(const std::filesystem::path& folder, int in, int out) {
  tickplant_plant* plant = nullptr;
  tickplant_ticks* ticks = nullptr;
  if (tickplant_attach_folder(folder.c_str(), &plant) != 0 || tickplant_ticks_open(plant, nullptr, &ticks) != 0) return;
  std::vector<tickplant_record> batch(kBatch);
  serve(in, out, [&] { return static_cast<std::size_t>(tickplant_ticks_poll(ticks, batch.data(), batch.size())); });
  tickplant_ticks_close(ticks);
  tickplant_detach(plant);
}

void read_by_python(const std::filesystem::path& folder, const char* task, int in, int out) {
  const std::filesystem::path library =
      std::filesystem::path(sibling_program("tickplant")).parent_path().parent_path() / "clients/c/libtickplant.so.0";
  ::setenv("TICKPLANT_LIBRARY", library.c_str(), 1);                  // NOLINT(concurrency-mt-unsafe)
  ::setenv("PYTHONPATH", TICKPLANT_SOURCE_DIR "/clients/python", 1);  // NOLINT(concurrency-mt-unsafe)
  ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);                        // NOLINT(concurrency-mt-unsafe)
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::execl("/usr/bin/python3", "python3", TICKPLANT_SOURCE_DIR "/bench/python_reader.py", folder.c_str(), task, nullptr);
}

}  // namespace

void run_python_suite(const Options& options, Report& report) {
  const std::uint64_t slots = options.smoke ? 1u << 14 : 1u << 17;
  const std::size_t count = slots / 4 * 3;
  const int repeats = options.smoke ? 2 : 20;
  tests::PlantInFolder made{{.ring_slots = slots}};
  const auto apple = made.define("AAPL");
  const Cores cores = choose_cores();
  const auto all_cpus = platform::affinity_of_this_thread();
  const auto pin = [&] {
    if (cores.pinned) platform::pin_this_thread(cores.writer);
  };
  const auto child = [&](auto&& work) {
    return std::make_unique<Reader>(cores.reader, cores.pinned, [&](int in, int out) { work(made.folder(), in, out); });
  };
  const auto cpp = child(read_by_cpp);
  const auto c = child(read_by_c);
  const auto bare = child([](const auto& folder, int in, int out) { read_by_python(folder, "bare", in, out); });
  const auto summed = child([](const auto& folder, int in, int out) { read_by_python(folder, "summed", in, out); });
  if (!bare->is_ready()) report.note("python is left out: /usr/bin/python3 with numpy does not start (python3-numpy)");

  struct Case {
    const char* name;
    Reader* reader;
    std::vector<Pair> pairs = {};
  };
  std::vector<Case> cases{{"C interface, batches of 4,096", c.get()}};
  if (bare->is_ready() && summed->is_ready()) {
    cases.push_back({"Python, batches of 4,096 as numpy arrays", bare.get()});
    cases.push_back({"Python, the same and the value of the trades", summed.get()});
  }
  pin();
  for (int round = 0; round < options.rounds; ++round) {
    std::vector<double> nanos(cases.size(), 0);
    double baseline = 0;
    for (int repeat = -1; repeat < repeats; ++repeat) {  // the first maps the pages
      for (std::size_t i = 0; i < count; ++i) made.trade(apple, 10 + static_cast<double>(i % 100) / 100, 1 + i % 7);
      const double ours = cpp->read(count);
      if (repeat >= 0) baseline += ours;
      for (std::size_t i = 0; i < cases.size(); ++i) {
        const double theirs = cases[i].reader->read(count);
        if (repeat >= 0) nanos[i] += theirs;
      }
    }
    // Records a second: the ratio that is promised.
    for (std::size_t i = 0; i < cases.size(); ++i)
      cases[i].pairs.push_back({repeats * 1e3 / nanos[i], repeats * 1e3 / baseline});
  }
  platform::set_affinity_of_this_thread(all_cpus);
  for (const Case& each : cases) {
    const Pair middle = median_pair(each.pairs);
    report.add({.suite = "python",
                .name = each.name,
                .metric = "records",
                .unit = "M/s",
                .value = middle.value,
                .baseline = "C++ batch poll",
                .baseline_value = middle.baseline,
                .conditions = spread(each.pairs) + "; " + std::to_string(count) + " trades behind, " +
                              std::to_string(repeats) + " times a round" + (cores.pinned ? "" : "; one core")});
  }
}

}  // namespace tickplant::bench
