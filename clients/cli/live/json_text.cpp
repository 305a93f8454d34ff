#include "clients/cli/live/json_text.hpp"

#include <cstdio>

#include "clients/cli/number_text.hpp"

namespace tickplant::cli {

Json price_json(ringbuf::Price price) { return ringbuf::is_present(price) ? Json(price_text(price)) : Json(nullptr); }

Json time_json(const std::optional<platform::UnixNanos>& time) { return time ? Json(time->value) : Json(nullptr); }

Json code_json(char code) { return code == '\0' ? Json(nullptr) : Json(std::string(1, code)); }

void print_json(const Json& json) {
  std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

std::string json_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace tickplant::cli
