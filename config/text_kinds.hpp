// The kinds of text a key can hold: names, folders, zones, addresses. Each says what it accepts, for people and for
// code.
//
// Threads: any; constants.
// Not here: whether the thing named exists. That is found out by whoever opens it, with an error of its own.
#pragma once

#include <string_view>

#include "config/value_types.hpp"

namespace tickplant::config {

/// Plant: letters, digits, '_', '-', a letter or digit first. Entry: lower-case letters, digits, '_', a letter first,
/// so that it can be a part of a segment's file name and, in capitals, of a variable's name.
[[nodiscard]] bool is_plant_name(std::string_view text);
[[nodiscard]] bool is_entry_name(std::string_view text);

[[nodiscard]] bool is_absolute_path(std::string_view text);
[[nodiscard]] bool is_path(std::string_view text);
[[nodiscard]] bool is_group_name(std::string_view text);  // or empty
[[nodiscard]] bool is_time_zone(std::string_view text);   // the form of an IANA name
[[nodiscard]] bool is_mic(std::string_view text);
[[nodiscard]] bool is_multicast_group(std::string_view text);  // IPv4 in 224.0.0.0/4
[[nodiscard]] bool is_unicast_address(std::string_view text);  // IPv4, of one host
[[nodiscard]] bool is_host(std::string_view text);             // IPv4, or the form of a name
[[nodiscard]] bool is_soup_username(std::string_view text);    // or empty
[[nodiscard]] bool is_soup_session(std::string_view text);     // or empty
[[nodiscard]] bool is_interface(std::string_view text);        // a name, an IPv4 address or auto
[[nodiscard]] bool is_core_name(std::string_view text);   // the form; platform/cpu_topology.hpp knows which there are
[[nodiscard]] bool is_stage_name(std::string_view text);  // see kStageName

inline constexpr Text kPlantName{"a name of 1 to 31 letters, digits, _ or -", is_plant_name};
inline constexpr std::string_view kEntryNameForm =
    "a name of 1 to 31 lower-case letters, digits or _ that starts with a letter";
inline constexpr Text kEntryName{kEntryNameForm, is_entry_name};
inline constexpr Text kFolder{"the absolute path of a folder", is_absolute_path};
inline constexpr Text kFolderOrAuto{"the absolute path of a folder, or auto",
                                    [](std::string_view text) { return text == "auto" || is_absolute_path(text); }};
inline constexpr Text kFolderOrNone{"the absolute path of a folder, or none",
                                    [](std::string_view text) { return text == "none" || is_absolute_path(text); }};
inline constexpr Text kFile{"the path of a file", is_path};
inline constexpr Text kGroupName{"a group's name", is_group_name};
inline constexpr Text kTimeZone{"an IANA time zone such as America/New_York", is_time_zone};
inline constexpr Text kTimeZoneOrAuto{"an IANA time zone such as America/New_York, or auto",
                                      [](std::string_view text) { return text == "auto" || is_time_zone(text); }};
inline constexpr Text kMic{"a MIC: four capital letters or digits", is_mic};
inline constexpr Text kMulticastGroup{"a multicast address from 224.0.0.0 to 239.255.255.255", is_multicast_group};
inline constexpr Text kUnicastAddress{"the IPv4 address of a host", is_unicast_address};
inline constexpr Text kHost{"the IPv4 address or the name of a host", is_host};
inline constexpr Text kUsername{"at most 6 letters or digits", is_soup_username};
inline constexpr Text kSessionName{"at most 10 letters or digits", is_soup_session};
inline constexpr Text kInterface{"an interface's name, its IPv4 address, or auto", is_interface};
inline constexpr Text kCoreName{
    "a core (package0/core3, package0/core3/thread1, node1/core2, nic:eth0/core2 or cpu5) or any", is_core_name};
inline constexpr Text kAlertsFile{"the path of a file of alert rules or none", is_path};
inline constexpr Text kAnalyticsFile{"the path of an analytics file, auto or none", is_path};
inline constexpr Text kFolderAutoOrNone{"the absolute path of a folder, auto or none", [](std::string_view text) {
                                          return text == "auto" || text == "none" || is_absolute_path(text);
                                        }};
inline constexpr Text kStageName{
    "a stage: feed.<name of a feed>, capture.<name of a feed>, recorder, analytics, analytics.<number>, "
    "sequencer, alerts or journal",
    is_stage_name};

}  // namespace tickplant::config
