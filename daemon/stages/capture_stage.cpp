#include "daemon/stages/capture_stage.hpp"

#include "ringbuf/counter_names.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
namespace sources = feedhandlers::sources;
using ringbuf::CounterKind;

std::string group_text(const config::LineConfig& line) {
  return line.present() ? line.group + ':' + std::to_string(line.port) + " on " + line.interface : std::string();
}

sources::CaptureFileSettings settings_of(const config::FeedConfig& feed) {
  const config::SourceConfig& source = feed.source;
  sources::CaptureFileSettings settings;
  settings.folder = source.capture.folder;
  settings.name = feed.name;
  const std::string server = source.rerequest.present()
                                 ? source.rerequest.address + ':' + std::to_string(source.rerequest.port)
                                 : std::string();
  settings.interfaces = {{{feed.name + ".a", group_text(source.line_a)},
                          {feed.name + ".b", group_text(source.line_b)},
                          {feed.name + ".rerequest", server}}};
  settings.application = "tickplantd";
  settings.rotate_bytes = source.capture.rotate_bytes;
  settings.sync = static_cast<sources::CaptureSync>(source.capture.sync);
  return settings;
}

}  // namespace

CaptureStage::CaptureStage(const config::FeedConfig& feed, CaptureQueue& queue, ringbuf::CountersWriter& counters,
                           PlantClock clock)
    : name_(std::string(counter::kCaptureOwnerPrefix) + feed.name),
      clock_(clock),
      packets_(queue.file_end()),
      file_(settings_of(feed), packets_),
      packets_counter_(counters.add(name_, {counter::kPackets, "packets written to the capture", "packets"})),
      bytes_(counters.add(name_, {counter::kBytes, "of files, everything in them", "bytes"})),
      not_captured_(counters.add(
          name_, {counter::kNotCaptured, "packets that found no room on their way to the disk", "packets"})),
      files_(counters.add(name_, {counter::kFiles, "files finished", "files"})),
      errors_(counters.add(name_, {counter::kErrors, "times that the disk refused something", "errors"})),
      error_(counters.add(
          name_, {counter::kErrorNumber, "why the disk refuses, 0: it does not", "errno", CounterKind::level})) {
  error_.set(0);
}

std::size_t CaptureStage::do_work() noexcept {
  const platform::UnixNanos now = clock_.now();
  const std::size_t count_now = file_.turn(now);
  next_turn_ = now + kTurnNanos;
  count();
  return count_now;
}

void CaptureStage::on_stop() noexcept {
  (void)file_.finish(clock_.now());  // refused: the file stays .part, readable up to its last whole block
  count();
}

void CaptureStage::count() noexcept {
  const sources::CaptureFileCounters& counters = file_.counters();
  packets_counter_.follow(counters.packets);
  bytes_.follow(counters.bytes);
  files_.follow(counters.files);
  not_captured_.follow(packets_.not_captured());
  errors_.follow(counters.errors);
  error_.set(static_cast<std::uint64_t>(counters.error_number));
}

}  // namespace tickplant::daemon
