// What all server objects say to Cap'n Proto in the same way: texts, refusals, our enums in its words.
//
// Threads: any. Not here: the contract (clients/protocol/control.capnp).
#pragma once

#include <kj/async.h>
#include <kj/string.h>

#include <string>
#include <string_view>
#include <vector>

#include "clients/protocol/control.capnp.h"
#include "daemon/control/peer.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/instruments_layout.hpp"

namespace tickplant::daemon {

[[nodiscard]] inline kj::StringPtr ptr(const std::string& text) { return {text.c_str(), text.size()}; }
[[nodiscard]] inline std::string_view view(kj::StringPtr text) { return {text.cStr(), text.size()}; }
[[nodiscard]] inline std::string string_of(kj::StringPtr text) { return {text.cStr(), text.size()}; }
[[nodiscard]] std::vector<std::string> strings_of(capnp::List<capnp::Text>::Reader texts);
void set_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts);
[[nodiscard]] inline unsigned size_of(const auto& container) { return static_cast<unsigned>(container.size()); }

/// The first `bytes_max` of it, for logs and files of lines: no line of its own, nothing that a terminal obeys.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max);

/// The client is told this as it stands.
[[nodiscard]] kj::Exception refusal(const std::string& text);
[[noreturn]] void refuse(const std::string& text);
/// "what; remedy: what to do".
[[nodiscard]] std::string text_of(const platform::SetupError& error);

/// A call that throws SetupError refuses with it.
template <class Call>
auto or_refuse(Call&& call) {
  try {
    return call();
  } catch (const platform::SetupError& error) {
    refuse(text_of(error));
  }
}

[[nodiscard]] protocol::Role on_wire(Role role) noexcept;
[[nodiscard]] protocol::InstrumentStatus on_wire(ringbuf::InstrumentStatus status) noexcept;

}  // namespace tickplant::daemon
