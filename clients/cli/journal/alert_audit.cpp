#include "clients/cli/journal/alert_audit.hpp"

#include <cstring>

namespace tickplant::cli {
namespace {

using ringbuf::AlertBody;
using ringbuf::DerivedRecord;

/// As its shard said it.
DerivedRecord as_result(const DerivedRecord& alert) {
  DerivedRecord record = alert;
  auto body = alert.as<AlertBody>();
  record.header.stamp = body.source;
  body.source = 0;
  body.taken = {};
  std::memcpy(record.body.data(), &body, sizeof body);
  return record;
}

}  // namespace

void AlertAudit::on_result(const DerivedRecord& record) {
  if (record.header.type != AlertBody::kType) return;
  waiting_.insert_or_assign({record.as<AlertBody>().shard, record.header.stamp}, record);
}

void AlertAudit::on_alert(const DerivedRecord& record) {
  if (record.header.type != AlertBody::kType) return;
  const auto alert = record.as<AlertBody>();
  const Place place{alert.shard, alert.source};
  const auto differs = [&](bool is_twice) {
    if (!found_.difference) found_.difference = {record.header.stamp, alert.shard, alert.source, is_twice};
  };
  std::uint64_t& newest = newest_[alert.shard];
  if (alert.source <= newest) return differs(true);
  newest = alert.source;
  if (const auto result = waiting_.extract(place)) {
    const DerivedRecord repeated = as_result(record);
    std::memcmp(&repeated, &result.mapped(), sizeof repeated) == 0 ? void(++found_.equal) : differs(false);
  } else {
    ++found_.uncompared;
  }
  pass_over(alert);
}

/// Everything up to where it says that was looked is in the ring by now, or never will be.
void AlertAudit::pass_over(const AlertBody& alert) {
  found_.missing += std::erase_if(waiting_, [&](const auto& result) {
    const auto& [shard, sequence] = result.first;
    if (shard >= alert.taken.size()) return false;
    return static_cast<std::int32_t>(alert.taken[shard] - static_cast<std::uint32_t>(sequence)) >= 0;
  });
}

AuditedAlerts AlertAudit::result() const {
  AuditedAlerts found = found_;
  found.waiting = waiting_.size();
  return found;
}

}  // namespace tickplant::cli
