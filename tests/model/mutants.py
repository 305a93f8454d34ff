"""The mutants of the rings: one change of one header each, and the model that must catch it.

A mutant is (name, header, text, replacement, model). The text occurs exactly once in the header: when the header changes
the table changes with it. Orders and checks that no model can miss are not here: README.md lists them, with the reason.

run applies them; `python3 tests/model/mutants.py` only checks that every text is still there.
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

WRITER = "ringbuf/broadcast_writer.hpp"
READER = "ringbuf/broadcast_reader.hpp"
ENTRY = "ringbuf/stamped_entry.hpp"
SPSC = "ringbuf/spsc_queue.hpp"
MPMC = "ringbuf/mpmc_queue.hpp"
TEXT = "ringbuf/text_segment.hpp"
SHARED = "ringbuf/shared_broadcast_writer.hpp"
GATING = "ringbuf/gating.hpp"

RELEASE, ACQUIRE, IN_ONE_ORDER, RELAXED = (
    "std::memory_order_" + order for order in ("release", "acquire", "seq_cst", "relaxed"))


def weaker(name, header, text, model):
    """The one order in `text` becomes relaxed."""
    order = next(order for order in (RELEASE, ACQUIRE, IN_ONE_ORDER) if order in text)
    assert text.count(order) == 1, name
    return name, header, text, text.replace(order, RELAXED), model


MUTANTS = [
    # --- broadcast ring: orders ---
    weaker("W1 relaxed", WRITER, "slot.word[i].store(word, std::memory_order_release);", "broadcast_1x2"),
    weaker("W2 relaxed", WRITER, "slot.stamp.store(ready(sequence), std::memory_order_release);", "broadcast_1x2"),
    weaker("W3 relaxed", WRITER, "control_->published.store(sequence_, std::memory_order_release);", "broadcast_1x2"),
    weaker("W4 relaxed", WRITER, "control_->image_complete_through.store(sequence_, std::memory_order_release);",
           "join_1x2"),
    weaker("R1 relaxed", READER, "slot.stamp.load(std::memory_order_acquire);", "broadcast_1x2"),
    weaker("R2 relaxed", READER, "slot.word[i].load(std::memory_order_acquire);", "broadcast_1x2"),
    weaker("R3 relaxed", READER, "control_->published.load(std::memory_order_acquire)", "broadcast_1x2"),
    weaker("R4 relaxed", READER, "control_->image_complete_through.load(std::memory_order_acquire)", "join_1x2"),
    # --- broadcast ring: checks ---
    ("a slot is not marked as being written", WRITER,
     "slot.stamp.store(writing(sequence), std::memory_order_relaxed);", "", "broadcast_1x2"),
    ("the stamp is ready before the words", WRITER,
     "slot.stamp.store(writing(sequence), std::memory_order_relaxed);",
     "slot.stamp.store(ready(sequence), std::memory_order_relaxed);", "broadcast_1x2"),
    ("no second look at the stamp", READER, "if (again != stamp) return overrun(again & ~kWritingBit);", "",
     "broadcast_1x2"),
    ("the second look counts the writing mark", READER, "return overrun(again & ~kWritingBit);",
     "return overrun(again);", "broadcast_1x2"),
    ("any stamp is taken for ours", READER, "if (stamp != ready(next_)) return empty_or_overrun(stamp);",
     "if ((stamp & kWritingBit) != 0 || stamp == 0) return empty_or_overrun(stamp);", "broadcast_1x2"),
    ("a lap is never noticed", READER, "if (found > next_) return overrun(found);", "", "broadcast_1x2"),
    ("our own slot being written is a lap", READER, "if (found > next_) return overrun(found);",
     "if (found >= next_) return overrun(found);", "broadcast_1x2"),
    ("before the ring's life is not yet", READER,
     "if (found == 0 && next_ < first_sequence().value) return overrun(first_sequence().value);", "", "broadcast_1x2"),
    ("first_sequence is never set", WRITER,
     "control_->first_sequence.store(sequence_ + 1, std::memory_order_relaxed);", "", "broadcast_1x2"),
    ("resumes before the ring's life", READER,
     "std::max(newest + 1 - std::min(newest, half), first_sequence().value)", "newest + 1 - std::min(newest, half)",
     "broadcast_1x2"),
    ("resumes half a ring too late", READER, "newest + 1 - std::min(newest, half)", "newest + 1", "broadcast_1x2"),
    ("what is being written counts as complete", READER, "std::max(published().value, found - 1)",
     "std::max(published().value, found)", "broadcast_1x2"),
    ("the first record kept is told as lost", READER, "lost_ = {next_, resume - 1};", "lost_ = {next_, resume};",
     "broadcast_1x2"),
    ("after a loss the reader stays", READER, "next_ = resume;", "", "broadcast_1x2"),
    ("a record is read again", READER, "++next_;", "", "broadcast_1x2"),
    # --- table ---
    weaker("W5 relaxed", ENTRY, "word[offset / 8 - 1 + i].store(value, std::memory_order_release);", "table_1x2"),
    weaker("W6 relaxed", ENTRY, "stamp.store(ready(sequence.value), std::memory_order_release);", "table_1x2"),
    weaker("R5 relaxed", ENTRY, "words[0] = stamp.load(std::memory_order_acquire);", "table_1x2"),
    weaker("R6 relaxed", ENTRY, "word[i].load(std::memory_order_acquire);", "table_1x2"),
    ("an entry is not marked as being written", ENTRY,
     "stamp.store(writing(sequence.value), std::memory_order_relaxed);", "", "table_1x2"),
    ("no second look at the entry", ENTRY, "if (stamp.load(std::memory_order_relaxed) != words[0]) continue;", "",
     "table_1x2"),
    ("the writing mark is ignored", ENTRY, "if ((words[0] & kWritingBit) != 0) {", "if (false) {", "table_1x2"),
    ("an entry never written has a value", ENTRY, "if (words[0] == 0) return TableRead::never;", "", "table_1x2"),
    ("a dead writer's entry is tried for ever", ENTRY, "attempt < kReadAttempts", "true", "table_1x2"),
    # --- SPSC queue ---
    weaker("Q1 relaxed", SPSC, "control_->tail.store(tail_, std::memory_order_release);", "spsc_1x1"),
    weaker("Q2 relaxed", SPSC, "head_ = control_->head.load(std::memory_order_acquire);", "spsc_1x1"),
    weaker("Q2 relaxed for a successor", SPSC, "head_(control.head.load(std::memory_order_acquire))", "spsc_1x1"),
    weaker("Q3 relaxed", SPSC, "tail_ = control_->tail.load(std::memory_order_acquire);", "spsc_1x1"),
    weaker("Q3 relaxed for a successor", SPSC, "tail_(control.tail.load(std::memory_order_acquire))", "spsc_1x1"),
    weaker("Q4 relaxed", SPSC, "control_->head.store(head_, std::memory_order_release);", "spsc_1x1"),
    ("a full queue takes one more", SPSC, "if (room(1) == 0) return PushResult::full;", "", "spsc_1x1"),
    ("an empty queue gives one", SPSC, "if (waiting(1) == 0) return PopResult::empty;", "", "spsc_1x1"),
    ("a batch may exceed the room", SPSC, "std::min<std::size_t>(values.size(), room(values.size()))", "values.size()",
     "spsc_batch_1x1"),
    ("a batch may exceed what waits", SPSC, "std::min<std::size_t>(out.size(), waiting(out.size()))",
     "std::min<std::size_t>(out.size(), waiting(out.size()) + 1)", "spsc_batch_1x1"),
    ("the tail passes before the elements", SPSC, "cells_[tail_ & mask_] = value;\n    publish(1);",
     "publish(1);\n    cells_[(tail_ - 1) & mask_] = value;", "spsc_1x1"),
    ("a cell is free before it was read", SPSC, "out = cells_[head_ & mask_];\n    release(1);",
     "release(1);\n    out = cells_[(head_ - 1) & mask_];", "spsc_1x1"),
    # --- MPMC queue ---
    weaker("Q5 relaxed", MPMC, "cell.turn.load(std::memory_order_acquire);  // Q5 <- Q8", "mpmc_2x2"),
    weaker("Q6 relaxed", MPMC, "cell.turn.store(holds(position), std::memory_order_release);", "mpmc_2x2"),
    weaker("Q7 relaxed", MPMC, "cell.turn.load(std::memory_order_acquire);  // Q7 <- Q6", "mpmc_2x2"),
    weaker("Q8 relaxed", MPMC, "// Q8 -> Q5: whoever sees the cell free may overwrite it; our read is done.\n"
           "        cell.turn.store(free_for(position + mask_ + 1), std::memory_order_release);", "mpmc_2x2"),
    ("two producers may claim one position", MPMC,
     "if (!control_->tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;",
     "control_->tail.store(position + 1, std::memory_order_relaxed);", "mpmc_2x2"),
    ("two consumers may claim one position", MPMC,
     "if (!control_->head.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;",
     "control_->head.store(position + 1, std::memory_order_relaxed);", "mpmc_2x2"),
    ("a failed claim goes on", MPMC,
     "if (!control_->tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) continue;",
     "(void)control_->tail.compare_exchange_weak(position, position + 1, std::memory_order_relaxed);", "mpmc_2x2"),
    ("full is not noticed", MPMC, "if (turn < free_for(position)) return PushResult::full;", "", "mpmc_2x2"),
    ("a cell that holds an element is free", MPMC, "if (turn == free_for(position)) {",
     "if (turn <= holds(position)) {", "mpmc_2x2"),
    ("a cell not yet committed is popped", MPMC, "if (turn == holds(position) || turn == passed_over(position)) {",
     "if (turn >= free_for(position)) {", "mpmc_2x2"),
    ("a hole is handed over as an element", MPMC, "if (turn == holds(position)) return PopResult::ok;",
     "return PopResult::ok;", "mpmc_2x2"),
    ("holes are not passed over", MPMC, "if (turn == holds(position) || turn == passed_over(position)) {",
     "if (turn == holds(position)) {", "mpmc_2x2"),
    # --- text ---
    weaker("W11 relaxed", TEXT, "word_at(begin + at).store(word, std::memory_order_release);", "text_1x2"),
    weaker("W12 relaxed", TEXT, "control_->published_through.store(head_, std::memory_order_release);  // W12\n"
           "    return", "text_1x2"),
    weaker("R11 relaxed", TEXT, "word_at(reference.offset + at).load(std::memory_order_acquire);", "text_1x2"),
    weaker("R12 relaxed", TEXT, "control_->published_through.load(std::memory_order_acquire);", "text_1x2"),
    ("no look at what is reserved by now", TEXT,
     "if (reserved - reference.offset <= capacity_bytes) return TextRead::value;", "return TextRead::value;",
     "text_1x2"),
    ("a place is not reserved", TEXT, "control_->reserved_through.store(head_, std::memory_order_relaxed);", "",
     "text_1x2"),
    ("what is not published is read", TEXT,
     "reference.offset > published ||\n        padded_text_bytes(reference.bytes) > published - reference.offset) {",
     "false) {", "text_1x2"),
    # --- several writers ---
    weaker("several writers: W1 relaxed", WRITER, "slot.word[i].store(word, std::memory_order_release);",
           "shared_2x1"),
    weaker("several writers: W2 relaxed", WRITER, "slot.stamp.store(ready(sequence), std::memory_order_release);",
           "shared_2x1"),
    ("S1 relaxed", SHARED, "control_->claimed.fetch_add(1, std::memory_order_seq_cst)",
     "control_->claimed.fetch_add(1, std::memory_order_relaxed)", "shared_2x1"),
    weaker("S2 relaxed", SHARED, "control_->claimed.load(std::memory_order_seq_cst);  // S2", "shared_2x1"),
    weaker("S4 relaxed", SHARED, "floor_->store(kNoFloor, std::memory_order_seq_cst);", "shared_2x1"),
    ("S4 in no common order", SHARED, "floor_->store(kNoFloor, std::memory_order_seq_cst);",
     "floor_->store(kNoFloor, std::memory_order_release);", "shared_2x1"),
    weaker("S5 relaxed", SHARED, "line.value.load(std::memory_order_seq_cst);  // S5", "shared_2x1"),
    ("several writers: W3 and W4 relaxed", SHARED,
     "value.compare_exchange_weak(found, to, std::memory_order_release)",
     "value.compare_exchange_weak(found, to, std::memory_order_relaxed)", "shared_2x1"),
    ("several writers: a slot is not marked as being written", WRITER,
     "slot.stamp.store(writing(sequence), std::memory_order_relaxed);", "", "shared_2x1"),
    ("nobody waits for the lap before", SHARED, "slot.stamp.load(std::memory_order_acquire) != before", "false",
     "shared_lap_2_bounded"),
    ("floors are not looked at", SHARED, "if (floor != kNoFloor) complete = std::min(complete, floor - 1);", "",
     "shared_2x1"),
    ("the floor is one too high", SHARED, "complete = std::min(complete, floor - 1)",
     "complete = std::min(complete, floor)", "shared_2x1"),
    ("what is complete may go back", SHARED, "while (found < to && ", "while (found != to && ", "shared_2x1"),
    # --- lossless readers ---
    ("the gate does not look at readers", GATING, "if (next != kNotGating) slowest = std::min(slowest, next);", "",
     "gate_1x1"),
    ("the gate leaves one more", GATING, "const std::uint64_t unread = last.value + 1 - slowest;",
     "const std::uint64_t unread = last.value + 1 - slowest - (last.value + 1 != slowest);", "gate_1x1"),
]


def mutated(mutant, root=ROOT):
    """The text of the mutant's header. Raises ValueError when what it changes is not there, or not once."""
    name, header, text, replacement, _ = mutant
    source = (root / header).read_text()
    count = source.count(text)
    if count != 1:
        raise ValueError(f"{header} has the text of mutant '{name}' {count} times, not once: "
                         f"the header has changed, change the table")
    return source.replace(text, replacement)


def main():
    missing = 0
    for mutant in MUTANTS:
        try:
            mutated(mutant)
        except ValueError as error:
            print(error)
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
