// The gating page in a model: its lines, and undo slots without content, which no model of a ring looks at. A thousand
// atomics less to set up in every schedule.
//
// Threads: none of its own.
#pragma once

#include "tests/model/rings/relacy_atomic.hpp"
//
#include "ringbuf/gating_layout.hpp"

template <>
struct tickplant::ringbuf::UndoSlot<tickplant::model::RelacyAtomic> {};
