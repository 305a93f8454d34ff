#include "daemon/control/trader_impl.hpp"

#include <utility>

#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::size_t kShownSymbols = 50;  // of the arguments that the audit file keeps

std::string joined(const std::vector<std::string>& symbols) {
  std::string text;
  for (std::size_t i = 0; i < symbols.size() && i < kShownSymbols; ++i) {
    if (i != 0) text += ' ';
    text.append(symbols[i], 0, Watchlists::kNameBytes);
  }
  if (symbols.size() > kShownSymbols) text += " ... " + std::to_string(symbols.size()) + " in all";
  return text;
}

}  // namespace

void TraderImpl::expect_trader() {
  state_.count_call(*caller_);
  if (caller_->role >= Role::trader) return;
  refuse("watchlists are for traders, and you are a " + std::string(name_of(caller_->role)) +
         "; remedy: join control.traders_group");
}

kj::Promise<void> TraderImpl::watchlists(WatchlistsContext context) {
  expect_trader();
  const std::vector<std::string> names = state_.watchlists.names_of(user());
  set_texts(context.getResults().initNames(size_of(names)), names);
  return kj::READY_NOW;
}

kj::Promise<void> TraderImpl::watchlist(WatchlistContext context) {
  expect_trader();
  const std::string name = string_of(context.getParams().getName());
  const auto& symbols = or_refuse([&]() -> const auto& { return state_.watchlists.symbols_of(user(), name); });
  set_texts(context.getResults().initSymbols(size_of(symbols)), symbols);
  return kj::READY_NOW;
}

template <class Context, class Apply, class Answer>
kj::Promise<void> TraderImpl::change(const char* call, CallArguments arguments, Context context, Apply apply,
                                     Answer answer) {
  auto begun = std::make_shared<Change>(state_.begin_change(*caller_, Role::trader, call, std::move(arguments)));
  try {
    apply();
  } catch (const platform::SetupError& error) {
    return state_.refused(std::move(*begun), text_of(error));
  }
  // The call may outlive us: what it needs, it takes along.
  return state_.save_watchlists().then(
      [begun, context, answer, &state = state_]() mutable {
        context.getResults().setRequestId(ptr(begun->entry.request));
        answer(context);
        state.done(std::move(*begun));
      },
      [begun, &state = state_](kj::Exception&& failure) {
        kj::throwFatalException(state.refused(std::move(*begun), string_of(failure.getDescription())));
      });
}

kj::Promise<void> TraderImpl::add(AddContext context) {
  const std::string name = string_of(context.getParams().getName());
  const std::vector<std::string> symbols = strings_of(context.getParams().getSymbols());
  const auto all = std::make_shared<std::vector<std::string>>();
  return change(
      "watchlist add", {{"name", name}, {"symbols", joined(symbols)}}, context,
      [&] { *all = state_.watchlists.add(user(), name, symbols); },
      [all](AddContext& to) { set_texts(to.getResults().initSymbols(size_of(*all)), *all); });
}

kj::Promise<void> TraderImpl::remove(RemoveContext context) {
  const std::string name = string_of(context.getParams().getName());
  const std::vector<std::string> symbols = strings_of(context.getParams().getSymbols());
  const auto all = std::make_shared<std::vector<std::string>>();
  return change(
      "watchlist remove", {{"name", name}, {"symbols", joined(symbols)}}, context,
      [&] { *all = state_.watchlists.remove(user(), name, symbols); },
      [all](RemoveContext& to) { set_texts(to.getResults().initSymbols(size_of(*all)), *all); });
}

kj::Promise<void> TraderImpl::delete_(DeleteContext context) {
  const std::string name = string_of(context.getParams().getName());
  return change(
      "watchlist delete", {{"name", name}}, context, [&] { state_.watchlists.erase(user(), name); },
      [](DeleteContext&) {});
}

}  // namespace tickplant::daemon
