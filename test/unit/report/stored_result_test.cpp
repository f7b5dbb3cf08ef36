#include "annulet/report/stored_result.hpp"

#include <unistd.h>

#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/report/tissue_map.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;

namespace {

/// A result folder, gone with the object.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("annulet-stored-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const char* name, const std::string& bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string packed(const std::string& bytes) {
  std::string out;
  GzipMembers gzip([&](std::string_view member) { out += member; });
  for (std::size_t at = 0; at < bytes.size(); at += kTablePiece)
    gzip(std::string_view(bytes).substr(at, kTablePiece));
  return out;
}

Code code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::Usage;  // none was thrown
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a stored result is read back as it was written") {
  const SlideResult result = sample::scored();
  const Folder folder;
  folder.write("result.json", write_result_json(result));
  folder.write("cells.bin.gz", packed(write_cells_bin(result)));
  const StoredResult stored = read_stored_result(folder.path());
  CHECK(stored.score == "2+");
  CHECK(stored.rule == "R2");
  CHECK(stored.status == "scored-with-caveats");
  CHECK(stored.slide_sha256 == result.slide_sha256);
  CHECK(stored.pitch_x_um == 0.25);
  CHECK(stored.excluded_mm2.at("fold") == 0.005);
  CHECK(stored.by_pattern[4] == result.tally.of(CellKind::Tumour, Pattern::IntenseComplete));
  CHECK(stored.option("guideline") == "asco-cap-breast-2018");
  CHECK(stored.option("ish").empty());
  CHECK(stored.models.size() == result.models.size());
  CHECK(stored.has_cells);
  CHECK(read_stored_cells(folder.path(), stored) == result.cells);
}

TEST_CASE("a result that was refused before the scan has no cells") {
  const Folder folder;
  folder.write("result.json", write_result_json(sample::refused()));
  const StoredResult stored = read_stored_result(folder.path());
  CHECK_FALSE(stored.has_cells);
  CHECK(stored.score.empty());
  CHECK(stored.reasons.at(0).code == "not-dab");
  CHECK(code_of([&] { read_stored_cells(folder.path(), stored); }) == Code::NotFound);
}

TEST_CASE("a folder that is no result is not found") {
  CHECK(code_of([] { read_stored_result("/nonexistent/annulet"); }) == Code::NotFound);
}

TEST_CASE("a damaged or hostile result.json is corrupt, whatever is wrong with it") {
  const std::string good = write_result_json(sample::scored());
  CHECK_NOTHROW(parse_stored_result(good));
  const std::string bad[] = {"",
                             "[]",
                             "{}",
                             good.substr(0, good.size() / 2),
                             std::string(100'000, '['),
                             std::string(100'000, '[') + std::string(100'000, ']'),
                             replaced(good, "annulet/result/1", "annulet/result/9"),
                             replaced(good, "\"total\": 425", "\"total\": -1"),
                             replaced(good, "\"total\": 425", "\"total\": 4e300"),
                             replaced(good, "\"total\": 425", "\"total\": 99999999999"),
                             replaced(good, "\"total\": 425", "\"total\": \"425\""),
                             replaced(good, "\"cells\": {", "\"sells\": {"),
                             replaced(good, "\"score\": \"2+\"", "\"score\": 2"),
                             replaced(good, "\"x\": 0.250000", "\"x\": 1e999"),
                             std::string(20 << 20, ' ')};
  for (const std::string& text : bad) {
    INFO(text.substr(0, 60));
    CHECK(code_of([&] { parse_stored_result(text); }) == Code::Corrupt);
  }
}

TEST_CASE("cells off the slide are corrupt, whatever their digest says") {
  for (const std::int32_t far : {2'147'483'647, 40'000'000}) {
    SlideResult result = sample::scored();
    result.cells.back().y = far;
    const Folder folder;
    folder.write("result.json", write_result_json(result));
    folder.write("cells.bin.gz", packed(write_cells_bin(result)));
    StoredResult stored = read_stored_result(folder.path());
    CHECK(code_of([&] { read_stored_cells(folder.path(), stored); }) == Code::Corrupt);
    stored.height = std::int64_t{1} << 50;  // a forger says that the slide is as large
    CHECK((code_of([&] { read_stored_cells(folder.path(), stored); }) == Code::Corrupt) ==
          (far > 256'000'000));
  }
}

TEST_CASE("cells of another run, of another slide or altered are corrupt") {
  SlideResult result = sample::scored();
  const Folder folder;
  folder.write("result.json", write_result_json(result));
  const StoredResult stored = read_stored_result(folder.path());
  const auto refused = [&](const std::string& bytes) {
    folder.write("cells.bin.gz", bytes);
    return code_of([&] { read_stored_cells(folder.path(), stored); }) == Code::Corrupt;
  };
  const std::string good = packed(write_cells_bin(result));
  std::string flipped = good;
  flipped[flipped.size() / 2] ^= 4;
  CHECK(refused(flipped));
  CHECK(refused(good.substr(0, good.size() - 9)));
  CHECK(refused(good + good));
  CHECK(refused(std::string(500, '\0')));
  result.slide_sha256 = std::string(64, '9');
  CHECK(refused(packed(write_cells_bin(result))));
  result.slide_sha256 = stored.slide_sha256;
  result.cells.pop_back();
  CHECK(refused(packed(write_cells_bin(result))));
}

TEST_CASE("a small file that unpacks to a large one is stopped early") {
  const std::string zeros(kTablePiece, '\0');
  std::string bomb;
  for (int i = 0; i < 200; ++i) bomb += packed(zeros);
  CHECK(bomb.size() < 1'500'000);
  CHECK(code_of([&] { gunzip_members(bomb, 1'000'000); }) == Code::Corrupt);
  CHECK(gunzip_members(bomb, 200 * kTablePiece).size() == 200 * kTablePiece);
  std::string one;
  GzipMembers gzip([&](std::string_view member) { one += member; });
  gzip(std::string(64 << 20, '\0'));
  CHECK(code_of([&] { gunzip_members(one, std::uint64_t{1} << 40); }) == Code::Corrupt);
  CHECK(gunzip_members("", 0).empty());
}

TEST_CASE("tissue.png tells glass, counted tissue and every reason why tissue is kept out") {
  SlideResult result;
  result.tissue.pitch_um = 2;
  result.tissue.piece = Plane<std::uint16_t>(40, 20);
  result.quality = QcMap(result.tissue);
  for (int x = 20; x < 40; ++x) {
    for (int y = 0; y < 20; ++y) result.tissue.piece(x, y) = 1;
  }
  for (int i = 1; i < static_cast<int>(kQcFlags); ++i)
    result.quality.flag(25 + i, 7) = static_cast<std::uint8_t>(i);
  const Folder folder;
  CHECK_FALSE(TissueMap::read(folder.path()));
  folder.write("tissue.png", encode_png(draw_tissue_map(result)));
  const std::optional<TissueMap> map = TissueMap::read(folder.path());
  REQUIRE(map);
  const auto at = [&](int x, int y) { return map->at((x + 0.5) / 40, (y + 0.5) / 20); };
  CHECK(at(3, 3) == Ground{false, QcFlag::None});
  CHECK(at(30, 3) == Ground{true, QcFlag::None});
  for (int i = 1; i < static_cast<int>(kQcFlags); ++i)
    CHECK(at(25 + i, 7) == Ground{true, static_cast<QcFlag>(i)});
  CHECK(map->at(-0.1, 0.5) == Ground{});
  CHECK(map->at(0.5, 1.0) == Ground{});
}

TEST_CASE("a map of a large slide is drawn smaller") {
  SlideResult result;
  CHECK(draw_tissue_map(result).width == 0);
  result.tissue.piece = Plane<std::uint16_t>(9000, 3000, 1);
  const RgbImage image = draw_tissue_map(result);
  CHECK(image.width == 3000);
  CHECK(image.height == 1000);
}
