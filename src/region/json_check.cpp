#include "region/json_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "annulet/region/regions.hpp"
#include "region/drawing.hpp"

namespace annulet::region {
namespace {

using nlohmann::json;

constexpr std::size_t kMostValues = 6 * kMostCorners;  // a corner is an array of two or three numbers

/// Others, such as QuPath's `metadata`, may come twice.
constexpr std::array<std::string_view, 7> kDecisive{"type",       "geometry",       "coordinates", "features",
                                                    "properties", "classification", "geometries"};

class Check final : public nlohmann::json_sax<json> {
 public:
  Check(std::string_view text, const std::string& file_name) : text_(text), file_name_(file_name) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto found = std::find(kDecisive.begin(), kDecisive.end(), name);
    if (found == kDecisive.end()) return value();
    const auto bit = static_cast<std::uint8_t>(1U << (found - kDecisive.begin()));
    if ((keys_.back() & bit) != 0)
      refuse(file_name_, "'" + name + "' stands twice in one object",
             "which one holds cannot be told: export again");
    keys_.back() = static_cast<std::uint8_t>(keys_.back() | bit);
    return value();
  }

  bool parse_error(std::size_t byte, const std::string& token, const json::exception& error) override {
    // The number of an exception tells its kind: 406 is a number that no double holds.
    if (error.id == 406) {
      refuse(file_name_, place_in(text_, byte) + ": the number " + token.substr(0, 40) + " is too large",
             "export the regions again");
    }
    refuse(file_name_, place_in(text_, byte) + ": this is no JSON", "export the regions again as GeoJSON");
  }

 private:
  bool open() {
    keys_.push_back(0);
    if (keys_.size() > kDeepestJson) {
      refuse(file_name_, fmt::format("objects and lists lie more than {} deep in each other", kDeepestJson),
             "this is no file of regions");
    }
    return value();
  }
  bool close() {
    keys_.pop_back();
    return true;
  }
  bool value() {
    if (++values_ > kMostValues) {
      refuse(file_name_, fmt::format("more than {} values", kMostValues),
             "export the annotations alone, without detections and cells");
    }
    return true;
  }

  std::string_view text_;
  const std::string& file_name_;
  std::vector<std::uint8_t> keys_;  // decisive keys seen, of each open object
  std::size_t values_ = 0;
};

}  // namespace

void check_json(std::string_view text, const std::string& file_name) {
  Check check(text, file_name);
  (void)json::sax_parse(text.begin(), text.end(), &check);
}

}  // namespace annulet::region
