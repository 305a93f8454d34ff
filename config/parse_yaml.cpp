#include "config/parse_yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <tuple>
#include <utility>

#include "config/quoting.hpp"

namespace tickplant::config {

namespace {

std::uint32_t one_based(int position) { return static_cast<std::uint32_t>(std::max(position, 0)) + 1; }

/// Builds the tree from the parser's events: its nodes would have dropped repeated keys already. Refuses what a config
/// has no use for and an attacker has: anchors, aliases (a few lines can stand for gigabytes), tags, depth.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file_name, std::vector<Violation>& violations)
      : file_name_(file_name), violations_(violations) {}

  [[nodiscard]] YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (has_document_) stop(mark, "a second document starts here", "keep one document: remove the `---` between them");
    has_document_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, YamlNode::Kind::null, "", anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(mark, "aliases (*name) are not supported", "write the value out");
    leaf(mark, YamlNode::Kind::refused, "", 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    leaf(mark, YamlNode::Kind::scalar, tag, anchor).text = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::sequence, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::map, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  /// Thrown to leave the parser; the violation is recorded.
  struct Stop {};

 private:
  void report(const YAML::Mark& mark, std::string message, std::string remedy) {
    if (violations_.size() >= kMaxViolations) throw Stop{};
    violations_.push_back(
        {file_name_, one_based(mark.line), one_based(mark.column), "", std::move(message), std::move(remedy)});
  }
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string remedy) {
    report(mark, std::move(message), std::move(remedy));
    throw Stop{};
  }

  /// yaml-cpp's tags: "?" plain, "!" in quotes, "" none; anything else was written in the file.
  YamlNode make(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag, YAML::anchor_t anchor) {
    YamlNode node;
    node.kind = kind;
    node.is_quoted = tag == "!";
    node.line = one_based(mark.line);
    node.column = one_based(mark.column);
    if (anchor != 0)
      report(mark, "anchors (&name) are not supported", "remove it and write the value out where it is used");
    if (!tag.empty() && tag != "?" && tag != "!") report(mark, "tags (!name) are not supported", "remove it");
    if (anchor != 0 || (!tag.empty() && tag != "?" && tag != "!")) node.kind = YamlNode::Kind::refused;
    return node;
  }
  YamlNode& leaf(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag, YAML::anchor_t anchor) {
    return place(make(mark, kind, tag, anchor));
  }
  void open(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag, YAML::anchor_t anchor) {
    if (open_.size() >= kMaxConfigDepth) {
      stop(mark, "more than " + std::to_string(kMaxConfigDepth) + " sections inside each other", "a config needs five");
    }
    open_.push_back(make(mark, kind, tag, anchor));
  }
  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    place(std::move(node));
  }
  YamlNode& place(YamlNode node) {
    if (open_.empty()) return root_ = std::move(node);
    return open_.back().children.emplace_back(std::move(node));
  }

  const std::string& file_name_;
  std::vector<Violation>& violations_;
  YamlNode root_;
  std::vector<YamlNode> open_;  // maps and sequences that have not ended, outermost first
  bool has_document_ = false;
};

}  // namespace

std::optional<YamlNode> parse_yaml(std::string_view yaml, const std::string& file_name,
                                   std::vector<Violation>& violations, std::size_t bytes_max) {
  if (yaml.size() > bytes_max) {
    violations.push_back({file_name, 1, 1, "", "the file is larger than " + std::to_string(bytes_max / 1024) + " KiB",
                          "name a config file; the samples are a few KiB"});
    return std::nullopt;
  }
  TreeBuilder builder(file_name, violations);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take_root();
  } catch (const TreeBuilder::Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    violations.push_back({file_name, one_based(error.mark.line), one_based(error.mark.column), "",
                          "not valid YAML: " + printable(error.msg),
                          "check indentation, quotes, colons and brackets around this place"});
    return std::nullopt;
  }
}

std::string read_yaml_file(const std::string& path, const std::string& what, const std::string& remedy,
                           std::size_t bytes_max) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string yaml(bytes_max + 1, '\0');
  if (!file || file.read(yaml.data(), static_cast<std::streamsize>(yaml.size())).bad()) {
    throw platform::SetupError(platform::with_errno("cannot read " + what + ' ' + path, errno), remedy);
  }
  yaml.resize(static_cast<std::size_t>(file.gcount()));
  return yaml;
}

void sort_by_place(std::vector<Violation>& violations) {
  const auto reading_order = [](const Violation& v) { return std::tuple(v.line == 0, v.line, v.column); };
  std::stable_sort(violations.begin(), violations.end(),
                   [&](const Violation& a, const Violation& b) { return reading_order(a) < reading_order(b); });
}

}  // namespace tickplant::config
