// Streams of what the plant computes: tickplant_results_...
#include "clients/c/plant_handle.hpp"
#include "clients/c/sized_struct.hpp"
#include "clients/c/stream.hpp"
#include "clients/cpp/derived_subscriber.hpp"
#include "clients/cpp/history.hpp"
#include "ringbuf/fixed_text.hpp"

namespace clients = tickplant::clients;
namespace c = tickplant::clients::c;
namespace ringbuf = tickplant::ringbuf;

struct tickplant_results {
  c::Stream<ringbuf::DerivedRecord> stream;
};

namespace {

clients::DerivedTypes derived_types_of(std::uint32_t bits) {
  if (bits == 0) return clients::DerivedTypes::all();
  clients::DerivedTypes types;
  for (std::uint32_t type = 0; type < 32; ++type) {
    if ((bits >> type & 1u) != 0) types.add(static_cast<ringbuf::DerivedType>(type));
  }
  return types;
}

template <class Wish>
Wish derived_wish_of(const tickplant_results_options& options) {
  Wish wish;
  wish.symbols = c::texts_of(options.symbols, options.symbol_count, "symbols");
  wish.functions = c::texts_of(options.functions, options.function_count, "functions");
  wish.rings = c::texts_of(options.rings, options.ring_count, "rings");
  wish.types = derived_types_of(options.types);
  return wish;
}

std::unique_ptr<c::StreamSource<ringbuf::DerivedRecord>> derived_source_of(const clients::Plant& plant,
                                                                           const tickplant_results_options& options) {
  if (options.from >= TICKPLANT_FROM_BEGINNING) {
    auto wish = derived_wish_of<clients::DerivedHistoryWish>(options);
    c::fill_history_wish(wish, options, plant);
    return std::make_unique<c::StreamOf<ringbuf::DerivedRecord, clients::DerivedHistory>>(plant.folder(),
                                                                                          std::move(wish));
  }
  auto wish = derived_wish_of<clients::DerivedSubscription>(options);
  wish.join = options.from == TICKPLANT_FROM_RING ? clients::DerivedJoin::oldest : clients::DerivedJoin::newest;
  return std::make_unique<c::StreamOf<ringbuf::DerivedRecord, clients::DerivedSubscriber>>(plant.folder(),
                                                                                           std::move(wish));
}

}  // namespace

int tickplant_results_open(tickplant_plant* plant, const tickplant_results_options* options,
                           tickplant_results** results) {
  return c::doing([&] {
    c::given(results, "results") = nullptr;
    const clients::Plant& from = c::given(plant, "plant").now();
    const tickplant_results_options known = c::read_options(options);
    c::check_options(known);
    if (known.from == TICKPLANT_FROM_IMAGE) {
      throw c::Failure(TICKPLANT_INVALID, "results have no images to begin with", "TICKPLANT_FROM_RING, or NEWEST");
    }
    if (known.on_overrun == TICKPLANT_CONFLATE) {
      throw c::Failure(TICKPLANT_INVALID, "results do not conflate: each is one of its own",
                       "TICKPLANT_SKIP or TICKPLANT_RAISE");
    }
    const c::StreamWays ways{.raises = known.on_overrun == TICKPLANT_RAISE,
                             .ends_when_caught_up = known.ends_when_caught_up != 0};
    *results = new tickplant_results{{derived_source_of(from, known), ways}};
  });
}

std::int64_t tickplant_results_poll(tickplant_results* results, tickplant_result* records, std::size_t capacity) {
  return c::answering<std::int64_t>([&] { return c::given(results, "results").stream.poll(records, capacity); });
}

std::int64_t tickplant_results_wait(tickplant_results* results, tickplant_result* records, std::size_t capacity,
                                    std::int64_t timeout) {
  return c::answering<std::int64_t>(
      [&] { return c::given(results, "results").stream.wait(records, capacity, timeout); });
}

int tickplant_results_event(tickplant_results* results, tickplant_event* event) {
  return c::answering<int>([&] {
    tickplant_event next{};
    if (!c::given(results, "results").stream.next_event(next)) return 0;
    c::tell(next, event, "event");
    return 1;
  });
}

int tickplant_results_progress(tickplant_results* results, tickplant_progress* progress) {
  return c::doing([&] { c::tell(c::given(results, "results").stream.progress(), progress, "progress"); });
}

int tickplant_results_function(tickplant_results* results, std::uint32_t id, tickplant_function* function) {
  return c::doing([&] {
    const ringbuf::FunctionsReader& functions = *c::given(results, "results").stream.functions();
    const ringbuf::FunctionEntry* const from =
        id <= ringbuf::kFunctionsMax ? functions.find({static_cast<std::uint16_t>(id)}) : nullptr;
    if (from == nullptr) {
      throw c::Failure(TICKPLANT_UNKNOWN, "there is no function " + std::to_string(id),
                       "ids are 1 to " + std::to_string(functions.count()));
    }
    tickplant_function found{};
    found.id = from->id.value;
    found.kind = static_cast<std::uint32_t>(from->kind);
    found.window = from->window.value;
    found.output = from->output;
    found.size = from->size;
    found.slide = from->slide;
    c::set_text(found.name, ringbuf::text_of(from->name));
    c::set_text(found.set, ringbuf::text_of(from->set));
    c::set_text(found.parameters, ringbuf::text_of(from->parameters));
    c::tell(found, function, "function");
  });
}

void tickplant_results_close(tickplant_results* results) { delete results; }
