#include "daemon/control/control_state.hpp"

#include <fstream>
#include <utility>

#include "daemon/control/wire.hpp"
#include "daemon/log.hpp"
#include "platform/clock.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;

ringbuf::Counter total(ringbuf::CountersWriter& table, std::string_view name, std::string_view meaning,
                       std::string_view unit) {
  return table.add(counter::kControl, {name, meaning, unit});
}
ringbuf::Counter level(ringbuf::CountersWriter& table, std::string_view name, std::string_view meaning,
                       std::string_view unit) {
  return table.add(counter::kControl, {name, meaning, unit, ringbuf::CounterKind::level});
}

/// As the kernel calls it. It may have gone.
std::string process_name(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

std::string hex(std::uint64_t number) {
  std::string text;
  for (; number != 0; number /= 16) text.insert(text.begin(), "0123456789abcdef"[number % 16]);
  return text;
}

const char* group_setting(Role role) { return role == Role::admin ? "control.admins_group" : "control.traders_group"; }

}  // namespace

ControlCounters::ControlCounters(ringbuf::CountersWriter& table)
    : clients(level(table, counter::kClients, "connected now", "clients")),
      accepted(total(table, counter::kAccepted, "connections taken", "connections")),
      refused(
          total(table, counter::kRefused, "closed: too many, nobody said who it is, too slow to read", "connections")),
      calls(total(table, counter::kCalls, "answered, refusals too", "calls")),
      changes(total(table, counter::kChanges, "of them: changes that were asked for by who may", "calls")),
      audited(total(table, counter::kAudited, "lines written to the audit file", "lines")),
      not_audited(
          total(table, counter::kNotAudited, "lines that could not be: the disk, or refused too often", "lines")),
      streams(level(table, counter::kStreams, "of ticks and results that clients hold now", "streams")) {
  clients.set(0);
  streams.set(0);
}

ControlState::ControlState(ControlServerSetup with, ringbuf::CountersWriter& table, std::function<void()> wake)
    : setup(std::move(with)),
      requests(setup.wake_plant, wake),
      helper(wake),
      counters(table),
      change_prefix_(hex(static_cast<std::uint64_t>(platform::system_now().value / platform::kNanosPerSecond)) + '-'),
      audit_file_(std::make_shared<AuditFile>(setup.state_folder)) {
  if (setup.state_folder.empty()) return;
  std::vector<std::string> alarms;
  watchlists = Watchlists::load(setup.state_folder, alarms);
  for (const std::string& alarm : alarms) log_error(alarm);
}

void ControlState::begin(kj::Timer& timer) {
  timer_ = &timer;
  plant_.emplace(clients::Plant::in_folder(setup.folder));
  views_.emplace(*plant_);
  turns.emplace(timer);
  helper.start();
}

void ControlState::end() noexcept {
  helper.stop();
  helper.forget();
  waiting_.clear();
  saving_.clear();
  to_save_.clear();
  turns.reset();
}

void ControlState::take_news() {
  for (PlantAnswer& answer : requests.take_answers()) {
    auto found = waiting_.extract(answer.id);
    if (found) found.mapped()->fulfill(kj::mv(answer));
  }
  helper.take_done();
}

std::shared_ptr<Caller> ControlState::make_caller(Peer peer) {
  const Role role = role_of(peer, setup.roles);
  auto caller = std::make_shared<Caller>(next_caller_++, std::move(peer), role);
  callers_.emplace(caller->id, caller);
  return caller;
}

void ControlState::count_call(const Caller& caller) {
  counters.calls.add(1);
  if (!caller.waiting_bytes || caller.waiting_bytes() <= setup.client_bytes_max) return;
  caller.close();
  refuse("too much waits to be read");
}

void ControlState::expect_room_for_stream(const Caller& caller, StreamOf of) const {
  if (caller.streams >= kStreamsOfAClient) {
    refuse("this client holds " + std::to_string(caller.streams) +
           " streams, which is the most; remedy: drop one, or subscribe to more symbols in one");
  }
  if (of == StreamOf::past && past_count_ >= kPastsOfAll) {
    refuse("clients read the past in " + std::to_string(past_count_) +
           " streams already, which is the most; remedy: try again later, or read the journal yourself "
           "(clients::History)");
  }
  if (stream_count_ < kStreamsOfAll) return;
  refuse("clients hold " + std::to_string(stream_count_) +
         " streams of this plant, which is the most; remedy: read its shared memory (docs/shared-memory.md), which has "
         "no limit");
}

// ---- changes

Change ControlState::begin_change(const Caller& caller, Role needed, const char* call, CallArguments arguments) {
  count_call(caller);
  Change change;
  AuditEntry& entry = change.entry;
  entry.request = change_prefix_ + std::to_string(next_change_++);
  entry.uid = caller.peer.uid;
  entry.pid = caller.peer.pid;
  entry.process = process_name(caller.peer.pid);
  entry.client = caller.name;
  entry.role = name_of(caller.role);
  entry.call = call;
  entry.arguments = std::move(arguments);
  change.said = "control: " + entry.call;
  for (const auto& [name, value] : entry.arguments) change.said += ' ' + printable(value, 80);
  change.said += " by " + caller.who() + ", request " + entry.request;
  if (caller.role < needed) {
    const bool is_told = is_worth_auditing(caller.peer.uid);
    const std::string why = entry.call + " is for " + std::string(name_of(needed)) + "s, and you are a " + entry.role +
                            "; remedy: run it as the daemon's user or root, or join " + group_setting(needed);
    if (is_told) kj::throwFatalException(refused(std::move(change), why));
    counters.not_audited.add(1);
    refuse(why);
  }
  counters.changes.add(1);
  log_info(change.said);
  return change;
}

void ControlState::done(Change change) {
  change.entry.outcome = "done";
  audit(std::move(change.entry));
}

kj::Exception ControlState::refused(Change change, const std::string& why) {
  log_warning(change.said + " refused: " + why);
  change.entry.outcome = "refused";
  change.entry.reason = why;
  const std::string id = " (request " + change.entry.request + ')';
  audit(std::move(change.entry));
  std::string told = why;
  const std::size_t at = told.find("; remedy: ");
  told.insert(at == std::string::npos ? told.size() : at, id);
  return refusal(told);
}

bool ControlState::is_worth_auditing(uid_t user) {
  Refusals& refusals = refusals_[user];
  const std::int64_t minute = platform::system_now().value / platform::kNanosPerSecond / 60;
  if (refusals.minute != minute) refusals = {minute, 0};
  if (refusals.count == kRefusalsOfAMinute) {
    log_warning("control: uid " + std::to_string(user) +
                " is refused on and on; the rest of this minute is counted only");
  }
  return ++refusals.count <= kRefusalsOfAMinute;
}

void ControlState::audit(AuditEntry entry) {
  entry.time = platform::system_now();
  if (setup.state_folder.empty()) return;
  struct Result {
    bool is_kept = false;
    std::string problem;
  };
  auto result = std::make_shared<Result>();
  helper.must_run(
      [file = audit_file_, result, entry = std::move(entry)] {
        result->is_kept = file->append(entry);
        if (!result->is_kept) result->problem = file->problem();
      },
      [this, result] {
        (result->is_kept ? counters.audited : counters.not_audited).add(1);
        if (result->is_kept == !is_audit_broken_) return;
        is_audit_broken_ = !result->is_kept;
        if (is_audit_broken_) log_error("control: changes are in this log alone: " + result->problem);
        if (!is_audit_broken_) log_info("control: changes are in the audit file again");
      });
}

// ---- others

kj::Promise<PlantAnswer> ControlState::ask(PlantRequest request) {
  const std::uint64_t id = request.id = next_request_++;
  auto answered = kj::newPromiseAndFulfiller<PlantAnswer>();
  if (!requests.ask(std::move(request)))
    return PlantAnswer{id, {}, 0, "too many requests wait for the plant; remedy: try again"};
  waiting_.emplace(id, kj::mv(answered.fulfiller));
  return kj::mv(answered.promise);
}

/// One at a time; those who come meanwhile share the next.
kj::Promise<void> ControlState::save_watchlists() {
  if (setup.state_folder.empty()) {
    return refusal(
        "watchlists are kept in memory only, until the daemon ends: it has no state folder; remedy: set "
        "plant.state_folder");
  }
  auto saved = kj::newPromiseAndFulfiller<void>();
  to_save_.push_back(kj::mv(saved.fulfiller));
  if (saving_.empty()) start_save();
  return kj::mv(saved.promise);
}

void ControlState::start_save() {
  saving_.swap(to_save_);
  auto problem = std::make_shared<std::string>();
  helper.must_run(
      [problem, folder = setup.state_folder, text = watchlists.encode()] {
        try {
          write_watchlists(folder, text);
        } catch (const platform::SetupError& error) {
          *problem = "it is changed, but will be as it was after a restart: " + text_of(error);
        }
      },
      [this, problem] {
        for (auto& waiting : saving_) problem->empty() ? waiting->fulfill() : waiting->reject(refusal(*problem));
        saving_.clear();
        if (!to_save_.empty()) start_save();
      });
}

}  // namespace tickplant::daemon
