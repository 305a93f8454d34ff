#include "clients/c/plant_handle.hpp"

#include <algorithm>
#include <cstring>

#include "clients/c/sized_struct.hpp"
#include "clients/cpp/derived_view.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients::c {

std::vector<std::string> texts_of(const char* const* texts, std::size_t count, const char* name) {
  std::vector<std::string> all;
  if (count != 0) (void)given(texts, name);
  for (std::size_t i = 0; i < count; ++i) {
    if (texts[i] == nullptr) {
      throw Failure(TICKPLANT_INVALID, std::string(name) + '[' + std::to_string(i) + "] is NULL",
                    "does the count say how many there are?");
    }
    all.emplace_back(texts[i]);
  }
  return all;
}

namespace {

void attach_to(tickplant_plant** plant, auto&& attach) {
  given(plant, "plant") = nullptr;
  *plant = new tickplant_plant(attach());
}

int answer_of(ringbuf::TableRead read) {
  switch (read) {
    case ringbuf::TableRead::value: return TICKPLANT_OK;
    case ringbuf::TableRead::never: return TICKPLANT_NEVER;
    case ringbuf::TableRead::busy: break;
  }
  throw Failure(TICKPLANT_BUSY, "the entry is half written: the daemon died in it",
                "its successor repairs it; ask again when it is started");
}

/// The C struct has the layout of the entry: tests/unit/clients/c_records_test.cpp.
template <class Entry, class Struct>
int read_entry(tickplant_plant* plant, std::uint32_t id, Struct* out, const char* name) {
  static_assert(sizeof(Entry) == sizeof(Struct));
  return answering<int>([&] {
    tickplant_plant& from = given(plant, "plant");
    Struct& to = given(out, name);
    (void)from.now();
    Entry entry;
    const int answer = answer_of(from.view.read({id}, entry));
    if (answer == TICKPLANT_OK) std::memcpy(&to, &entry, sizeof to);
    return answer;
  });
}

}  // namespace
}  // namespace tickplant::clients::c

namespace clients = tickplant::clients;
namespace c = tickplant::clients::c;
namespace ringbuf = tickplant::ringbuf;

int tickplant_attach(const char* name, tickplant_plant** plant) {
  return c::doing([&] { c::attach_to(plant, [&] { return clients::Plant{&c::given(name, "name")}; }); });
}

int tickplant_attach_folder(const char* folder, tickplant_plant** plant) {
  return c::doing([&] { c::attach_to(plant, [&] { return clients::Plant::in_folder(&c::given(folder, "folder")); }); });
}

void tickplant_detach(tickplant_plant* plant) { delete plant; }

std::int64_t tickplant_known_plants(char* names, std::size_t bytes) {
  return c::answering<std::int64_t>([&] {
    if (bytes != 0) (void)c::given(names, "names");
    const std::vector<std::string> known = clients::known_plants();
    std::size_t used = 0;
    for (const std::string& name : known) {
      if (used + name.size() + 1 > bytes) break;
      std::memcpy(names + used, name.c_str(), name.size() + 1);
      used += name.size() + 1;
    }
    return static_cast<std::int64_t>(known.size());
  });
}

int tickplant_plant_info(tickplant_plant* plant, tickplant_info* info) {
  return c::doing([&] {
    const clients::Plant& from = c::given(plant, "plant").now();
    tickplant_info found{};
    found.state = static_cast<std::uint32_t>(from.state());
    found.daemon_pid = from.daemon_pid();
    found.epoch = from.epoch();
    found.created_at = from.created_at().value;
    found.heartbeat = from.heartbeat().value;
    found.now = from.now().value;
    found.instrument_count = from.instruments().count();
    found.feed_count = static_cast<std::uint32_t>(from.feeds().size());
    found.has_results = clients::computes_anything(from) ? 1 : 0;
    c::set_text(found.name, from.name());
    c::set_text(found.folder, from.folder().native());
    c::tell(found, info, "info");
  });
}

int tickplant_plant_feed(tickplant_plant* plant, std::uint32_t index, tickplant_feed* feed) {
  return c::doing([&] {
    const auto feeds = c::given(plant, "plant").now().feeds();
    if (index >= feeds.size()) {
      throw c::Failure(TICKPLANT_UNKNOWN,
                       "there is no feed " + std::to_string(index) + ", there are " + std::to_string(feeds.size()),
                       "indexes are 0, 1, ... below tickplant_info's feed_count");
    }
    const ringbuf::CatalogFeed& from = feeds[index];
    tickplant_feed found{};
    found.id = from.id.value;
    c::set_text(found.name, from.name);
    c::set_text(found.protocol, from.protocol);
    c::set_text(found.venue, from.venue);
    c::set_text(found.ring, from.ring);
    c::set_text(found.time_zone, from.time_zone);
    c::tell(found, feed, "feed");
  });
}

int tickplant_find_instrument(tickplant_plant* plant, const char* symbol, std::uint32_t* id) {
  return c::doing([&] {
    const clients::Plant& from = c::given(plant, "plant").now();
    std::uint32_t& to = c::given(id, "id");
    try {
      to = from.instrument(&c::given(symbol, "symbol")).value;
    } catch (const tickplant::platform::SetupError& error) {
      throw c::Failure(TICKPLANT_UNKNOWN, error.problem(), error.remedy());
    }
  });
}

int tickplant_read_instrument(tickplant_plant* plant, std::uint32_t id, tickplant_instrument* instrument) {
  return c::doing([&] {
    const ringbuf::InstrumentDirectoryReader& directory = c::given(plant, "plant").now().instruments();
    ringbuf::InstrumentEntry from;
    if (id == 0 || c::answer_of(directory.read({id}, from)) != TICKPLANT_OK) {
      throw c::Failure(TICKPLANT_UNKNOWN, "there is no instrument " + std::to_string(id),
                       "ids are 1 to " + std::to_string(directory.count()));
    }
    tickplant_instrument found{};
    found.id = from.id.value;
    found.feed = from.feed.value;
    found.price_unit = from.price_unit;
    found.size_scale = from.size_scale;  // NOLINT(bugprone-signed-char-misuse): a number
    found.lot = from.lot;
    found.status = static_cast<std::uint8_t>(from.status);
    found.kind = static_cast<std::uint8_t>(from.kind);
    c::set_text(found.symbol, ringbuf::text_of(from.symbol));
    c::set_text(found.venue, ringbuf::text_of(from.venue));
    c::set_text(found.currency, ringbuf::text_of(from.currency));
    c::set_text(found.name, ringbuf::text_of(from.name));
    c::set_text(found.sector, ringbuf::text_of(from.sector));
    c::tell(found, instrument, "instrument");
  });
}

int tickplant_read_image(tickplant_plant* plant, std::uint32_t id, tickplant_image* image) {
  return c::read_entry<ringbuf::ImageEntry>(plant, id, image, "image");
}

int tickplant_read_depth(tickplant_plant* plant, std::uint32_t id, tickplant_depth* depth) {
  return c::read_entry<ringbuf::DepthEntry>(plant, id, depth, "depth");
}
