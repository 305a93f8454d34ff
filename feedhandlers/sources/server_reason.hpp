// Why a SoupBinTCP or GLIMPSE server failed, in the form that counters hold (ringbuf/counter_names.hpp), and the words
// for it, those of the log and of `tickplant feed status`.
//
// Threads: any; pure functions.
// Not here: finding out (soupbintcp_link.hpp, glimpse_source.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/sources/glimpse_source.hpp"
#include "ringbuf/counter_names.hpp"

namespace tickplant::feedhandlers::sources {

struct ServerFailure {
  ringbuf::counter::ServerReason reason = ringbuf::counter::ServerReason::none;
  std::uint64_t detail = 0;  // errno of a connection, or the letter of a rejected login; 0: none
  friend bool operator==(const ServerFailure&, const ServerFailure&) = default;
};

/// The end of a session is none: it failed in nothing.
[[nodiscard]] ServerFailure server_failure(const DownReason& reason) noexcept;
[[nodiscard]] ServerFailure server_failure(const SpinFailure& failure) noexcept;

/// "nobody listens there: Connection refused (errno 111)", "login rejected: not authorised (A)".
[[nodiscard]] std::string as_text(const ServerFailure& failure);
/// What somebody could look at; empty where nothing happened.
[[nodiscard]] std::string_view remedy_for(const ServerFailure& failure) noexcept;
/// "refused", "not_authorised"; for programs.
[[nodiscard]] std::string_view name_of(const ServerFailure& failure) noexcept;

}  // namespace tickplant::feedhandlers::sources
