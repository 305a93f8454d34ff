#include "config/quoting.hpp"

#include <gtest/gtest.h>

namespace tickplant::config::this_file {
namespace {

TEST(Quoting, MakesHostileTextHarmlessOnATerminal) {
  EXPECT_EQ(in_quotes("plain"), "'plain'");
  EXPECT_EQ(in_quotes("\x1b[2J\n\xff"), "'\\x1b[2J\\x0a\\xff'");
  EXPECT_EQ(in_quotes(std::string(61, 'a')), "'" + std::string(60, 'a') + "...'");
}

TEST(Quoting, QuotesAYamlScalarOnlyWhereItHasTo) {
  for (const char* text : {"demo", "/run/a", "04:00-20:00", "nic:eth0/core2", "0640", "auto"}) {
    EXPECT_EQ(yaml_scalar(text), text);
  }
  EXPECT_EQ(yaml_scalar(""), "\"\"");
  EXPECT_EQ(yaml_scalar("null"), "\"null\"");
  EXPECT_EQ(yaml_scalar("a b"), "\"a b\"");
  EXPECT_EQ(yaml_scalar("a:"), "\"a:\"");
  EXPECT_EQ(yaml_scalar("#a"), "\"#a\"");
  EXPECT_EQ(yaml_scalar("a\"\\\t"), "\"a\\\"\\\\\\x09\"");
}

TEST(Quoting, EscapesAJsonString) { EXPECT_EQ(json_string("a\"\\\n"), "\"a\\\"\\\\\\u000a\""); }

}  // namespace
}  // namespace tickplant::config::this_file
