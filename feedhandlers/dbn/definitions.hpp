// Instrument definitions of DBN: the record that every version laid out anew. One view a version, with the same names
// for the fields that we use; all others by get<offset>().
//
// Threads: plain values, valid as long as the bytes they point into.
// Not here: the other records (messages.hpp), what becomes of a definition (normaliser.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/dbn/fields.hpp"

namespace tickplant::feedhandlers::dbn {

/// Symbols of 21 characters.
struct DefinitionV1
    : RecordView<
          360, Field<16, wire::Time>, Field<24, wire::Px>, Field<32, wire::I64>, Field<40, wire::Time>,
          Field<48, wire::Time>, Field<56, wire::Px>, Field<64, wire::Px>, Field<72, wire::Px>, Field<80, wire::Px>,
          Field<88, wire::I64>, Field<96, wire::Px>, Field<104, wire::Px>, Field<112, wire::I32>, Field<116, wire::U32>,
          Field<120, wire::U32>, Field<124, wire::I32>, Field<128, wire::I32>, Field<132, wire::U32>,
          Field<136, wire::U32>, Field<140, wire::I32>, Field<144, wire::I32>, Field<148, wire::I32>,
          Field<152, wire::U32>, Field<156, wire::Reserved<4>>, Field<160, wire::I32>, Field<164, wire::I32>,
          Field<168, wire::I32>, Field<172, wire::Reserved<4>>, Field<176, wire::U16>, Field<178, wire::I16>,
          Field<180, wire::U16>, Field<182, wire::U16>, Field<184, wire::U16>, Field<186, wire::Text<4>>,
          Field<190, wire::Text<4>>, Field<194, wire::Text<6>>, Field<200, wire::Text<22>>, Field<222, wire::Text<21>>,
          Field<243, wire::Text<5>>, Field<248, wire::Text<7>>, Field<255, wire::Text<7>>, Field<262, wire::Text<7>>,
          Field<269, wire::Text<31>>, Field<300, wire::Text<21>>, Field<321, wire::Text<4>>, Field<325, wire::Code>,
          Field<326, wire::Reserved<2>>, Field<328, wire::Px>, Field<336, wire::Reserved<6>>, Field<342, wire::Code>,
          Field<343, wire::U8>, Field<344, wire::U8>, Field<345, wire::U8>, Field<346, wire::U8>, Field<347, wire::U8>,
          Field<348, wire::U8>, Field<349, wire::Code>, Field<350, wire::U8>, Field<351, wire::U8>,
          Field<352, wire::U8>, Field<353, wire::Code>, Field<354, wire::I8>, Field<355, wire::I8>,
          Field<356, wire::U8>, Field<357, wire::Reserved<3>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  ringbuf::Price min_price_increment() const noexcept { return get<24>(); }
  platform::UnixNanos expiration() const noexcept { return get<40>(); }
  std::int32_t round_lot() const noexcept { return get<148>(); }
  std::string_view currency() const noexcept { return get<186>(); }
  std::string_view raw_symbol() const noexcept { return get<200>(); }
  std::string_view security_type() const noexcept { return get<262>(); }
  char instrument_class() const noexcept { return get<325>(); }
  ringbuf::Price strike_price() const noexcept { return get<328>(); }
  char update_action() const noexcept { return get<349>(); }  // A added, M modified, D deleted
};

/// Symbols of 70 characters, the strike price among the other prices.
struct DefinitionV2
    : RecordView<
          400, Field<16, wire::Time>, Field<24, wire::Px>, Field<32, wire::I64>, Field<40, wire::Time>,
          Field<48, wire::Time>, Field<56, wire::Px>, Field<64, wire::Px>, Field<72, wire::Px>, Field<80, wire::Px>,
          Field<88, wire::I64>, Field<96, wire::Px>, Field<104, wire::Px>, Field<112, wire::Px>, Field<120, wire::I32>,
          Field<124, wire::U32>, Field<128, wire::U32>, Field<132, wire::I32>, Field<136, wire::I32>,
          Field<140, wire::U32>, Field<144, wire::U32>, Field<148, wire::I32>, Field<152, wire::I32>,
          Field<156, wire::I32>, Field<160, wire::U32>, Field<164, wire::I32>, Field<168, wire::I32>,
          Field<172, wire::I32>, Field<176, wire::U16>, Field<178, wire::I16>, Field<180, wire::U16>,
          Field<182, wire::U16>, Field<184, wire::U16>, Field<186, wire::Text<4>>, Field<190, wire::Text<4>>,
          Field<194, wire::Text<6>>, Field<200, wire::Text<71>>, Field<271, wire::Text<21>>, Field<292, wire::Text<5>>,
          Field<297, wire::Text<7>>, Field<304, wire::Text<7>>, Field<311, wire::Text<7>>, Field<318, wire::Text<31>>,
          Field<349, wire::Text<21>>, Field<370, wire::Text<4>>, Field<374, wire::Code>, Field<375, wire::Code>,
          Field<376, wire::U8>, Field<377, wire::U8>, Field<378, wire::U8>, Field<379, wire::U8>, Field<380, wire::U8>,
          Field<381, wire::U8>, Field<382, wire::Code>, Field<383, wire::U8>, Field<384, wire::U8>,
          Field<385, wire::U8>, Field<386, wire::Code>, Field<387, wire::I8>, Field<388, wire::I8>,
          Field<389, wire::U8>, Field<390, wire::Reserved<10>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  ringbuf::Price min_price_increment() const noexcept { return get<24>(); }
  platform::UnixNanos expiration() const noexcept { return get<40>(); }
  std::int32_t round_lot() const noexcept { return get<156>(); }
  std::string_view currency() const noexcept { return get<186>(); }
  std::string_view raw_symbol() const noexcept { return get<200>(); }
  std::string_view security_type() const noexcept { return get<311>(); }
  char instrument_class() const noexcept { return get<374>(); }
  ringbuf::Price strike_price() const noexcept { return get<112>(); }
  char update_action() const noexcept { return get<382>(); }
};

/// With the legs of spreads, one record a leg; without the trading reference price.
struct DefinitionV3
    : RecordView<
          520, Field<16, wire::Time>, Field<24, wire::Px>, Field<32, wire::I64>, Field<40, wire::Time>,
          Field<48, wire::Time>, Field<56, wire::Px>, Field<64, wire::Px>, Field<72, wire::Px>, Field<80, wire::I64>,
          Field<88, wire::Px>, Field<96, wire::Px>, Field<104, wire::Px>, Field<112, wire::U64>, Field<120, wire::Px>,
          Field<128, wire::Px>, Field<136, wire::I32>, Field<140, wire::U32>, Field<144, wire::I32>,
          Field<148, wire::I32>, Field<152, wire::U32>, Field<156, wire::U32>, Field<160, wire::I32>,
          Field<164, wire::I32>, Field<168, wire::I32>, Field<172, wire::U32>, Field<176, wire::I32>,
          Field<180, wire::I32>, Field<184, wire::I32>, Field<188, wire::U32>, Field<192, wire::I32>,
          Field<196, wire::I32>, Field<200, wire::I32>, Field<204, wire::I32>, Field<208, wire::U32>,
          Field<212, wire::I16>, Field<214, wire::U16>, Field<216, wire::U16>, Field<218, wire::U16>,
          Field<220, wire::U16>, Field<222, wire::U16>, Field<224, wire::Text<4>>, Field<228, wire::Text<4>>,
          Field<232, wire::Text<6>>, Field<238, wire::Text<71>>, Field<309, wire::Text<21>>, Field<330, wire::Text<5>>,
          Field<335, wire::Text<11>>, Field<346, wire::Text<7>>, Field<353, wire::Text<7>>, Field<360, wire::Text<31>>,
          Field<391, wire::Text<21>>, Field<412, wire::Text<4>>, Field<416, wire::Text<71>>, Field<487, wire::Code>,
          Field<488, wire::Code>, Field<489, wire::U8>, Field<490, wire::U8>, Field<491, wire::U8>,
          Field<492, wire::U8>, Field<493, wire::Code>, Field<494, wire::U8>, Field<495, wire::U8>,
          Field<496, wire::U8>, Field<497, wire::Code>, Field<498, wire::I8>, Field<499, wire::I8>,
          Field<500, wire::U8>, Field<501, wire::Code>, Field<502, wire::Code>, Field<503, wire::Reserved<17>>> {
  using RecordView::RecordView;
  platform::UnixNanos ts_recv() const noexcept { return get<16>(); }
  ringbuf::Price min_price_increment() const noexcept { return get<24>(); }
  platform::UnixNanos expiration() const noexcept { return get<40>(); }
  std::int32_t round_lot() const noexcept { return get<168>(); }
  std::string_view currency() const noexcept { return get<224>(); }
  std::string_view raw_symbol() const noexcept { return get<238>(); }
  std::string_view security_type() const noexcept { return get<353>(); }
  char instrument_class() const noexcept { return get<487>(); }
  ringbuf::Price strike_price() const noexcept { return get<104>(); }
  char update_action() const noexcept { return get<493>(); }
};

}  // namespace tickplant::feedhandlers::dbn
