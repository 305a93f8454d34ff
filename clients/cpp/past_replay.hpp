// A question about the past, answered the long way: the records of the instrument's ring from the journal's beginning.
// What an index says has to be the same.
//
// Threads: one. Not here: the short way (past_view.hpp).
#pragma once

#include <filesystem>

#include "clients/cpp/past_names.hpp"
#include "clients/cpp/past_state.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/books/instrument_state.hpp"

namespace tickplant::clients {

/// `at` is included. Throws SetupError: no journal there.
[[nodiscard]] PastState replay_past(const std::filesystem::path& folder, const PastInstrument& instrument,
                                    platform::UnixNanos at);

/// What `state` has, as an answer; takes its book.
void fill(PastState& out, const PastInstrument& instrument, ringbuf::InstrumentState& state);

}  // namespace tickplant::clients
