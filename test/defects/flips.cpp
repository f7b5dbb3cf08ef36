// What single flipped bits do to a score: flips one random bit of the level-0 tiles at a time, scores the
// slide, and counts what was refused, what was said in a caveat and what went unnoticed.
// docs/science/integrity.md.
//   flips SLIDE [FLIPS] [SEED]     a tiled JPEG TIFF or SVS that is scored
//   flips --pristine SLIDE ...     false alarms: every slide given is taken to be whole
#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "annulet/base/random.hpp"
#include "annulet/pipeline/score_slide.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

constexpr int kVisible = 20;                                // levels
constexpr double kLeastDamage = 0.01, kGraveDamage = 0.05;  // of a tile's pixels
constexpr double kLeastTissue = 0.10;                       // of a tile

/// Level 0 of a slide as libtiff sees it, which goes on where the data are damaged.
class Tiles {
 public:
  explicit Tiles(const fs::path& path) : tiff_(TIFFOpen(path.c_str(), "r")) {
    TIFFGetField(tiff_, TIFFTAG_IMAGEWIDTH, &width_);
    TIFFGetField(tiff_, TIFFTAG_TILEWIDTH, &tile_width_);
    TIFFGetField(tiff_, TIFFTAG_TILELENGTH, &tile_height_);
    TIFFSetField(tiff_, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  ~Tiles() { TIFFClose(tiff_); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  std::uint32_t count() const { return TIFFNumberOfTiles(tiff_); }
  std::uint64_t offset(std::uint32_t tile) const { return TIFFGetStrileOffset(tiff_, tile); }
  std::uint64_t bytes(std::uint32_t tile) const { return TIFFGetStrileByteCount(tiff_, tile); }
  Rect<SlideFrame> area(std::uint32_t tile) const {
    const std::uint32_t columns = (width_ + tile_width_ - 1) / tile_width_;
    const std::int64_t x = std::int64_t{tile % columns} * tile_width_,
                       y = std::int64_t{tile / columns} * tile_height_;
    return {x, y, x + tile_width_, y + tile_height_};
  }
  /// Empty where libtiff gives up.
  std::vector<std::uint8_t> pixels(std::uint32_t tile) const {
    std::vector<std::uint8_t> rgb(std::size_t{tile_width_} * tile_height_ * 3);
    const tmsize_t size = static_cast<tmsize_t>(rgb.size());
    if (TIFFReadEncodedTile(tiff_, tile, rgb.data(), size) != size) rgb.clear();
    return rgb;
  }

 private:
  TIFF* tiff_;
  std::uint32_t width_ = 0, tile_width_ = 0, tile_height_ = 0;
};

/// Share of the pixels that any channel shows off by more than kVisible.
double damage(const std::vector<std::uint8_t>& whole, const std::vector<std::uint8_t>& read) {
  if (read.empty()) return 1;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i + 2 < whole.size(); i += 3) {
    int most = 0;
    for (std::size_t c = i; c < i + 3; ++c) most = std::max(most, std::abs(int{whole[c]} - int{read[c]}));
    wrong += most > kVisible ? 1 : 0;
  }
  return static_cast<double>(wrong) * 3 / static_cast<double>(whole.size());
}

double tissue_share(const SlideResult& result, const Rect<SlideFrame>& area) {
  const double px = result.pitch.mean() / result.tissue.pitch_um;
  int squares = 0, tissue = 0;
  for (int y = static_cast<int>(static_cast<double>(area.y0) * px);
       y < static_cast<int>(static_cast<double>(area.y1) * px); ++y) {
    for (int x = static_cast<int>(static_cast<double>(area.x0) * px);
         x < static_cast<int>(static_cast<double>(area.x1) * px); ++x) {
      if (!result.tissue.piece.contains(x, y)) continue;
      ++squares;
      tissue += result.tissue.piece(x, y) != 0 ? 1 : 0;
    }
  }
  return squares == 0 ? 0 : static_cast<double>(tissue) / squares;
}

SlideResult score(const fs::path& slide, const ScoreOptions& options = {}) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

std::size_t doubts(const SlideResult& result) {
  return static_cast<std::size_t>(
      std::count_if(result.problems.begin(), result.problems.end(), [](const Problem& problem) {
        return problem.kind == ProblemKind::Suspect || problem.kind == ProblemKind::Duplicate;
      }));
}

struct Row {
  const char* name;
  int cases = 0, failed = 0, caveat = 0, plain = 0;
  void add(const SlideResult& result, std::size_t usual_caveats) {
    ++cases;
    (!result.verdict.score ? failed : result.verdict.caveats.size() > usual_caveats ? caveat : plain) += 1;
  }
};

void write_bytes(const fs::path& path, const std::vector<char>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

int flip(const fs::path& slide, int flips, std::uint64_t seed) {
  const SlideResult whole = score(slide);
  const Tiles tiles(slide);
  std::ifstream file(slide, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t payload = 0;
  for (std::uint32_t i = 0; i < tiles.count(); ++i) payload += tiles.bytes(i);
  const fs::path copy =
      fs::temp_directory_path() / ("annulet_flips_" + std::to_string(seed) + slide.extension().string());
  Random random(seed);
  ScoreOptions hashed;
  hashed.expect_sha256 = whole.slide_sha256;
  Row all{"any flip"}, light{"> 1 % of a tissue tile"}, grave{"> 5 % of a tissue tile"};
  int refused = 0, wrong = 0, wrong_said = 0;
  for (int i = 0; i < flips; ++i) {
    std::uint64_t at = random.below(payload);
    std::uint32_t tile = 0;
    while (at >= tiles.bytes(tile)) at -= tiles.bytes(tile++);
    char& byte = bytes[tiles.offset(tile) + at];
    const char kept = byte;
    byte = static_cast<char>(byte ^ (1 << random.below(8)));
    write_bytes(copy, bytes);
    byte = kept;
    const SlideResult result = score(copy);
    refused += score(copy, hashed).verdict.score ? 0 : 1;
    const double wrong_pixels = damage(tiles.pixels(tile), Tiles(copy).pixels(tile));
    all.add(result, whole.verdict.caveats.size());
    if (tissue_share(whole, tiles.area(tile)) >= kLeastTissue) {
      if (wrong_pixels > kLeastDamage) light.add(result, whole.verdict.caveats.size());
      if (wrong_pixels > kGraveDamage) grave.add(result, whole.verdict.caveats.size());
    }
    if (result.verdict.score &&
        (result.verdict.score != whole.verdict.score || result.verdict.group != whole.verdict.group))
      (result.verdict.caveats.size() > whole.verdict.caveats.size() ? wrong_said : wrong) += 1;
  }
  fs::remove(copy);
  std::printf("%s, %d flips of one bit, seed %llu\n", slide.filename().c_str(), flips,
              static_cast<unsigned long long>(seed));
  std::printf("%-24s %6s %8s %7s %10s\n", "damage", "cases", "refused", "caveat", "unnoticed");
  for (const Row& row : {all, light, grave})
    std::printf("%-24s %6d %8d %7d %10d\n", row.name, row.cases, row.failed, row.caveat, row.plain);
  std::printf("with the slide's hash given: %d of %d refused\n", refused, flips);
  std::printf("another score or group: %d with a caveat, %d silent\n", wrong_said, wrong);
  return wrong == 0 ? 0 : 1;
}

int false_alarms(const std::vector<fs::path>& slides) {
  std::uint64_t tiles = 0, alarms = 0, lost = 0;
  for (const fs::path& slide : slides) {
    const SlideResult result = score(slide);
    tiles += result.tiles.analysed;
    alarms += doubts(result);
    lost += result.tiles.missing + result.tiles.undecodable;
    for (const Problem& problem : result.problems)
      std::printf("%s: %s: %s\n", slide.filename().c_str(), name(problem.kind), problem.what.c_str());
  }
  std::printf("%zu slides, %llu tiles with tissue: %llu false alarms, %llu lost\n", slides.size(),
              static_cast<unsigned long long>(tiles), static_cast<unsigned long long>(alarms),
              static_cast<unsigned long long>(lost));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  if (words.size() > 1 && words[0] == "--pristine") return false_alarms({words.begin() + 1, words.end()});
  if (words.empty() || words[0].starts_with('-')) {
    std::fprintf(stderr, "usage: flips SLIDE [FLIPS] [SEED] | flips --pristine SLIDE ...\n");
    return 2;
  }
  return flip(words[0], words.size() > 1 ? std::stoi(words[1]) : 400,
              words.size() > 2 ? std::stoull(words[2]) : 1);
}
