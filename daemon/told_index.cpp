#include "daemon/told_index.hpp"

#include <vector>

#include "ringbuf/books/instrument_state.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::daemon {
namespace {

using namespace ringbuf;

class IndexTeller {
 public:
  using Take = std::function<void(const Record&)>;

  IndexTeller(const SegmentIndex& index, const InstrumentDirectoryReader& directory, const Take& take)
      : index_(index), directory_(directory), take_(take), is_taken_(directory.capacity() + std::size_t{1}) {}

  /// False: not all of it is known.
  [[nodiscard]] bool tell(const std::string& ring_name, const std::string& feed_name) {
    const IndexRing* const ring = index_.find_ring(ring_name);
    const IndexFeed* const feed = index_.find_feed(feed_name);
    if (ring == nullptr || feed == nullptr || !knows_all(*ring, *feed)) return false;
    SessionBody session;
    session.trading_date = feed->trading_date;
    take_(make_record(kNoInstrument, platform::kNoTime, platform::kNoTime, session));
    const auto number = static_cast<std::uint32_t>(feed - index_.feeds().data());
    for (const IndexInstrument& row : index_.instruments()) {
      if (row.feed == number && !tell(row)) return false;
    }
    return true;
  }
  [[nodiscard]] std::uint64_t instruments() const noexcept { return instruments_; }
  [[nodiscard]] std::uint64_t orders() const noexcept { return orders_; }

 private:
  [[nodiscard]] bool knows_all(const IndexRing& ring, const IndexFeed& feed) const noexcept {
    return has(feed.flags, IndexFeedFlags::has_session) && !has(feed.flags, IndexFeedFlags::changed) &&
           !has(feed.flags, IndexFeedFlags::doubted) && feed.ring < index_.rings().size() &&
           &index_.rings()[feed.ring] == &ring && !has(ring.flags, IndexRingFlags::renumbered);
  }

  [[nodiscard]] bool tell(const IndexInstrument& row) {
    if (row.flags != IndexInstrumentFlags::none) return false;
    if (row.venue_key == 0) return true;  // of another day
    const auto states = index_.states(row);
    if (states.empty() || states.front().ordinal != 0) return false;
    const auto bytes = index_.bytes_of(states.front());
    InstrumentState state;
    if (!bytes || !state.restore(*bytes) || !is_numbered_as_now(row, state.id())) return false;
    const RecordBook& book = state.book();
    if (book.told_levels() != 0) return false;
    ImageEntry image;
    (void)state.image().read(image);
    const auto tell_body = [&](const auto& body) {
      const RecordFlags flags = book.is_maybe_bad() ? RecordFlags::maybe_bad_book : RecordFlags::none;
      take_(make_record(state.id(), image.ts_event, image.ts_recv, body, flags));
    };
    DefinitionBody definition;
    definition.venue_key = row.venue_key;
    tell_body(definition);
    if (image.trading_status != TradingStatus::unknown) tell_body(status_of(image.trading_status));
    book.for_each_order([&](std::uint64_t id, Side side, Price price, Size size) {
      tell_body(OrderBody{.order_id = id, .price = price, .size = size, .action = OrderAction::add, .side = side});
      ++orders_;
    });
    ++instruments_;
    return true;
  }

  /// A number is that of one instrument, here and in the directory.
  [[nodiscard]] bool is_numbered_as_now(const IndexInstrument& row, InstrumentId id) {
    InstrumentEntry entry;
    if (id == kNoInstrument || id.value >= is_taken_.size() || is_taken_[id.value]) return false;
    is_taken_[id.value] = true;
    return directory_.read(id, entry) == TableRead::value && name_of(entry) == index_.name_of(row);
  }

  static StatusBody status_of(TradingStatus trading_status) noexcept {
    StatusBody status;
    status.trading_status = trading_status;
    status.code = trading_status == TradingStatus::trading ? 'T' : 'H';
    return status;
  }

  const SegmentIndex& index_;
  const InstrumentDirectoryReader& directory_;
  const Take& take_;
  std::vector<bool> is_taken_;  // by number
  std::uint64_t instruments_ = 0, orders_ = 0;
};

/// The newest one that has the states at its segment's beginning.
std::optional<SegmentIndex> newest_index_with_states(const std::filesystem::path& journal) {
  const std::vector<JournalSegmentFile> segments = list_segments(journal);
  std::string why;
  for (std::size_t i = segments.size(); i-- > 1 && is_followed(segments[i - 1], segments[i]);) {
    auto index = open_index(journal, segments[i - 1], segments[i], why);
    if (index && index->has_beginnings() && index->says_of_feeds()) return index;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ToldIndex> tell_from_index(const std::filesystem::path& journal, const std::string& ring,
                                         const std::string& feed, const InstrumentDirectoryReader& directory,
                                         const std::function<void(const Record&)>& take) {
  const std::optional<SegmentIndex> index = newest_index_with_states(journal);
  if (!index) return std::nullopt;
  IndexTeller teller(*index, directory, take);
  if (!teller.tell(ring, feed)) return std::nullopt;
  return ToldIndex{index->head().segment_number, teller.instruments(), teller.orders()};
}

}  // namespace tickplant::daemon
