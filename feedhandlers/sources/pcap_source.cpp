#include "feedhandlers/sources/pcap_source.hpp"

#include <utility>

namespace tickplant::feedhandlers::sources {

PcapSource::PcapSource(ByteStream stream) noexcept : stream_(std::move(stream)) {
  const auto start = stream_.peek(4);
  if (start.size() < 4) return;
  if (is_pcap_magic(start.first<4>())) kind_ = Kind::pcap;
  if (is_pcapng_magic(start.first<4>())) kind_ = Kind::pcapng;
}

SourceStatus PcapSource::next(Packet& packet) noexcept {
  while (status_ == SourceStatus::packet) {
    CapturedFrame frame;
    status_ = next_frame(frame);
    if (status_ != SourceStatus::packet) break;
    ++counters_.frames;
    const FrameContent content = decode_frame(frame, packet);
    count(content);
    if (content == FrameContent::udp) return SourceStatus::packet;
  }
  return status_;
}

SourceStatus PcapSource::next_frame(CapturedFrame& frame) noexcept {
  SourceStatus status = SourceStatus::corrupt;
  switch (kind_) {
    case Kind::pcap:
      status = pcap_.next(stream_, frame);
      problem_ = pcap_.problem();
      break;
    case Kind::pcapng:
      status = pcapng_.next(stream_, frame);
      problem_ = pcapng_.problem();
      break;
    case Kind::neither: problem_ = "neither pcap nor pcapng"; break;
  }
  if (status != SourceStatus::end && status != SourceStatus::truncated_tail) return status;
  // The capture ran out of bytes; whether that is the fault of what lies beneath it, the stream knows.
  switch (stream_.status()) {
    case StreamStatus::open:
    case StreamStatus::end: return status;
    case StreamStatus::truncated: problem_ = stream_.problem(); return SourceStatus::truncated_tail;
    case StreamStatus::corrupt:
    case StreamStatus::unreadable: problem_ = stream_.problem(); return SourceStatus::corrupt;
  }
  return status;
}

void PcapSource::count(FrameContent content) noexcept {
  switch (content) {
    case FrameContent::udp: ++counters_.packets; break;
    case FrameContent::not_ip: ++counters_.not_ip; break;
    case FrameContent::not_udp: ++counters_.not_udp; break;
    case FrameContent::fragment: ++counters_.fragments; break;
    case FrameContent::bad_length: ++counters_.bad_lengths; break;
    case FrameContent::snapped: ++counters_.snapped; break;
    case FrameContent::unsupported_link: ++counters_.unsupported_link; break;
  }
}

}  // namespace tickplant::feedhandlers::sources
