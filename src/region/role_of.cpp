#include <algorithm>
#include <array>
#include <string>

#include "annulet/region/regions.hpp"

namespace annulet {
namespace {

/// Lower case; everything but letters and digits becomes one space, with one at each end.
std::string words_of(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') ||
                        static_cast<unsigned char>(lower) >= 0x80;
    if (letter) {
      words += lower;
    } else if (words.back() != ' ') {
      words += ' ';
    }
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

// QuPath's own classes among them; "Region*", its class for regions of interest, is to be counted.
constexpr std::array<const char*, 23> kExcluded{
    " ignore ",   " ignored ",  " exclude ",      " excluded ",   " exclusion ", " necrosis ",
    " necrotic ", " artefact ", " artifact ",     " artefacts ",  " artifacts ", " in situ ",
    " insitu ",   " dcis ",     " lcis ",         " benign ",     " normal ",    " stroma ",
    " fat ",      " adipose ",  " immune cells ", " background ", " fold "};

}  // namespace

RegionRole role_of(std::string_view class_name) {
  const std::string words = words_of(class_name);
  const auto has = [&](const char* word) { return words.find(word) != std::string::npos; };
  if (std::any_of(kExcluded.begin(), kExcluded.end(), has)) return RegionRole::Exclude;
  if (has(" control ") || has(" controls ")) return RegionRole::Control;
  return RegionRole::Include;
}

const char* name(RegionFormat format) {
  static constexpr const char* kNames[] = {"GeoJSON", "ImageScope XML", "ASAP XML"};
  return kNames[static_cast<int>(format)];
}

}  // namespace annulet
