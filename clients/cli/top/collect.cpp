#include "clients/cli/top/collect.hpp"

#include "platform/setup_error.hpp"

namespace tickplant::cli::top {
namespace {

std::string waiting_text(clients::PlantState state) {
  switch (state) {
    case clients::PlantState::live: return "";
    case clients::PlantState::stalled: return "no sign of life";
    case clients::PlantState::dead: return "waiting for a successor";
    case clients::PlantState::closed: return "waiting for a start";
  }
  return "";
}

}  // namespace

Collector::Collector(clients::Plant& plant)
    : plant_(&plant),
      probe_(plant),
      scan_(plant),
      view_(plant),
      generation_(plant.generation()),
      epoch_(plant.epoch()) {}

const Model& Collector::look(std::optional<ringbuf::InstrumentId> detail) {
  try {
    follow_plant();
    collect(detail);
  } catch (const platform::SetupError& error) {
    model_.facts.state = plant_->state();
    model_.notice = error.problem();
  }
  return model_;
}

void Collector::follow_plant() {
  if (plant_->is_superseded()) (void)plant_->reattach();
  const bool is_rebuilt = plant_->generation() != generation_;
  if (is_rebuilt || plant_->epoch() != epoch_) {
    generation_ = plant_->generation();
    epoch_ = plant_->epoch();
    notice_until_ = Clock::now() + kNoticeTime;
    model_.notice = is_rebuilt ? "plant rebuilt" : "plant restarted";
    before_.reset();
  } else if (const std::string waiting = waiting_text(plant_->state()); !waiting.empty()) {
    model_.notice = waiting;
    notice_until_ = {};
  } else if (Clock::now() > notice_until_) {
    model_.notice.clear();
  }
}

void Collector::collect(std::optional<ringbuf::InstrumentId> detail) {
  model_.facts = probe_.look();
  update_rates(model_.facts);
  model_.rows = scan_.rows();
  update_wall_time();
  model_.detail.reset();
  if (!detail || detail->value == 0 || detail->value > model_.rows.size()) return;
  model_.detail.emplace();
  model_.detail->row = model_.rows[detail->value - 1];
  (void)view_.read(*detail, model_.detail->depth);  // never or busy: an empty book
}

void Collector::update_rates(const PlantFacts& facts) {
  const std::int64_t elapsed = before_ ? facts.now - before_->now : 0;
  if (before_ && elapsed < kRateSpan) return;
  if (before_) {
    model_.messages_per_second = per_second(messages_of(*before_), messages_of(facts), elapsed);
    model_.records_per_second = per_second(records_of(*before_), records_of(facts), elapsed);
    model_.history.push_back(model_.records_per_second);
    if (model_.history.size() > kHistory) model_.history.erase(model_.history.begin());
  }
  before_ = facts;
}

void Collector::update_wall_time() {
  const std::vector<ringbuf::CatalogFeed> feeds = plant_->feeds();
  const std::string zone = feeds.empty() || feeds.front().time_zone.empty() ? "UTC" : feeds.front().time_zone;
  if (!wall_ || zone != zone_) {
    wall_.emplace(zone);
    zone_ = zone;
  }
  model_.wall_time = wall_->time_text(model_.facts.now).substr(0, 8) + ' ' + zone.substr(zone.rfind('/') + 1);
}

}  // namespace tickplant::cli::top
