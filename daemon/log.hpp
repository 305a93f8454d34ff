// What operators read: start, stop, and what changed for the worse or better. Asynchronous: a slow terminal or journal
// holds up nobody; when its queue is full the oldest message makes room, and the next line says how many did.
//
// Never from the data path: stages count (ringbuf/counters.hpp), housekeeping looks at the counters and talks.
// Threads: start_log() before any other; the functions from any thread that may block for a microsecond.
// Not here: spdlog's types (log.cpp is their door).
#pragma once

#include <string>

#include "config/plant_config.hpp"

namespace tickplant::daemon {

/// Throws SetupError when the target cannot be opened.
void start_log(const config::LogSection& section);
/// Writes what waits, then stops. Later messages are dropped.
void stop_log() noexcept;

void log_debug(const std::string& message) noexcept;
void log_info(const std::string& message) noexcept;
void log_warning(const std::string& message) noexcept;
void log_error(const std::string& message) noexcept;

}  // namespace tickplant::daemon
