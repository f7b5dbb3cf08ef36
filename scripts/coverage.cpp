// How often an interval of 95 % holds the share of the population that a slide was taken from.
//   g++ -std=c++20 -O2 -Iinclude scripts/coverage.cpp BUILD/libannulet_guideline.a BUILD/libannulet_base.a
//       -lfmt -o coverage
//   coverage [SLIDES]                          fields of cells without pixels
//   coverage --windows TRUTH.csv FIELD.csv UM SLIDES   pieces of UM x UM cut out of one large field
// FIELD.csv: x_um,y_um,pattern (0-4: none, faint, incomplete, weak or moderate, intense) of the tumour cells,
// as scripts/coverage_phantoms makes it of a phantom's truth or of what annulet found on it; the share to be
// held is that of TRUTH.csv.
// Fields of cells without pixels: nests of tumour cells 90 um apart, each cell stained where a smooth field
// mixed with chance exceeds a level. The share of the population is that of the same field over an area that
// is 400 times as large. Prints a row of docs/validation/intervals.md for each kind of slide.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "annulet/base/random.hpp"
#include "annulet/guideline/block_bootstrap.hpp"

using namespace annulet;

namespace {

/// Smooth noise of about unit variance that never repeats: cubic blend of a hashed lattice, two octaves.
class Field {
 public:
  Field(std::uint64_t seed, double scale_um) : seed_(seed), scale_(scale_um) {}
  double operator()(double x, double y) const {
    return (octave(x / scale_, y / scale_, 1) + 0.5 * octave(2 * x / scale_, 2 * y / scale_, 2)) / 0.72;
  }

 private:
  static double blend(double t) { return t * t * (3 - 2 * t); }
  double at(std::int64_t i, std::int64_t j, std::uint64_t channel) const {
    Random random(seed_ ^ (static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15ULL) ^
                  (static_cast<std::uint64_t>(j) * 0xc2b2ae3d27d4eb4fULL) ^ (channel << 60));
    random.next();
    return random.normal();
  }
  double octave(double x, double y, std::uint64_t channel) const {
    x += 1e6;
    y += 1e6;
    const auto i = static_cast<std::int64_t>(x), j = static_cast<std::int64_t>(y);
    const double u = blend(x - static_cast<double>(i)), v = blend(y - static_cast<double>(j));
    const double top = at(i, j, channel) * (1 - u) + at(i + 1, j, channel) * u;
    const double bottom = at(i, j + 1, channel) * (1 - u) + at(i + 1, j + 1, channel) * u;
    return top * (1 - v) + bottom * v;
  }
  std::uint64_t seed_;
  double scale_;
};

struct Shape {
  const char* name;
  double width_um, height_um;
  int pieces;  // such rectangles, far from each other
};

struct Staining {
  const char* name;
  double coherence, scale_um;
};

constexpr double kCellUm = 16, kNestUm = 90;

/// Calls `cell(x, y, value)` for every tumour cell of one slide.
template <class Use>
void grow(std::uint64_t seed, const Shape& shape, const Staining& staining, Use&& cell) {
  const Field nests(seed * 2 + 1, kNestUm), stain(seed * 2 + 2, staining.scale_um);
  Random random(seed);
  const double chance = 1 - staining.coherence;
  for (int piece = 0; piece < shape.pieces; ++piece) {
    const double left = 3000.0 * piece + random.uniform(0, 500), top = random.uniform(0, 500);
    for (double y = kCellUm / 2; y < shape.height_um; y += kCellUm) {
      for (double x = kCellUm / 2; x < shape.width_um; x += kCellUm) {
        const double px = left + x, py = top + y;
        if (nests(px, py) < 0) continue;
        cell(px, py, staining.coherence * stain(px, py) + chance * random.normal());
      }
    }
  }
}

/// The level that `share` of the population exceeds.
double level_of(const Staining& staining, double share) {
  std::vector<double> values;
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    grow(seed + 1'000'000, {"", 4000, 4000, 1}, staining,
         [&](double, double, double v) { values.push_back(v); });
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>((1 - share) * static_cast<double>(values.size()));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

BlockTable blocks_of(std::uint64_t seed, const Shape& shape, const Staining& staining,
                     const std::vector<double>& levels) {
  struct Cell {
    std::int32_t row, column;
    double value;
  };
  std::vector<Cell> cells;
  grow(seed, shape, staining, [&](double x, double y, double v) {
    cells.push_back(
        {static_cast<std::int32_t>(y / kFinestBlockUm), static_cast<std::int32_t>(x / kFinestBlockUm), v});
  });
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
    return std::pair{a.row, a.column} < std::pair{b.row, b.column};
  });
  BlockTable table{kFinestBlockUm, levels.size(), {}, {}, {}};
  for (const Cell& c : cells) {
    if (table.place.empty() || table.place.back() != std::pair{c.row, c.column}) {
      table.place.emplace_back(c.row, c.column);
      table.of.push_back(0);
      table.counts.resize(table.counts.size() + levels.size());
    }
    ++table.of.back();
    for (std::size_t q = 0; q < levels.size(); ++q)
      table.counts[table.counts.size() - levels.size() + q] += c.value > levels[q];
  }
  return table;
}

struct Point {
  double x, y;
  int pattern;
};

std::vector<Point> read_field(const char* path) {
  std::vector<Point> cells;
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) {
    std::fprintf(stderr, "coverage: cannot read %s\n", path);
    std::exit(2);
  }
  for (Point p{}; std::fscanf(file, "%lf,%lf,%d", &p.x, &p.y, &p.pattern) == 3;) cells.push_back(p);
  std::fclose(file);
  return cells;
}

BlockTable window(const std::vector<Point>& field, double left, double top, double edge) {
  std::map<std::pair<std::int32_t, std::int32_t>, std::array<std::uint32_t, 5>> blocks;
  for (const Point& p : field) {
    if (p.x < left || p.y < top || p.x >= left + edge || p.y >= top + edge) continue;
    const auto block = std::pair{static_cast<std::int32_t>((p.y - top) / kFinestBlockUm),
                                 static_cast<std::int32_t>((p.x - left) / kFinestBlockUm)};
    ++blocks[block][static_cast<std::size_t>(p.pattern)];
  }
  BlockTable table{kFinestBlockUm, 5, {}, {}, {}};
  for (const auto& [place, counts] : blocks) {
    table.place.push_back(place);
    table.of.push_back(std::accumulate(counts.begin(), counts.end(), 0U));
    table.counts.insert(table.counts.end(), counts.begin(), counts.end());
  }
  return table;
}

int cut_windows(const char* truth_path, const char* field_path, double edge, int slides) {
  const std::vector<Point> truth = read_field(truth_path), field = read_field(field_path);
  std::array<double, 5> shares{};
  double right = 0, bottom = 0;
  for (const Point& p : truth) {
    shares[static_cast<std::size_t>(p.pattern)] += 1e5 / static_cast<double>(truth.size());
    right = std::max(right, p.x);
    bottom = std::max(bottom, p.y);
  }
  std::array<int, 5> held{};
  Random random(17);
  double blocks = 0, cells = 0;
  int done = 0;
  while (done < slides) {
    const BlockTable fine =
        window(field, random.uniform(0, right - edge), random.uniform(0, bottom - edge), edge);
    const std::uint32_t n = std::accumulate(fine.of.begin(), fine.of.end(), 0U);
    if (n < 100) continue;  // would not be evaluable
    const BlockTable table = blocks_to_resample(fine);
    const std::vector<ShareInterval> intervals = share_intervals(table);
    for (std::size_t q = 0; q < held.size(); ++q)
      held[q] += double(intervals[q].low) <= shares[q] && shares[q] <= double(intervals[q].high);
    blocks += double(table.size());
    cells += n;
    ++done;
  }
  std::printf("| %.0f | %.0f |", cells / slides, blocks / slides);
  for (std::size_t q = 0; q < held.size(); ++q)
    std::printf(" %.1f %%: %.1f |", shares[q] / 1000, 100.0 * held[q] / slides);
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string(argv[1]) == "--windows")
    return cut_windows(argv[2], argv[3], std::atof(argv[4]), std::atoi(argv[5]));
  const int slides = argc > 1 ? std::atoi(argv[1]) : 300;
  const std::vector<double> shares{0.0005, 0.005, 0.02, 0.10, 0.30, 0.60};
  const Shape shapes[] = {{"resection, 8 x 8 mm", 8000, 8000, 1},
                          {"small resection, 4 x 4 mm", 4000, 4000, 1},
                          {"piece, 2 x 2 mm", 2000, 2000, 1},
                          {"biopsy, 3 cores of 0.8 x 6 mm", 800, 6000, 3},
                          {"biopsy, 1 core of 0.8 x 6 mm", 800, 6000, 1},
                          {"fragment, 0.7 x 0.7 mm", 700, 700, 1}};
  const Staining stainings[] = {
      {"homogeneous", 0.1, 90}, {"patches of 90 um", 0.8, 90}, {"patches of 300 um", 0.8, 300}};
  for (const Staining& staining : stainings) {
    std::vector<double> levels;
    for (const double share : shares) levels.push_back(level_of(staining, share));
    for (const Shape& shape : shapes) {
      std::vector<int> held(shares.size()), plain(shares.size());
      double blocks = 0, cells = 0, width = 0;
      int edge = 0;
      for (int s = 0; s < slides; ++s) {
        const BlockTable table =
            blocks_to_resample(blocks_of(static_cast<std::uint64_t>(s) + 10, shape, staining, levels));
        std::vector<std::vector<double>> drawn(shares.size());
        const std::vector<ShareInterval> intervals =
            share_intervals(table, [&](std::span<const std::uint64_t> c, std::uint64_t n) {
              for (std::size_t q = 0; q < c.size(); ++q) drawn[q].push_back(double(c[q]) / double(n));
            });
        blocks += double(table.size());
        cells += double(intervals[0].of);
        edge += table.edge_um;
        width += double(intervals[3].high - intervals[3].low) / 1000;
        for (std::size_t q = 0; q < shares.size(); ++q) {
          held[q] +=
              double(intervals[q].low) <= shares[q] * 1e5 && shares[q] * 1e5 <= double(intervals[q].high);
          std::sort(drawn[q].begin(), drawn[q].end());
          const std::size_t at = drawn[q].size() / 40;
          plain[q] += drawn[q][at] <= shares[q] && shares[q] <= drawn[q][drawn[q].size() - 1 - at];
        }
      }
      std::printf("| %s | %s | %.0f | %.0f of %d um | %.1f |", staining.name, shape.name, cells / slides,
                  blocks / slides, edge / slides, width / slides);
      for (std::size_t q = 0; q < shares.size(); ++q)
        std::printf(" %.1f (%.1f) |", 100.0 * held[q] / slides, 100.0 * plain[q] / slides);
      std::printf("\n");
      std::fflush(stdout);
    }
  }
}
