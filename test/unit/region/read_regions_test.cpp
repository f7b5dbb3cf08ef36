// Files as QuPath, ImageScope, HALO and ASAP write them.
#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/region/regions.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

std::vector<Region> parsed(std::string_view text) {
  return parse_regions(text, "test").regions;
}

std::string square(double x, double y, double side) {
  const auto corner = [](double a, double b) {
    return "[" + std::to_string(a) + "," + std::to_string(b) + "]";
  };
  return "[" + corner(x, y) + "," + corner(x + side, y) + "," + corner(x + side, y + side) + "," +
         corner(x, y + side) + "," + corner(x, y) + "]";
}

std::string feature(const std::string& geometry, const std::string& properties) {
  return R"({"type":"Feature","geometry":)" + geometry + R"(,"properties":)" + properties + "}";
}

std::string polygon(const std::string& rings) {
  return R"({"type":"Polygon","coordinates":[)" + rings + "]}";
}

const char* const kClassTumour =
    R"({"objectType":"annotation","classification":{"name":"Tumor","color":[200,0,0]}})";

std::string imagescope(const std::string& layer, const std::string& regions) {
  return R"(<Annotations MicronsPerPixel="0.5"><Annotation Id="1" Name=")" + layer +
         R"(" Visible="1" LineColor="65280"><Regions>)" + regions + "</Regions></Annotation></Annotations>";
}

std::string vertices(const std::string& attributes, const std::string& corners) {
  return "<Region Id=\"1\" " + attributes + "><Vertices>" + corners + "</Vertices></Region>";
}

const std::string kTriangle =
    R"(<Vertex X="0" Y="0" Z="0"/><Vertex X="100" Y="0"/><Vertex X="100" Y="80.5"/>)";
const std::string kInnerTriangle = R"(<Vertex X="60" Y="10"/><Vertex X="90" Y="10"/><Vertex X="90" Y="30"/>)";

}  // namespace

TEST_CASE("the samples of the three formats give the same square to count and the same part to leave out") {
  const std::string folder = std::string(ANNULET_SOURCE_DIR) + "/samples/regions/her2-2plus.";
  for (const char* file : {"qupath.geojson", "imagescope.xml", "asap.xml"}) {
    INFO(file);
    const RegionFile read = read_regions(folder + file);
    CHECK(read.file_name == std::string("her2-2plus.") + file);
    CHECK(read.digest == sha256_of_file(folder + file));
    CHECK(read.skipped == 0);
    REQUIRE(read.regions.size() >= 2);
    CHECK(read.regions.front().role == RegionRole::Include);
    CHECK(read.regions.back().role == RegionRole::Exclude);
    CHECK(read.regions.front().rings.front().size() == 4);
    CHECK(read.regions.back().rings.front().size() == 4);
  }
  CHECK(read_regions(folder + "qupath.geojson").format == RegionFormat::GeoJson);
  CHECK(read_regions(folder + "imagescope.xml").format == RegionFormat::ImageScope);
  CHECK(read_regions(folder + "asap.xml").format == RegionFormat::Asap);
}

TEST_CASE("GeoJSON comes as a collection, a feature, a geometry or a list of them") {
  const std::string one = feature(polygon(square(1, 2, 10)), kClassTumour);
  CHECK(parsed(R"({"type":"FeatureCollection","features":[)" + one + "," + one + "]}").size() == 2);
  CHECK(parsed(one).size() == 1);
  CHECK(parsed("[" + one + "," + one + "]").size() == 2);
  CHECK(parsed(polygon(square(1, 2, 10))).size() == 1);
  CHECK(parsed(R"({"type":"GeometryCollection","geometries":[)" + polygon(square(1, 2, 10)) + "]}").size() ==
        1);
  CHECK(parsed("\xEF\xBB\xBF  " + one).front().name == "Tumor");
}

TEST_CASE("holes and the parts of a MultiPolygon are rings of one region; the last corner is not repeated") {
  const auto regions = parsed(R"({"type":"MultiPolygon","coordinates":[[)" + square(0, 0, 50) + "," +
                              square(10, 10, 5) + "],[" + square(100, 0, 20) + "]]}");
  REQUIRE(regions.size() == 1);
  REQUIRE(regions[0].rings.size() == 3);
  CHECK(regions[0].rings[0].size() == 4);
  CHECK(regions[0].rings[1].front().x == 10);
}

TEST_CASE("a class says what a region means, its own name where it has none") {
  const auto role = [](const std::string& properties) {
    return parsed(feature(polygon(square(0, 0, 9)), properties)).front().role;
  };
  CHECK(role(kClassTumour) == RegionRole::Include);
  CHECK(role("null") == RegionRole::Include);
  CHECK(role(R"({"classification":"Ignore*"})") == RegionRole::Exclude);
  CHECK(role(R"({"classification":{"name":"Region*","color":[0,0,180]}})") == RegionRole::Include);
  CHECK(role(R"({"classification":{"names":["Tumor","In situ"]}})") == RegionRole::Exclude);
  CHECK(role(R"({"name":"DCIS 2"})") == RegionRole::Exclude);
  CHECK(role(R"({"name":"DCIS?","classification":{"name":"Tumor"}})") == RegionRole::Include);
  CHECK(role(R"({"name":"Control tissue"})") == RegionRole::Control);
  for (const char* word : {"Ignore*", "exclude", "Necrosis", "NECROTIC area", "in-situ", "In_situ carcinoma",
                           "LCIS", "Stroma", "Immune cells", "Normal duct", "artefact"})
    CHECK(role_of(word) == RegionRole::Exclude);
  for (const char* word : {"", "Tumor", "Invasive", "hot spot 1", "abnormal", "Positive"})
    CHECK(role_of(word) == RegionRole::Include);
  for (const char* word : {"Control*", "controls", "On-slide control"})
    CHECK(role_of(word) == RegionRole::Control);
}

TEST_CASE("what is no region is left out, and counted") {
  const RegionFile file =
      parse_regions("[" + feature(polygon(square(0, 0, 9)), kClassTumour) + "," +
                        feature(R"({"type":"Point","coordinates":[1,2]})", kClassTumour) + "," +
                        feature(R"({"type":"LineString","coordinates":[[1,2],[3,4]]})", "{}") + "," +
                        feature(polygon(square(0, 0, 9)), R"({"objectType":"detection"})") + "," +
                        feature(polygon(square(0, 0, 9)), R"({"object_type":"cell"})") + "," +
                        feature(polygon(square(0, 0, 9)), R"({"isIgnored":true})") + "," +
                        feature("null", "{}") + "," + feature(polygon("[[1,1],[2,2],[1,1]]"), "{}") + "]",
                    "test");
  CHECK(file.regions.size() == 1);
  CHECK(file.skipped == 7);
  CHECK_THROWS_AS(parsed(feature(R"({"type":"Point","coordinates":[1,2]})", "{}")), Error);
}

TEST_CASE("a name of any length is kept short") {
  const std::string name = std::string(kLongestRegionName - 1, 'a') + "\xC3\xA9" + std::string(5000, 'b');
  const auto regions = parsed(feature(polygon(square(0, 0, 9)), R"({"name":")" + name + "\"}"));
  CHECK(regions.at(0).name == std::string(kLongestRegionName - 1, 'a'));
}

TEST_CASE("a key that QuPath writes twice is no fault; one that decides is") {
  const std::string twice = R"({"objectType":"annotation","metadata":{"a":"b"},"metadata":{"a":"b"}})";
  CHECK(parsed(feature(polygon(square(0, 0, 9)), twice)).size() == 1);
  CHECK_THROWS_AS(parsed(R"({"type":"Polygon","coordinates":[)" + square(0, 0, 9) + R"(],"coordinates":[]})"),
                  Error);
}

TEST_CASE("ImageScope: shapes, negative regions and layers") {
  const auto regions = parsed(imagescope(
      "Tumor", vertices("Type=\"0\" NegativeROA=\"0\"", kTriangle) +
                   vertices("Type=\"0\" NegativeROA=\"1\"", kInnerTriangle) +
                   vertices("Type=\"1\"", R"(<Vertex X="9" Y="5"/><Vertex X="3" Y="8"/>)") +
                   vertices("Type=\"2\" Text=\"nest\"", R"(<Vertex X="0" Y="0"/><Vertex X="20" Y="10"/>)")));
  REQUIRE(regions.size() == 4);
  CHECK(regions[0].role == RegionRole::Include);
  CHECK(regions[0].name == "Tumor");
  CHECK(regions[0].rings[0][2].y == 80.5);
  CHECK(regions[1].role == RegionRole::Exclude);
  CHECK(regions[2].rings[0].size() == 4);
  CHECK(regions[3].rings[0].size() == 64);
  CHECK(regions[3].rings[0][0].x == 20);
  CHECK(regions[3].rings[0][16].y == 10);
  CHECK(regions[3].name == "nest");
}

TEST_CASE("ImageScope: in a layer that is left out a negative region is a hole") {
  const auto regions = parsed(imagescope(
      "Necrosis", vertices("NegativeROA=\"1\"", kInnerTriangle) + vertices("NegativeROA=\"0\"", kTriangle)));
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].role == RegionRole::Exclude);
  CHECK(regions[0].rings.size() == 2);
}

TEST_CASE("ImageScope: rulers, arrows and clicks are left out") {
  const RegionFile file =
      parse_regions(imagescope("L", vertices("Type=\"4\"", kTriangle) + vertices("Type=\"3\"", kTriangle) +
                                        vertices("Type=\"0\"", R"(<Vertex X="1" Y="1"/>)") +
                                        vertices("Type=\"0\"", kTriangle)),
                    "test");
  CHECK(file.regions.size() == 1);
  CHECK(file.skipped == 3);
}

TEST_CASE("HALO writes the same with other words") {
  const auto regions = parsed(
      R"(<Annotations><Annotation Name="Layer 1" Visible="True"><Regions><Region Type="Ellipse" HasEndcaps="0" NegativeROA="0"><Vertices><V X="1" Y="2"/><V X="31" Y="42"/></Vertices></Region></Regions></Annotation></Annotations>)");
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].rings[0].size() == 64);
}

TEST_CASE("ASAP: the Order counts, groups say what is meant, also those around them") {
  const auto text = [](const std::string& group, const std::string& parent) {
    return R"(<?xml version="1.0"?><ASAP_Annotations><Annotations><Annotation Name="Annotation 0" Type="Spline" PartOfGroup=")" +
           group +
           R"("><Coordinates><Coordinate Order="10" X="5" Y="6"/><Coordinate Order="0" X="1" Y="2"/><Coordinate Order="2" X="3.5" Y="0"/></Coordinates></Annotation></Annotations><AnnotationGroups><Group Name="nests" PartOfGroup=")" +
           parent + R"("/></AnnotationGroups></ASAP_Annotations>)";
  };
  const auto regions = parsed(text("None", "None"));
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].rings[0][0].x == 1);
  CHECK(regions[0].rings[0][1].x == 3.5);
  CHECK(regions[0].role == RegionRole::Include);
  CHECK(parsed(text("nests", "Exclude"))[0].role == RegionRole::Exclude);
  CHECK(parsed(text("nests", "nests"))[0].role == RegionRole::Include);
  CHECK(parsed(text("not listed", "None"))[0].role == RegionRole::Include);
}

TEST_CASE("UTF-16 with its mark is read as UTF-8 is") {
  const std::string plain = imagescope("Tumor", vertices("Type=\"0\"", kTriangle));
  for (const bool big_endian : {false, true}) {
    std::string wide = big_endian ? "\xFE\xFF" : "\xFF\xFE";
    for (const char c : plain) wide += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
    REQUIRE(parsed(wide).size() == 1);
    CHECK(parsed(wide)[0].rings[0].size() == 3);
  }
}

TEST_CASE("a fault is told with the file, the place and what to do") {
  try {
    (void)parse_regions(imagescope("L", "\n\n" + vertices("", R"(<Vertex X="1,5" Y="2"/>)")), "case.xml");
    FAIL("a decimal comma was read");
  } catch (const Error& error) {
    const std::string what = error.what();
    CHECK(error.code() == Code::Usage);
    CHECK(what.find("case.xml") != std::string::npos);
    CHECK(what.find("line 3") != std::string::npos);
    CHECK(what.find("1,5") != std::string::npos);
    CHECK(what.find(';') != std::string::npos);
  }
}
