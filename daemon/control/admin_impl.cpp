#include "daemon/control/admin_impl.hpp"

#include <utility>

#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

using What = PlantRequest::What;

constexpr std::size_t kArgumentBytes = 128;

struct FeedCall {
  const char* word;
  What what;
};

FeedCall feed_call(protocol::FeedAction action) {
  switch (action) {
    case protocol::FeedAction::START: return {"start", What::start_feed};
    case protocol::FeedAction::STOP: return {"stop", What::stop_feed};
    case protocol::FeedAction::RESTART: return {"restart", What::restart_feed};
  }
  refuse("action " + std::to_string(static_cast<int>(action)) +
         " is none that this daemon knows; remedy: update the older of the two");
}

}  // namespace

template <class Context, class Answer>
kj::Promise<void> AdminImpl::change(const char* call, CallArguments arguments, PlantRequest request, Context context,
                                    Answer answer) {
  auto begun = std::make_shared<Change>(state_.begin_change(*caller_, Role::admin, call, std::move(arguments)));
  // The call may outlive us: what it needs, it takes along.
  return state_.ask(std::move(request)).then([begun, context, answer, &state = state_](PlantAnswer got) mutable {
    if (!got.refusal.empty()) kj::throwFatalException(state.refused(std::move(*begun), got.refusal));
    auto results = context.getResults();
    results.setRequestId(ptr(begun->entry.request));
    answer(results, got);
    state.done(std::move(*begun));
  });
}

kj::Promise<void> AdminImpl::reload(ReloadContext context) {
  return change("reload", {}, {0, What::reload}, context, [](auto results, const PlantAnswer& answer) {
    set_texts(results.initChanges(size_of(answer.lines)), answer.lines);
  });
}

kj::Promise<void> AdminImpl::stop(StopContext context) {
  return change("stop", {}, {0, What::stop}, context, [](auto, const PlantAnswer&) {});
}

kj::Promise<void> AdminImpl::feed(FeedContext context) {
  const FeedCall call = feed_call(context.getParams().getAction());
  const std::string name = printable(view(context.getParams().getName()), kArgumentBytes);
  return change("feed", {{"action", call.word}, {"name", name}}, {0, call.what, name}, context,
                [](auto results, const PlantAnswer& answer) {
                  set_texts(results.initChanges(size_of(answer.lines)), answer.lines);
                });
}

/// Changes nothing, and reads what the daemon may read: admins alone may ask.
kj::Promise<void> AdminImpl::checkConfig(CheckConfigContext context) {
  if (caller_->role < Role::admin) (void)state_.begin_change(*caller_, Role::admin, "config check", {});  // throws
  state_.count_call(*caller_);
  context.allowCancellation();
  std::function<std::vector<std::string>()> check =
      [check = state_.setup.check_config, text = string_of(context.getParams().getText())] { return check(text); };
  return state_.on_helper(std::move(check)).then([context](std::vector<std::string> notes) mutable {
    set_texts(context.getResults().initNotes(size_of(notes)), notes);
  });
}

kj::Promise<void> AdminImpl::rotate(RotateContext context) {
  return change("journal rotate", {}, {0, What::rotate}, context,
                [](auto results, const PlantAnswer& answer) { results.setSegment(answer.number); });
}

kj::Promise<void> AdminImpl::savepoint(SavepointContext context) {
  const std::string name = printable(view(context.getParams().getName()), kArgumentBytes);
  return change("journal savepoint", {{"name", name}}, {0, What::savepoint, name}, context,
                [](auto results, const PlantAnswer& answer) { results.setFile(ptr(answer.lines.front())); });
}

kj::Promise<void> AdminImpl::drain(DrainContext context) {
  return change("drain", {}, {0, What::drain}, context, [](auto results, const PlantAnswer& answer) {
    set_texts(results.initNotes(size_of(answer.lines)), answer.lines);
  });
}

}  // namespace tickplant::daemon
