#include "daemon/control/wire.hpp"

#include <algorithm>

namespace tickplant::daemon {

std::vector<std::string> strings_of(capnp::List<capnp::Text>::Reader texts) {
  std::vector<std::string> out;
  for (const kj::StringPtr text : texts) out.push_back(string_of(text));
  return out;
}

void set_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < texts.size(); ++i) out.set(i, ptr(texts[i]));
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out(text.substr(0, bytes_max));
  std::replace_if(
      out.begin(), out.end(), [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return out;
}

kj::Exception refusal(const std::string& text) { return {kj::Exception::Type::FAILED, "", 0, kj::str(text.c_str())}; }
void refuse(const std::string& text) { kj::throwFatalException(refusal(text)); }

std::string text_of(const platform::SetupError& error) {
  return error.remedy().empty() ? error.problem() : error.problem() + "; remedy: " + error.remedy();
}

protocol::Role on_wire(Role role) noexcept {
  switch (role) {
    case Role::reader: return protocol::Role::READER;
    case Role::trader: return protocol::Role::TRADER;
    case Role::admin: return protocol::Role::ADMIN;
  }
  return protocol::Role::NONE;
}

protocol::InstrumentStatus on_wire(ringbuf::InstrumentStatus status) noexcept {
  switch (status) {
    case ringbuf::InstrumentStatus::active: return protocol::InstrumentStatus::ACTIVE;
    case ringbuf::InstrumentStatus::suspended: return protocol::InstrumentStatus::SUSPENDED;
    case ringbuf::InstrumentStatus::delisted: return protocol::InstrumentStatus::DELISTED;
    case ringbuf::InstrumentStatus::unknown: break;
  }
  return protocol::InstrumentStatus::UNKNOWN;
}

}  // namespace tickplant::daemon
