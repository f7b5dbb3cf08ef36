// Files of regions that were made to hurt: each ends with a usage error, soon, and nothing else is opened.
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/region/regions.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string polygon(const std::string& coordinates) {
  return R"({"type":"Polygon","coordinates":)" + coordinates + "}";
}

std::string layer(const std::string& vertices) {
  return "<Annotations><Annotation Name=\"L\"><Regions><Region Type=\"0\"><Vertices>" + vertices +
         "</Vertices></Region></Regions></Annotation></Annotations>";
}

struct Hostile {
  const char* name;
  std::function<std::string()> content;
  const char* told;  // a word of the message
};

const std::vector<Hostile> kHostile{
    {"nothing", [] { return std::string(); }, "empty"},
    {"blanks", [] { return std::string(1000, ' '); }, "neither"},
    {"binary", [] { return std::string("{\0\1\2", 4); }, "no text"},
    {"a gzip file", [] { return std::string("\x1F\x8B\x08rest"); }, "compressed"},
    {"a zip file", [] { return std::string("PK\x03\x04rest"); }, "compressed"},
    {"a mark alone", [] { return std::string("\xFF\xFE"); }, "neither"},
    {"half a UTF-16 pair", [] { return std::string("\xFF\xFE\x00\xD8\x3C", 5); }, "neither"},
    {"a million lists in each other", [] { return repeated("[", 1'000'000); }, "deep"},
    {"a million closed lists", [] { return repeated("[", 1'000'000) + repeated("]", 1'000'000); }, "deep"},
    {"a million objects in each other", [] { return repeated("{\"a\":", 1'000'000); }, "deep"},
    {"ten million numbers", [] { return polygon("[[" + repeated("0,", 10'000'000) + "0]]"); }, "values"},
    {"a corner too many", [] { return polygon("[[" + repeated("[1,2],", kMostCorners + 1) + "[3,4]]]"); },
     "corners"},
    {"a region too many",
     [] {
       const std::string one = polygon("[[[1,2],[3,4],[5,7]]]");
       return "[" + repeated(one + ",", kMostRegions) + one + "]";
     },
     "regions"},
    {"64 MB and more", [] { return "[" + std::string(kMostRegionBytes, ' ') + "]"; }, "larger"},
    {"a string of 50 MB", [] { return "[\"" + std::string(50'000'000, 'a') + "\"]"; }, "type"},
    {"NaN", [] { return polygon("[[[NaN,1],[2,3],[4,5]]]"); }, "no JSON"},
    {"Infinity", [] { return polygon("[[[Infinity,1],[2,3],[4,5]]]"); }, "no JSON"},
    {"1e308", [] { return polygon("[[[1e308,1],[2,3],[4,5]]]"); }, "away"},
    {"1e999", [] { return polygon("[[[1e999,1],[2,3],[4,5]]]"); }, "too large"},
    {"nanometres", [] { return polygon("[[[13077248,1],[2,3],[4,5]]]"); }, "away"},
    {"words for numbers", [] { return polygon(R"([[["1","2"],["3","4"]]])"); }, "pair of numbers"},
    {"a corner of one number", [] { return polygon("[[[1],[2],[3]]]"); }, "pair of numbers"},
    {"rings that are none", [] { return polygon("[1,2,3]"); }, "ring"},
    {"no coordinates", [] { return std::string(R"({"type":"Polygon"})"); }, "coordinates"},
    {"coordinates that are no list", [] { return polygon("{}"); }, "coordinates"},
    {"empty rings", [] { return polygon("[[],[],[]]"); }, "none of the"},
    {"a ring of one place", [] { return polygon("[[[1,1],[1,1],[1,1],[1,1]]]"); }, "none of the"},
    {"no geometry", [] { return std::string(R"({"type":"Feature","properties":{}})"); }, "none of the"},
    {"an unknown geometry", [] { return std::string(R"({"type":"Circle","coordinates":[]})"); }, "Circle"},
    {"no type", [] { return std::string("{}"); }, "type"},
    {"a collection without features", [] { return std::string(R"({"type":"FeatureCollection"})"); },
     "features"},
    {"no regions", [] { return std::string(R"({"type":"FeatureCollection","features":[]})"); }, "no region"},
    {"coordinates twice",
     [] { return std::string(R"({"type":"Polygon","coordinates":[],"coordinates":[]})"); }, "twice"},
    {"a comma at the end", [] { return std::string(R"([{"type":"Point"},])"); }, "no JSON"},
    {"cut short", [] { return polygon("[[[1,2],[3,4"); }, "no JSON"},
    {"bytes that are no UTF-8", [] { return std::string("[\"\xC3\x28\"]"); }, "no JSON"},
    {"text after the end", [] { return polygon("[]") + "x"; }, "no JSON"},
    {"a document type", [] { return "<!DOCTYPE a>" + layer(""); }, "DOCTYPE"},
    {"an external entity",
     [] {
       return "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>" +
              layer("<Vertex X=\"&x;\" Y=\"1\"/>");
     },
     "DOCTYPE"},
    {"a billion laughs",
     [] {
       return "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b "
              "\"&a;&a;&a;&a;&a;&a;&a;&a;\">]><Annotations>&b;</Annotations>";
     },
     "DOCTYPE"},
    {"an entity that nobody declared", [] { return layer("<Vertex X=\"&x;\" Y=\"1\"/>"); }, "&x;"},
    {"a million elements in each other", [] { return repeated("<a>", 1'000'000); }, "line 1"},
    {"a million closed elements", [] { return repeated("<a>", 1'000'000) + repeated("</a>", 1'000'000); },
     "neither"},
    {"ten million elements", [] { return "<a>" + repeated("<b/>", 10'000'000) + "</a>"; }, "more tags"},
    {"ten million attributes", [] { return "<a" + repeated(" b=''", 10'000'000) + "/>"; }, "more tags"},
    {"a corner too many in XML",
     [] { return layer(repeated("<Vertex X=\"1\" Y=\"2\"/>", kMostCorners + 1)); }, "corners"},
    {"NaN in XML", [] { return layer("<Vertex X=\"nan\" Y=\"1\"/>"); }, "finite"},
    {"inf in XML", [] { return layer("<Vertex X=\"inf\" Y=\"1\"/>"); }, "finite"},
    {"1e308 in XML", [] { return layer("<Vertex X=\"1e308\" Y=\"1\"/>"); }, "away"},
    {"a hexadecimal number", [] { return layer("<Vertex X=\"0x10\" Y=\"1\"/>"); }, "0x10"},
    {"no Y", [] { return layer("<Vertex X=\"1\"/>"); }, "Y is ''"},
    {"XML of another program", [] { return std::string("<svg/>"); }, "neither"},
    {"XML without regions", [] { return layer(""); }, "none of the"},
    {"XML cut short", [] { return layer("<Vertex X=\"1\" Y=\"2\"").substr(0, 90); }, "line 1"},
    {"an order twice",
     [] {
       return std::string(
           "<ASAP_Annotations><Annotations><Annotation Type=\"Polygon\"><Coordinates><Coordinate Order=\"1\" "
           "X=\"1\" "
           "Y=\"1\"/><Coordinate Order=\"1\" X=\"2\" "
           "Y=\"2\"/></Coordinates></Annotation></Annotations></ASAP_Annotations>");
     },
     "Order"},
    {"an order that is none",
     [] {
       return std::string(
           "<ASAP_Annotations><Annotations><Annotation Type=\"Polygon\"><Coordinates><Coordinate "
           "Order=\"nan\" "
           "X=\"1\" Y=\"1\"/></Coordinates></Annotation></Annotations></ASAP_Annotations>");
     },
     "Order"},
};

}  // namespace

TEST_CASE("a hostile file of regions is a usage error that says why") {
  for (const Hostile& hostile : kHostile) {
    INFO(hostile.name);
    try {
      (void)parse_regions(hostile.content(), "case");
      FAIL_CHECK("was read");
    } catch (const Error& error) {
      const std::string what = error.what();
      INFO(what);
      CHECK(error.code() == Code::Usage);
      CHECK(what.find(hostile.told) != std::string::npos);
      CHECK(what.size() < 400);
    }
  }
}

TEST_CASE("every truncation of a sample is refused or gives fewer regions, never a crash") {
  for (const char* file : {"qupath.geojson", "imagescope.xml", "asap.xml"}) {
    std::ifstream in(std::string(ANNULET_SOURCE_DIR) + "/samples/regions/her2-2plus." + file);
    const std::string whole((std::istreambuf_iterator<char>(in)), {});
    REQUIRE(whole.size() > 500);
    const std::size_t closed = whole.find_last_not_of(" \r\n") + 1;
    for (std::size_t length = 0; length < closed; ++length)
      CHECK_THROWS_AS(parse_regions(whole.substr(0, length), file), Error);
  }
}

TEST_CASE("what is no file of regions is refused before it is read") {
  const auto refused = [](const fs::path& path) {
    try {
      (void)read_regions(path);
    } catch (const Error& error) {
      return error.code() == Code::Usage;
    }
    return false;
  };
  CHECK(refused(fs::temp_directory_path()));
  CHECK(refused("/dev/zero"));
  CHECK(refused("no-such-file.geojson"));
  const fs::path huge = fs::temp_directory_path() / "annulet_huge_regions.geojson";
  std::ofstream(huge) << "[";
  fs::resize_file(huge, std::uintmax_t{1} << 34);  // a hole
  CHECK(refused(huge));
  fs::remove(huge);
}
