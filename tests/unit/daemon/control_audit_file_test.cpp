#include "daemon/control/audit_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

AuditEntry entry(std::string call) {
  AuditEntry out;
  out.time = {1'790'000'000'123'456'789};
  out.request = "abc-1";
  out.uid = 1000;
  out.pid = 4711;
  out.process = "python3";
  out.client = "my-tool";
  out.role = "admin";
  out.call = std::move(call);
  out.arguments = {{"name", "nasdaq"}};
  out.outcome = "done";
  return out;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(AuditFile, ALineSaysWhoDidWhatAndWhatBecameOfIt) {
  const auto json = nlohmann::json::parse(json_of(entry("feed")));
  EXPECT_EQ(json["time"], "2026-09-21T14:13:20.123456789Z");
  EXPECT_EQ(json["request"], "abc-1");
  EXPECT_EQ(json["uid"], 1000);
  EXPECT_EQ(json["pid"], 4711);
  EXPECT_EQ(json["process"], "python3");
  EXPECT_EQ(json["client"], "my-tool");
  EXPECT_EQ(json["call"], "feed");
  EXPECT_EQ(json["arguments"]["name"], "nasdaq");
  EXPECT_EQ(json["outcome"], "done");
  EXPECT_FALSE(json.contains("reason"));
}

TEST(AuditFile, WhateverBytesAClientSendsALineIsJson) {
  AuditEntry strange = entry("a\"b\\c\nd\x01\x7f");
  strange.client = "\xff\xc3 \xe2\x82 \xc0\x80";
  strange.reason = "caf\xc3\xa9 \xf0\x9f\x98\x80";
  strange.arguments = {{"\"", "}"}};
  for (int byte = 1; byte < 256; ++byte) strange.process += static_cast<char>(byte);
  const std::string line = json_of(strange);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["call"], "a\"b\\c\nd\x01\x7f");
  EXPECT_EQ(json["reason"], "caf\xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(json["arguments"]["\""], "}");
}

TEST(AuditFile, GoesOnBehindWhatThereIsAndBehindALineThatWasCut) {
  const tests::TempDirectory folder;
  const std::filesystem::path path = folder.path() / AuditFile::kName;
  ASSERT_TRUE(AuditFile(folder.path()).append(entry("one")));
  ASSERT_TRUE(AuditFile(folder.path()).append(entry("two")));
  std::ofstream(path, std::ios::app) << "{\"cut";
  ASSERT_TRUE(AuditFile(folder.path()).append(entry("three")));
  const std::vector<std::string> lines = lines_of(path);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[2], "{\"cut");
  EXPECT_EQ(nlohmann::json::parse(lines[3])["call"], "three");
}

TEST(AuditFile, TurnsOverAtItsSizeAndKeepsEight) {
  const tests::TempDirectory folder;
  const std::size_t line_bytes = json_of(entry("000")).size() + 1;
  AuditFile file(folder.path(), line_bytes * 3);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(file.append(entry(std::to_string(100 + i))));
  std::vector<std::string> calls;
  for (int number = AuditFile::kFiles - 1; number >= 0; --number) {
    const std::string name = AuditFile::kName + (number == 0 ? std::string() : '.' + std::to_string(number));
    const std::vector<std::string> lines = lines_of(folder.path() / name);
    EXPECT_EQ(lines.size(), 3u) << name;
    for (const std::string& line : lines) calls.push_back(nlohmann::json::parse(line)["call"]);
  }
  ASSERT_EQ(calls.size(), 24u);
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i], std::to_string(136 + i)) << "none missing";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), AuditFile::kFiles);
}

TEST(AuditFile, SaysWhyItCannotBeWrittenAndTriesAgain) {
  const tests::TempDirectory folder;
  std::ofstream(folder.path() / "state") << "in the way";
  AuditFile file(folder.path() / "state");
  EXPECT_FALSE(file.append(entry("lost")));
  EXPECT_NE(file.problem().find("state/audit.jsonl"), std::string::npos);
  std::filesystem::remove(folder.path() / "state");
  EXPECT_TRUE(file.append(entry("kept")));
  EXPECT_EQ(lines_of(folder.path() / "state" / AuditFile::kName).size(), 1u);
}

TEST(AuditFile, WithoutAFolderKeepsNothing) { EXPECT_TRUE(AuditFile("").append(entry("x"))); }

}  // namespace
}  // namespace tickplant::daemon::this_file
