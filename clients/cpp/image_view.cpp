#include "clients/cpp/image_view.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "clients/cpp/attached_table.hpp"

namespace tickplant::clients {
namespace {

using ringbuf::InstrumentId;
using ringbuf::TableRead;

/// The tables beside one ring. A feed without a book has no depth, and so on.
struct RingTables {
  RingTables(const Plant& plant, const std::string& ring_name) : ring(ring_name) {
    for (const ringbuf::CatalogSegment& segment : plant.segments()) {
      if (segment.name == "image." + ring) image.emplace(plant, "image.", ring);
      if (segment.name == "newest." + ring) newest.emplace(plant, "newest.", ring);
      if (segment.name == "depth." + ring) depth.emplace(plant, "depth.", ring);
    }
  }

  std::string ring;
  std::optional<AttachedImage> image;
  std::optional<AttachedNewest> newest;
  std::optional<AttachedDepth> depth;
};

template <class Reader, class Table, class Entry>
TableRead read_from(const std::optional<Table>& table, InstrumentId id, Entry& out) {
  return table ? Reader(table->slots).read(id, out) : TableRead::never;
}

}  // namespace

class ImageView::Tables {
 public:
  explicit Tables(Plant& plant) : plant_(&plant) { forget(); }

  /// Those of the instrument's ring; nullptr when it has none, or is not known.
  const RingTables* of(InstrumentId id) {
    if (generation_ != plant_->generation()) forget();
    if (id.value >= index_of_.size()) return nullptr;
    if (index_of_[id.value] == kUnknown) look_up(id);
    return index_of_[id.value] == kUnknown ? nullptr : &rings_[index_of_[id.value]];
  }

 private:
  static constexpr std::uint16_t kUnknown = 0xffff;

  void forget() {
    rings_.clear();
    index_of_.assign(std::size_t{plant_->instruments().capacity()} + 1, kUnknown);
    generation_ = plant_->generation();
  }

  void look_up(InstrumentId id) {
    const std::string name = plant_->ring_of(id);
    if (name.empty()) return;
    const auto known = std::find_if(rings_.begin(), rings_.end(), [&](const RingTables& r) { return r.ring == name; });
    const auto index = static_cast<std::uint16_t>(known - rings_.begin());
    if (known == rings_.end()) rings_.emplace_back(*plant_, name);
    index_of_[id.value] = index;
  }

  Plant* plant_;
  std::uint64_t generation_ = 0;
  std::vector<RingTables> rings_;
  std::vector<std::uint16_t> index_of_;  // by instrument id, into rings_
};

ImageView::ImageView(Plant& plant) : tables_(std::make_unique<Tables>(plant)) {}
ImageView::ImageView(ImageView&&) noexcept = default;
ImageView& ImageView::operator=(ImageView&&) noexcept = default;
ImageView::~ImageView() = default;

TableRead ImageView::read(InstrumentId id, ringbuf::ImageEntry& out) {
  const RingTables* tables = tables_->of(id);
  return tables == nullptr ? TableRead::never : read_from<ringbuf::ImageReader>(tables->image, id, out);
}

TableRead ImageView::read(InstrumentId id, ringbuf::DepthEntry& out) {
  const RingTables* tables = tables_->of(id);
  return tables == nullptr ? TableRead::never : read_from<ringbuf::DepthReader>(tables->depth, id, out);
}

TableRead ImageView::read(InstrumentId id, ringbuf::NewestEntry& out) {
  const RingTables* tables = tables_->of(id);
  return tables == nullptr ? TableRead::never : read_from<ringbuf::NewestReader>(tables->newest, id, out);
}

}  // namespace tickplant::clients
