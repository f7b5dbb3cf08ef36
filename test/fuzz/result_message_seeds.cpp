// Seeds of fuzz_result_message: what a confined process would send of small slides. Their bytes follow the
// members of the structs, so they are made by the build that reads them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "annulet/pipeline/result_message.hpp"
#include "support/sample_result.hpp"

namespace {

using namespace annulet;

constexpr std::size_t kCells = 24;

void add_up(SlideResult& result) {
  result.tally = {};
  sample::tally_up(result);
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (std::size_t pattern = 1; pattern < kPatterns; ++pattern)
      result.tally.measurable[kind][pattern % 3][pattern % 2][pattern % 4] +=
          result.tally.pattern[kind][pattern];
  }
}

SlideResult scored() {
  SlideResult result = sample::scored();
  result.cells.resize(std::min(result.cells.size(), kCells));
  result.graded.resize(result.cells.size());
  add_up(result);
  result.thumbnail = RgbImage(sample::kWidth / 40, sample::kHeight / 40, 230);
  result.thumbnail_pitch_um = 40 * sample::kPitch;
  result.fields.resize(2);
  for (FieldPicture& field : result.fields) {
    field.where = {20, 20, 52, 44};
    field.image = RgbImage(32, 24, 220);
  }
  result.tissue.pitch_um = 20;
  result.tissue.piece = Plane<std::uint16_t>(15, 10, 0);
  for (int x = 1; x < 12; ++x) result.tissue.piece(x, 5) = x < 6 ? 1 : 2;
  result.tissue.pieces = {{1, 0.03, {80, 400, 480, 480}}, {2, 0.02, {480, 400, 960, 480}}};
  result.tissue.area_mm2 = 0.05;
  result.quality = QcMap(result.tissue);
  result.quality.flag(2, 5) = static_cast<std::uint8_t>(QcFlag::Pen);
  return result;
}

void write(const std::filesystem::path& folder, const char* name, char first, SlideResult result) {
  std::ofstream file(folder / name, std::ios::binary);
  file.put(first);
  RunRecord run = sample::run();
  send_result(std::move(result), run, [&](const void* data, std::size_t size) {
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: seeds_of_result_message FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  write(folder, "scored-as-it-came", 0, scored());
  write(folder, "scored-made-to-add-up", 1, scored());
  write(folder, "refused", 0, sample::refused());
  SlideResult bare = scored();
  bare.fields.clear();
  bare.regions.clear();
  bare.thumbnail = {};
  bare.thumbnail_pitch_um = 0;
  write(folder, "without-pictures", 1, std::move(bare));
  return 0;
}
