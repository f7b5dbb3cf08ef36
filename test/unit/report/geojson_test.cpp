// The rules by which QuPath reads GeoJSON; each is one that its import has refused or dropped objects for.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>

#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;
using nlohmann::json;

namespace {

using Place = std::pair<std::int64_t, std::int64_t>;  // in hundredths of a pixel, the grid of QuPath

std::vector<Place> ring_of(const json& feature) {
  std::vector<Place> ring;
  for (const json& corner : feature["geometry"]["coordinates"][0]) {
    ring.emplace_back(std::llround(corner[0].get<double>() * 100),
                      std::llround(corner[1].get<double>() * 100));
  }
  return ring;
}

std::int64_t side(const Place& a, const Place& b, const Place& p) {
  const std::int64_t turn =
      (b.first - a.first) * (p.second - a.second) - (b.second - a.second) * (p.first - a.first);
  return turn > 0 ? 1 : turn < 0 ? -1 : 0;
}

bool within(const Place& a, const Place& b, const Place& p) {
  return std::min(a.first, b.first) <= p.first && p.first <= std::max(a.first, b.first) &&
         std::min(a.second, b.second) <= p.second && p.second <= std::max(a.second, b.second);
}

/// True where the closed segments have a point in common.
bool meet(const Place& a, const Place& b, const Place& c, const Place& d) {
  const auto ac = side(a, b, c), ad = side(a, b, d), ca = side(c, d, a), cb = side(c, d, b);
  if (ac * ad < 0 && ca * cb < 0) return true;
  return (ac == 0 && within(a, b, c)) || (ad == 0 && within(a, b, d)) || (ca == 0 && within(c, d, a)) ||
         (cb == 0 && within(c, d, b));
}

/// Positive where the ring turns from x to y; in pixels.
double area_px(const std::vector<Place>& ring) {
  std::int64_t twice = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i)
    twice += ring[i].first * ring[i + 1].second - ring[i + 1].first * ring[i].second;
  return static_cast<double>(twice) / 20000;
}

/// No two edges touch but neighbours, and those only in their corner.
bool is_simple(const std::vector<Place>& ring) {
  const std::size_t edges = ring.size() - 1;
  for (std::size_t i = 0; i < edges; ++i) {
    if (ring[i] == ring[i + 1]) return false;
    for (std::size_t j = i + 1; j < edges; ++j) {
      const bool next = j == i + 1, around = i == 0 && j == edges - 1;
      if (!next && !around && meet(ring[i], ring[i + 1], ring[j], ring[j + 1])) return false;
      if (next && side(ring[i], ring[i + 1], ring[j + 1]) == 0 && within(ring[i], ring[i + 1], ring[j + 1]))
        return false;
    }
  }
  return true;
}

/// 60 bits of the slide's digest, version 8, the variant, and 31 bits each of y and x.
std::string id_of(const SlideResult& result, std::size_t i) {
  const std::uint64_t y = static_cast<std::uint64_t>(result.cells[i].y),
                      x = static_cast<std::uint64_t>(result.cells[i].x);
  std::ostringstream place;
  place << std::hex << (std::uint64_t{1} << 63 | y << 31 | x);
  const std::string& slide = result.slide_sha256;
  return slide.substr(0, 8) + '-' + slide.substr(8, 4) + "-8" + slide.substr(12, 3) + '-' +
         place.str().substr(0, 4) + '-' + place.str().substr(4);
}

void check_feature(const json& feature) {
  static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  CHECK(feature["type"] == "Feature");
  CHECK(std::regex_match(feature["id"].get<std::string>(), kUuid));
  CHECK(feature["geometry"]["type"] == "Polygon");
  CHECK(feature["geometry"]["coordinates"].size() == 1);
  CHECK_FALSE(feature.contains("nucleusGeometry"));
  const json& properties = feature["properties"];
  CHECK(properties["objectType"] == "cell");
  CHECK(properties["classification"]["name"].is_string());
  CHECK(properties["classification"]["color"].size() == 3);
  for (const auto& [key, value] : properties["measurements"].items()) CHECK(value.is_number());
  const auto ring = ring_of(feature);
  CHECK(ring.size() >= 4);
  CHECK(ring.front() == ring.back());
  CHECK(is_simple(ring));
}

}  // namespace

TEST_CASE("the check of rings knows a bow tie, a spike and a repeated corner") {
  CHECK(is_simple({{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}));
  CHECK_FALSE(is_simple({{0, 0}, {10, 10}, {10, 0}, {0, 10}, {0, 0}}));
  CHECK_FALSE(is_simple({{0, 0}, {10, 0}, {10, 10}, {10, 0}, {0, 10}, {0, 0}}));
  CHECK_FALSE(is_simple({{0, 0}, {10, 0}, {10, 0}, {0, 10}, {0, 0}}));
}

TEST_CASE("cells.geojson keeps every rule of QuPath") {
  const SlideResult result = sample::scored();
  const json collection = json::parse(write_cells_geojson(result));
  CHECK(collection["type"] == "FeatureCollection");
  REQUIRE(collection["features"].size() == result.cells.size());
  std::set<std::string> ids;
  for (const json& feature : collection["features"]) {
    check_feature(feature);
    ids.insert(feature["id"].get<std::string>());
  }
  CHECK(ids.size() == result.cells.size());
}

TEST_CASE(
    "any outline whatever becomes a simple ring: random radii, none at all, spikes, coarse and fine pitch") {
  SlideResult result = sample::scored();
  result.cells.resize(200);
  result.graded.resize(200);
  Random random(11);
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    for (auto& radius : result.cells[i].radius) {
      radius = static_cast<std::uint8_t>(i == 0       ? 0
                                         : i % 3 == 0 ? random.below(256)
                                         : i % 3 == 1 ? 255 * random.below(2)
                                                      : random.below(4));
    }
  }
  for (const double pitch : {0.1, 0.25, 0.29, 0.31, 1.1}) {
    result.pitch = {pitch, pitch * 1.01, PitchOrigin::User};
    const json collection = json::parse(write_cells_geojson(result));
    for (const json& feature : collection["features"]) {
      CHECK(is_simple(ring_of(feature)));
      CHECK(area_px(ring_of(feature)) > 0);
    }
  }
}

TEST_CASE(
    "outlines lie at level-0 pixels around the cell, a quarter of a micrometre and a pixel's half off") {
  SlideResult result = sample::scored();
  result.cells.resize(1);
  result.graded.resize(1);
  CellRow& cell = result.cells[0];
  cell.x = 100 * 64;
  cell.y = 50 * 64;
  cell.radius.fill(8 * 8);
  const auto ring = ring_of(json::parse(write_cells_geojson(result))["features"][0]);
  CHECK(ring.size() > 12);
  CHECK(ring.size() < 32);
  for (const Place& corner : ring) {
    const double x = static_cast<double>(corner.first) / 100 - 400,
                 y = static_cast<double>(corner.second) / 100 - 200;
    CHECK(std::hypot(x, y) == Approx(32).margin(0.75));
  }
  CHECK(area_px(ring) == Approx(3.14159 * 32 * 32).epsilon(0.04));
}

TEST_CASE("corners are whole pixels of a fine scan and tenths of a coarse one") {
  SlideResult result = sample::scored();
  const auto finest = [&](double pitch) {
    result.pitch = {pitch, pitch, PitchOrigin::Header};
    std::int64_t step = 100;
    const json collection = json::parse(write_cells_geojson(result));
    for (const json& feature : collection["features"]) {
      for (const auto& [x, y] : ring_of(feature)) step = std::gcd(std::gcd(step, x), y);
    }
    return step;  // hundredths of a pixel
  };
  CHECK(finest(0.25) == 100);
  CHECK(finest(0.5) == 10);
}

TEST_CASE("a ring turns as the rays do and has the area of the whole outline") {
  SlideResult result = sample::scored();
  const json collection = json::parse(write_cells_geojson(result));
  double drawn = 0, whole = 0;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const double area = area_px(ring_of(collection["features"][i])) * sample::kPitch * sample::kPitch;
    double triangles = 0;
    for (std::size_t k = 0; k < kRays; ++k)
      triangles += result.cells[i].radius[k] / 8.0 * result.cells[i].radius[(k + 1) % kRays] / 8.0;
    const double outline = triangles / 2 * std::sin(2 * std::numbers::pi / kRays);
    CHECK(area == Approx(outline).epsilon(0.06));
    drawn += area;
    whole += outline;
  }
  CHECK(drawn == Approx(whole).epsilon(0.01));
}

TEST_CASE("where a file states two pitches, positions go back by the one of the scan, their mean") {
  SlideResult result = sample::scored();
  result.pitch = {0.2500, 0.2457, PitchOrigin::Header};
  result.cells.resize(1);
  result.graded.resize(1);
  CellRow& cell = result.cells[0];
  cell.x = 20'000 * 64;
  cell.y = 15'000 * 64;
  cell.radius.fill(8 * 8);
  const auto ring = ring_of(json::parse(write_cells_geojson(result))["features"][0]);
  const auto [left, right] = std::minmax_element(ring.begin(), ring.end());
  const auto [top, bottom] = std::minmax_element(
      ring.begin(), ring.end(), [](const Place& a, const Place& b) { return a.second < b.second; });
  const double x = static_cast<double>(left->first + right->first) / 200,
               y = static_cast<double>(top->second + bottom->second) / 200;
  CHECK(x == Approx(20'000 / 0.24785).margin(0.5));
  CHECK(y == Approx(15'000 / 0.24785).margin(0.5));
}

TEST_CASE("one feature a line, and the same ids on every run") {
  const SlideResult result = sample::scored();
  const std::string text = write_cells_geojson(result);
  std::istringstream lines(text);
  std::size_t features = 0;
  for (std::string line; std::getline(lines, line);) features += line.starts_with("{\"type\":\"Feature\",");
  CHECK(features == result.cells.size());
  CHECK(write_cells_geojson(result) == text);
  CHECK(json::parse(text)["features"][0]["id"] == id_of(result, 0));
  CHECK(json::parse(text)["features"][9]["id"] == id_of(result, 9));
  SlideResult other = result;
  other.slide_sha256 = std::string(64, 'f');
  CHECK(json::parse(write_cells_geojson(other))["features"][0]["id"] !=
        json::parse(text)["features"][0]["id"]);
}

TEST_CASE("each pattern has its class in QuPath") {
  SlideResult result = sample::scored();
  result.cells.resize(7);
  result.graded.assign(7, GradedCell{});
  for (std::size_t i = 0; i < 6; ++i) {
    result.graded[i].kind = CellKind::Tumour;
    result.graded[i].pattern = static_cast<Pattern>(i);
  }
  result.graded[6].kind = CellKind::Lymphocyte;
  const json features = json::parse(write_cells_geojson(result))["features"];
  std::vector<std::string> names;
  for (const json& feature : features) names.push_back(feature["properties"]["classification"]["name"]);
  CHECK(names == std::vector<std::string>{"Tumor: Unmeasurable", "Tumor: Negative", "Tumor: 1+",
                                          "Tumor: Moderate incomplete", "Tumor: 2+", "Tumor: 3+",
                                          "Immune cells"});
}

TEST_CASE("a slide without cells gives an empty collection") {
  CHECK(json::parse(write_cells_geojson(SlideResult{}))["features"].empty());
}
