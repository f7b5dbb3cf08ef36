#include <libdeflate.h>

#include <algorithm>
#include <sstream>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;

namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::size_t start = 0;
    for (std::size_t comma; (comma = line.find(',', start)) != std::string::npos; start = comma + 1)
      rows.back().push_back(line.substr(start, comma - start));
    rows.back().push_back(line.substr(start));
  }
  return rows;
}

SlideResult one_cell() {
  SlideResult result = sample::scored();
  CellRow row = result.cells.front();
  row.x = 6401;
  row.y = 12800;
  row.nucleus_area = 403;
  row.cell_area = 1000;
  row.width = 33;
  row.contrast_od = 120;
  row.haematoxylin_od = 321;
  row.flags = kFlagCutBySlide | kFlagSaturated;
  GradedCell graded;
  graded.kind = CellKind::Tumour;
  graded.pattern = Pattern::WeakModerateComplete;
  graded.completeness = 905;
  graded.longest_arc = 800;
  graded.strength_od = 345;
  graded.median_od = 340;
  graded.borrowed = true;
  result.cells = {row};
  result.graded = {graded};
  return result;
}

/// The file with its digest made to fit again: what a careful forger would do.
std::string resealed(std::string bytes) {
  bytes.resize(bytes.size() - 64);
  return bytes + sha256_of(bytes);
}

void check_corrupt(const std::string& bytes) {
  try {
    read_cells_bin(bytes);
    FAIL("a damaged table was read");
  } catch (const Error& error) {
    CHECK(error.code() == Code::Corrupt);
  }
}

}  // namespace

TEST_CASE("cells.csv has the columns of the contract in their order") {
  const std::string csv = write_cells_csv(SlideResult{});
  CHECK(csv ==
        "cell_id,x_um,y_um,kind,pattern,completeness,longest_arc,strength_od,median_od,width_um,contrast_od,"
        "nucleus_area_um2,cell_area_um2,haematoxylin_od,flags\n");
}

TEST_CASE("a row of cells.csv holds the measurements in their units") {
  const auto rows = rows_of(write_cells_csv(one_cell()));
  CHECK(rows.at(1) == std::vector<std::string>{"12800-6401", "100.016", "200.000", "tumour",
                                               "weak_moderate_complete", "0.905", "0.800", "0.345", "0.340",
                                               "1.031", "0.120", "50.375", "125.000", "0.321",
                                               "cut-by-slide|saturated|borrowed"});
}

TEST_CASE("what was not measured is empty, never 0") {
  SlideResult result = one_cell();
  result.cells[0].flags = kFlagInterior;
  result.cells[0].nucleus_area = 0;
  result.graded[0] = GradedCell{};
  const auto row = rows_of(write_cells_csv(result)).at(1);
  for (const std::size_t column : {5U, 6U, 7U, 8U, 9U, 10U, 11U, 13U}) CHECK(row.at(column).empty());
  CHECK(row.at(4) == "unmeasurable");
  CHECK(row.at(14) == "interior");
}

TEST_CASE("the id of a cell does not depend on the other cells") {
  SlideResult result = sample::scored();
  const auto all = rows_of(write_cells_csv(result));
  result.cells.erase(result.cells.begin(), result.cells.begin() + 100);
  result.graded.erase(result.graded.begin(), result.graded.begin() + 100);
  const auto rest = rows_of(write_cells_csv(result));
  CHECK(rest.at(1) == all.at(101));
}

TEST_CASE("the compact table comes back as it was, also with extreme values and without cells") {
  SlideResult result = sample::scored();
  CellRow far = result.cells.back();
  far.y = 2147483647;
  far.x = -2147483647 - 1;
  far.score = 65535;
  far.neighbour[7] = {-32768, 32767};
  result.cells.push_back(far);
  CHECK(read_cells_bin(write_cells_bin(result)) == result.cells);
  CHECK(read_cells_bin(write_cells_bin(SlideResult{})).empty());
}

TEST_CASE("the compact table names the one pitch by which its positions were measured") {
  SlideResult result = one_cell();
  result.pitch = {0.5, 0.25, PitchOrigin::Header};
  // 0.375 as IEEE 754 binary64, lowest byte first
  CHECK(write_cells_bin(result).substr(20, 8) == std::string("\0\0\0\0\0\0\xD8\x3F", 8));
}

TEST_CASE("every column of the compact table comes back: rows of arbitrary numbers") {
  SlideResult result;
  Random random(5);
  for (int i = 0; i < 50; ++i) {
    CellRow row;
    const auto any = [&](auto& number) {
      number = static_cast<std::decay_t<decltype(number)>>(random.next());
    };
    row.y = i;
    any(row.x), any(row.nucleus_area), any(row.cell_area), any(row.haematoxylin_od), any(row.haematoxylin_sd);
    any(row.haematoxylin_outside), any(row.haematoxylin_outside_sd), any(row.nucleus_dab_od), any(row.edge);
    any(row.edge_quartile), any(row.weak_edge_share), any(row.circularity), any(row.min_diameter),
        any(row.max_diameter);
    any(row.score), any(row.cytoplasm_od), any(row.contrast_od), any(row.width), any(row.flags),
        any(row.piece);
    for (auto& radius : row.radius) any(radius);
    for (auto& ridge : row.ridge) any(ridge);
    for (auto& facing : row.facing) facing = static_cast<std::uint8_t>(random.below(8));
    row.neighbours = 8;
    for (auto& offset : row.neighbour) any(offset[0]), any(offset[1]);
    result.cells.push_back(row);
  }
  CHECK(read_cells_bin(write_cells_bin(result)) == result.cells);
}

TEST_CASE("the compact table is refused when cut, lengthened or altered anywhere") {
  SlideResult result = sample::scored();
  result.cells.resize(5);
  const std::string bytes = write_cells_bin(result);
  for (std::size_t size = 0; size < bytes.size(); ++size) check_corrupt(bytes.substr(0, size));
  check_corrupt(bytes + '\0');
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 4);
    check_corrupt(altered);
  }
}

TEST_CASE("the compact table is refused when it is consistent but impossible") {
  SlideResult result = sample::scored();
  const std::string bytes = write_cells_bin(result);
  std::string many = bytes;
  many[8 + 4 + 4 + 4 + 8 + 64 + 7] = '\x7F';  // highest byte of the count
  check_corrupt(resealed(many));
  std::string other_version = bytes;
  other_version[8] = 2;
  check_corrupt(resealed(other_version));
  SlideResult unsorted = result;
  std::swap(unsorted.cells[0], unsorted.cells[1]);
  check_corrupt(write_cells_bin(unsorted));
  SlideResult stray = result;
  stray.cells[3].facing[5] = 7;  // only one neighbour is named
  check_corrupt(write_cells_bin(stray));
}

namespace {

using TableWriter = void (*)(const SlideResult&, const Append&);

/// The table as its file, and the sizes of the pieces it came in.
std::string packed(TableWriter write, const SlideResult& result, std::vector<std::size_t>* pieces = nullptr,
                   int level = kGzipLevel) {
  std::string file;
  GzipMembers gzip([&](std::string_view member) { file += member; }, level);
  write(result, [&](std::string_view piece) {
    if (pieces) pieces->push_back(piece.size());
    gzip(piece);
  });
  return file;
}

/// As zlib's gzread, Python and gzip do: member after member.
std::string unpacked(const std::string& file, int* members = nullptr) {
  std::string text;
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  for (std::size_t at = 0; at < file.size();) {
    std::string member(2 * kTablePiece, '\0');
    std::size_t in = 0, out = 0;
    REQUIRE(libdeflate_gzip_decompress_ex(decompressor, file.data() + at, file.size() - at, member.data(),
                                          member.size(), &in, &out) == LIBDEFLATE_SUCCESS);
    text += member.substr(0, out);
    at += in;
    if (members) ++*members;
  }
  libdeflate_free_decompressor(decompressor);
  return text;
}

SlideResult many_cells(std::int32_t count) {
  SlideResult result = sample::scored();
  const CellRow row = result.cells.front();
  const GradedCell graded = result.graded.front();
  result.cells.assign(static_cast<std::size_t>(count), row);
  result.graded.assign(static_cast<std::size_t>(count), graded);
  for (std::int32_t i = 0; i < count; ++i) {
    CellRow& cell = result.cells[static_cast<std::size_t>(i)];
    cell.y = 64 * i;
    for (std::size_t ray = 0; ray < kRays; ++ray)
      cell.radius[ray] = static_cast<std::uint8_t>(30 + (7 * i + static_cast<int>(ray * ray)) % 41);
  }
  return result;
}

}  // namespace

TEST_CASE("gzip members give back the bytes at any level and carry neither time nor name nor system") {
  const std::string bytes = write_cells_geojson(sample::scored());
  for (const int level : {1, 6, 12}) {
    const std::string file = packed(write_cells_geojson, sample::scored(), nullptr, level);
    CHECK(file.substr(0, 4) == std::string("\x1F\x8B\x08\x00", 4));
    CHECK(file.substr(4, 4) == std::string(4, '\0'));
    CHECK(file[9] == '\xFF');
    CHECK(unpacked(file) == bytes);
    CHECK(packed(write_cells_geojson, sample::scored(), nullptr, level) == file);
  }
  CHECK_THROWS_AS(GzipMembers([](std::string_view) {}, 0), Error);
}

TEST_CASE("a large table goes out in pieces of a bounded size that make one file") {
  const SlideResult result = many_cells(12'000);
  const std::vector<std::pair<TableWriter, std::string>> tables = {
      {write_cells_csv, write_cells_csv(result)},
      {write_cells_bin, write_cells_bin(result)},
      {write_cells_geojson, write_cells_geojson(result)}};
  for (const auto& [write, whole] : tables) {
    std::vector<std::size_t> pieces;
    int members = 0;
    const std::string file = packed(write, result, &pieces);
    CHECK(unpacked(file, &members) == whole);
    CHECK(members == static_cast<int>(pieces.size()));
    CHECK(pieces.size() == whole.size() / *std::max_element(pieces.begin(), pieces.end()) + 1);
    CHECK(*std::max_element(pieces.begin(), pieces.end()) < kTablePiece + 8192);
  }
  CHECK(tables[1].second.size() > 3 * kTablePiece);
  CHECK(read_cells_bin(unpacked(packed(write_cells_bin, result))) == result.cells);
}

TEST_CASE("a piece of text ends with a row") {
  write_cells_csv(many_cells(12'000), [](std::string_view piece) { CHECK(piece.back() == '\n'); });
}
