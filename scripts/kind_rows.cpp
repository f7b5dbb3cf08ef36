// Writes what scripts/train_kind reads: the kind features of every nucleus of a picture, with the label of
// the truth's cell within 4 um. Not part of the build; from the root, after building into BUILD:
//   g++ -std=c++20 -O2 -Iinclude -Isrc scripts/kind_rows.cpp BUILD/libannulet_{cell,pixel,model,base}.a
//       -lcrypto -lfmt -ltomlplusplus -o kind_rows
//   kind_rows PICTURE.ppm UM_PER_PX TRUTH.cells.csv [SCALE] > rows/SLIDE[@SCALE].csv
// PICTURE: a binary PPM without comments. SCALE multiplies all lengths of the measured nuclei, as another
// pitch would.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "annulet/cell/nucleus.hpp"
#include "annulet/pixel/resample.hpp"
#include "annulet/pixel/unmix.hpp"
#include "cell/kind_features.hpp"

using namespace annulet;

namespace {

struct TruthCell {
  double x_um, y_um;
  std::string label;  // of train_kind; "ignore" where the cell is not to be judged
};

RgbImage read_ppm(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int width = 0, height = 0, most = 0;
  file >> magic >> width >> height >> most;
  file.get();
  RgbImage image(width, height);
  file.read(reinterpret_cast<char*>(image.data.data()), static_cast<std::streamsize>(image.data.size()));
  if (magic != "P6" || most != 255 || !file)
    throw std::runtime_error(std::string(path) + ": not a whole 8-bit P6 picture");
  return image;
}

// Per-channel median of the brightest 2 % by R + G + B, as the survey takes it.
Rgb white_of(const RgbImage& image) {
  std::vector<std::array<int, 4>> pixels;
  for (std::size_t i = 0; i + 2 < image.data.size(); i += 3 * 7) {
    const int r = image.data[i], g = image.data[i + 1], b = image.data[i + 2];
    pixels.push_back({r + g + b, r, g, b});
  }
  std::sort(pixels.rbegin(), pixels.rend());
  pixels.resize(std::max<std::size_t>(1, pixels.size() / 50));
  Rgb white{};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto middle = pixels.begin() + static_cast<std::ptrdiff_t>(pixels.size() / 2);
    std::nth_element(pixels.begin(), middle, pixels.end(),
                     [c](const auto& a, const auto& b) { return a[c + 1] < b[c + 1]; });
    white[c] = (*middle)[c + 1];
  }
  return white;
}

std::vector<TruthCell> read_truth(const char* path) {
  std::ifstream file(path);
  std::string line, field;
  std::map<std::string, std::size_t> column;
  std::getline(file, line);
  for (std::istringstream head(line); std::getline(head, field, ',');) column.emplace(field, column.size());
  std::vector<TruthCell> cells;
  while (std::getline(file, line)) {
    std::vector<std::string> values;
    for (std::istringstream row(line); std::getline(row, field, ',');) values.push_back(field);
    const auto value = [&](const char* name) { return values.at(column.at(name)); };
    std::string label = value("type");
    if (label == "benign-epithelium") label = "benign";
    if (label == "debris" || (label == "tumour" && (value("nucleus") != "1" || value("evaluable") != "1")))
      label = "ignore";
    cells.push_back({std::stod(value("x_um")), std::stod(value("y_um")), label});
  }
  return cells;
}

// One to one, nearest pairs first, within 4 um (6 for cells that are to be ignored); the rest is junk.
std::vector<std::string> labels_of(const std::vector<Nucleus>& nuclei, const std::vector<TruthCell>& truth) {
  struct Pair {
    double distance;
    std::size_t nucleus, cell;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < nuclei.size(); ++i) {
    for (std::size_t j = 0; j < truth.size(); ++j) {
      const double distance =
          std::hypot(nuclei[i].centre.x / 64.0 - truth[j].x_um, nuclei[i].centre.y / 64.0 - truth[j].y_um);
      if (distance <= (truth[j].label == "ignore" ? 6 : 4)) pairs.push_back({distance, i, j});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.distance < b.distance; });
  std::vector<std::string> labels(nuclei.size(), "junk");
  std::vector<char> named(nuclei.size(), 0), taken(truth.size(), 0);
  for (const Pair& pair : pairs) {
    const bool ignored = truth[pair.cell].label == "ignore";
    if (named[pair.nucleus] != 0 || (taken[pair.cell] != 0 && !ignored)) continue;
    named[pair.nucleus] = taken[pair.cell] = 1;
    labels[pair.nucleus] = truth[pair.cell].label;
  }
  return labels;
}

StainTile tile_of(const RgbImage& image, double um_per_px) {
  StainModel model;
  model.white = white_of(image);
  Plane<std::uint8_t> haematoxylin, dab;
  const Unmixer unmixer(model);
  unmixer(image, nullptr, haematoxylin, dab);
  StainTile tile;
  tile.pitch_um = um_per_px;
  tile.slide = {image.width, image.height};
  tile.work = {0, 0, static_cast<int>(image.width * um_per_px / kWorkPitch),
               static_cast<int>(image.height * um_per_px / kWorkPitch)};
  for (auto [from, to] : {std::pair{&haematoxylin, &tile.haematoxylin}, {&dab, &tile.dab}}) {
    to->resize(static_cast<int>(tile.work.width()), static_cast<int>(tile.work.height()));
    area_mean(*from, 0, 0, kWorkPitch / um_per_px, 0, 0, *to);
  }
  return tile;
}

CellRow row_of(const Nucleus& n, double scale) {
  const auto length = [scale](double v) { return std::lround(v * scale); };
  CellRow row;
  row.x = static_cast<std::int32_t>(length(n.centre.x));
  row.y = static_cast<std::int32_t>(length(n.centre.y));
  row.nucleus_area = static_cast<std::uint16_t>(length(n.area * scale));
  row.min_diameter = static_cast<std::uint16_t>(length(n.min_diameter));
  row.max_diameter = static_cast<std::uint16_t>(length(n.max_diameter));
  row.haematoxylin_od = n.haematoxylin_od;
  row.haematoxylin_sd = n.haematoxylin_sd;
  row.haematoxylin_outside = n.haematoxylin_outside;
  row.haematoxylin_outside_sd = n.haematoxylin_outside_sd;
  row.edge = n.edge;
  row.edge_quartile = n.edge_quartile;
  row.weak_edge_share = n.weak_edge_share;
  row.circularity = n.circularity;
  row.score = n.score;
  return row;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fputs("kind_rows PICTURE.ppm UM_PER_PX TRUTH.cells.csv [SCALE]\n", stderr);
    return 2;
  }
  const StainTile tile = tile_of(read_ppm(arguments[1]), std::atof(arguments[2]));
  NucleusOptions options{nucleus_gain_percent(nucleus_contrast(tile)), false};
  const std::vector<Nucleus> nuclei = NucleusFinder()(tile, options);
  const auto labels = labels_of(nuclei, read_truth(arguments[3]));
  CellTable cells;
  for (const Nucleus& nucleus : nuclei)
    cells.push_back(row_of(nucleus, count > 4 ? std::atof(arguments[4]) : 1));
  const auto features = kind_features(cells);
  for (int i = 0; i < kKindFeatures; ++i)
    std::printf("%s,", std::string(name(static_cast<KindFeature>(i))).c_str());
  std::puts("label");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::int32_t value : features[i]) std::printf("%d,", value);
    std::puts(labels[i].c_str());
  }
  return 0;
}
