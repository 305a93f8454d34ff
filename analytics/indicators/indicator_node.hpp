// One step of the graph of indicators, and the pool that makes each of them once.
//
// During update() a node sees the bar, what nodes before it computed from it, and the series as they were before it:
// series take the bar in when all nodes have run.
//
// Threads: made at set-up, then shared by all; a state has one owner.
// Not here: which function needs which nodes (indicator_factory.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "analytics/bar.hpp"
#include "analytics/indicators/lane_state.hpp"
#include "analytics/indicators/lanes.hpp"

namespace tickplant::analytics {

using DoubleField = LaneField<double>;

/// One bar of a block, on its way through the nodes.
struct BlockStep {
  BlockStep(std::byte* state_of_block, const BarBlock& bars_of_block) noexcept
      : state(state_of_block), bars(bars_of_block) {}

  std::byte* state;
  const BarBlock& bars;
  std::int64_t fewest = 0;  // bars, this one included, of the youngest lane that has one
  Longs active[kPairs];     // all bits set: the lane has a bar
  Longs count[kPairs];      // bars of the lane, this one included
  Doubles high[kPairs], low[kPairs], close[kPairs];
  Doubles scale[kPairs];  // price units in one unit of the currency

  /// Lanes without a bar keep what they have.
  void put(Doubles* field, std::size_t pair, Doubles value) const noexcept {
    field[pair] = active[pair] ? value : field[pair];
  }
};

class IndicatorNode {
 public:
  IndicatorNode() = default;
  IndicatorNode(const IndicatorNode&) = delete;
  IndicatorNode& operator=(const IndicatorNode&) = delete;
  virtual ~IndicatorNode() = default;
  /// Asks for the node's part of the state; again after other functions asked for more of this node.
  virtual void place(StateLayout& layout) = 0;
  /// Before any node is updated.
  virtual void prepare(const BlockStep&) const noexcept {}
  virtual void update(const BlockStep& step) const noexcept = 0;
};

/// Nodes in the order in which they run. A node asks for those it builds on in its constructor, so they come before it.
class NodePool {
 public:
  /// The node of that kind with these parameters: the same one for all who ask.
  template <class Node, class... Parameters>
  Node& get(Parameters... parameters) {
    std::vector<std::int64_t> key{static_cast<std::int64_t>(parameters)...};
    std::vector<Entry>& entries = Node::kIsSeries ? series_ : nodes_;
    for (const Entry& entry : entries) {
      if (entry.kind == Node::kKind && entry.parameters == key) return static_cast<Node&>(*entry.node);
    }
    auto node = std::make_unique<Node>(*this, parameters...);
    Node& made = *node;
    entries.push_back({Node::kKind, std::move(key), std::move(node)});
    return made;
  }

  void place(StateLayout& layout) {
    for (const Entry& entry : nodes_) entry.node->place(layout);
    for (const Entry& entry : series_) entry.node->place(layout);
  }
  void update(const BlockStep& step) const noexcept {
    for (const Entry& entry : series_) entry.node->prepare(step);
    for (const Entry& entry : nodes_) entry.node->update(step);
    for (const Entry& entry : series_) entry.node->update(step);
  }

 private:
  struct Entry {
    std::string_view kind;
    std::vector<std::int64_t> parameters;
    std::unique_ptr<IndicatorNode> node;
  };
  std::vector<Entry> nodes_, series_;
};

/// What the factory makes is a node of one of these two sorts.
class ComputingNode : public IndicatorNode {
 public:
  static constexpr bool kIsSeries = false;
};
class SeriesNode : public IndicatorNode {
 public:
  static constexpr bool kIsSeries = true;
};

}  // namespace tickplant::analytics
