#include "daemon/log.hpp"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "platform/setup_error.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::size_t kQueueMessages = 4096;

std::shared_ptr<spdlog::async_logger>& logger() {
  static std::shared_ptr<spdlog::async_logger> the_one;
  return the_one;
}

std::shared_ptr<spdlog::details::thread_pool>& pool() {
  static std::shared_ptr<spdlog::details::thread_pool> the_one;
  return the_one;
}

spdlog::level::level_enum level_of(config::LogLevel level) noexcept {
  switch (level) {
    case config::LogLevel::debug: return spdlog::level::debug;
    case config::LogLevel::info: return spdlog::level::info;
    case config::LogLevel::warn: return spdlog::level::warn;
    case config::LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::sinks::sink> sink_for(config::LogTarget target) {
  if (target == config::LogTarget::journald) return std::make_shared<spdlog::sinks::systemd_sink_mt>("tickplantd");
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  sink->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$: %v", spdlog::pattern_time_type::utc));
  return sink;
}

void log(spdlog::level::level_enum level, const std::string& message) noexcept {
  static std::atomic<std::size_t> told{0};
  if (logger() == nullptr) return;
  logger()->log(level, message);
  const std::size_t overrun = pool()->overrun_counter();
  if (overrun > told.exchange(overrun)) {
    logger()->log(spdlog::level::warn, std::to_string(overrun) + " log messages were dropped: they came too quickly");
  }
}

}  // namespace

void start_log(const config::LogSection& section) {
  try {
    pool() = std::make_shared<spdlog::details::thread_pool>(kQueueMessages, 1);
    logger() = std::make_shared<spdlog::async_logger>("tickplantd", sink_for(section.target), pool(),
                                                      spdlog::async_overflow_policy::overrun_oldest);
    logger()->set_level(level_of(section.level));
    logger()->flush_on(spdlog::level::info);
  } catch (const spdlog::spdlog_ex& error) {
    throw platform::SetupError(std::string("the log cannot be opened: ") + error.what(), "set log.target to stderr");
  }
}

void stop_log() noexcept {
  pool().reset();  // joins its thread, which first writes what waits
  logger().reset();
}

void log_debug(const std::string& message) noexcept { log(spdlog::level::debug, message); }
void log_info(const std::string& message) noexcept { log(spdlog::level::info, message); }
void log_warning(const std::string& message) noexcept { log(spdlog::level::warn, message); }
void log_error(const std::string& message) noexcept { log(spdlog::level::err, message); }

}  // namespace tickplant::daemon
