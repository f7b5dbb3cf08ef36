// -sigma^2 LoG as differences of Gaussians whose standard deviations are 4/3 of each other: with ratio k,
// G(s / sqrt k) - G(s sqrt k) = -s^2 LoG(s) ln k + O(ln^3 k) (Lowe 2004, section 3).
#include "cell/log_blobs.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"

namespace annulet::nuclei {

namespace {

// Half kernels in 1/65536, the middle first, of the steps between the
// Gaussians 1.559, 2.078, 2.771, 3.695, 4.927 um (the geometric means between the scales). The first allows
// for the 1 um pixel; all have exactly the wanted variance in spite of their cut tails.
constexpr std::array<std::int16_t, 5> kStep0 = {16844, 13706, 7384, 2634, 622};
constexpr std::array<std::int16_t, 5> kStep1 = {18928, 14572, 6647, 1797, 288};
constexpr std::array<std::int16_t, 6> kStep2 = {14104, 12203, 7906, 3835, 1393, 379};
constexpr std::array<std::int16_t, 7> kStep3 = {10384, 9611, 7622, 5180, 3016, 1504, 643};
constexpr std::array<std::int16_t, 9> kStep4 = {7752, 7426, 6530, 5271, 3905, 2655, 1657, 949, 499};
constexpr std::array<int, kBlobScales> kMaximumRadius = {1, 2, 2, 3};  // 0.7 sigma in um
constexpr int kWidestMaximum = 3;
constexpr std::array<int, kBlobScales> kSigmaSquare = {830, 1475, 2621, 4660};  // sigma^2, 1/256 um2
constexpr int kLogOfRatio1000 = 288;                                            // 1000 ln(4/3)

inline std::int16_t scaled(std::int16_t v, std::int16_t w) {
  return static_cast<std::int16_t>((static_cast<std::int32_t>(v) * w) >> 16);
}

// Middle tap and pairs of equally far ones. Each product is rounded down: half a unit a tap is given back
// with the middle one. All taps of a value are summed in a register.
template <const auto& kTaps, std::size_t... kPair>
ANNULET_KERNEL inline std::int16_t weighted(std::index_sequence<kPair...>, std::int16_t middle, auto pair) {
  constexpr auto kBack = static_cast<std::int16_t>(kTaps.size() / 2);
  auto sum = static_cast<std::int16_t>(scaled(middle, kTaps[0]) + kBack);
  ((sum = static_cast<std::int16_t>(sum + scaled(pair(static_cast<int>(kPair) + 1), kTaps[kPair + 1]))), ...);
  return sum;
}

// Along a row that is valid as far as the taps reach to both sides.
template <const auto& kTaps>
constexpr Wide along_row = [](const std::int16_t* row, int n, std::int16_t* __restrict out) ANNULET_KERNEL {
  constexpr auto kPairs = std::make_index_sequence<kTaps.size() - 1>{};
  for (int i = 0; i < n; ++i) {
    out[i] = weighted<kTaps>(kPairs, row[i], [&](int k) ANNULET_KERNEL {
      return static_cast<std::int16_t>(row[i - k] + row[i + k]);
    });
  }
};

// Down the rows about one, and what is left of the level before.
template <const auto& kTaps>
constexpr Wide down_rows = [](const std::int16_t* const* rows, const std::int16_t* before, int n,
                              std::int16_t* __restrict out,
                              std::int16_t* __restrict difference) ANNULET_KERNEL {
  constexpr auto kPairs = std::make_index_sequence<kTaps.size() - 1>{};
  const std::int16_t* at[2 * kTaps.size() - 1];
  for (std::size_t k = 0; k < std::size(at); ++k) at[k] = rows[k];
  constexpr int kMiddle = kTaps.size() - 1;
  for (int i = 0; i < n; ++i) {
    const auto pair = [&](int k) ANNULET_KERNEL {
      return static_cast<std::int16_t>(at[kMiddle - k][i] + at[kMiddle + k][i]);
    };
    out[i] = weighted<kTaps>(kPairs, at[kMiddle][i], pair);
    difference[i] = static_cast<std::int16_t>(before[i] - out[i]);
  }
};

constexpr Wide negate = [](const std::int16_t* row, int n, std::int16_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::int16_t>(-row[i]);
};

// One smoothing: how far it looks, and its two directions.
struct Step {
  int reach;
  void (*along)(const std::int16_t* row, int n, std::int16_t* out);
  void (*down)(const std::int16_t* const* rows, const std::int16_t* before, int n, std::int16_t* out,
               std::int16_t* difference);
};

template <const auto& kTaps>
constexpr Step step() {
  return {static_cast<int>(kTaps.size()) - 1,
          [](const std::int16_t* row, int n, std::int16_t* out) { along_row<kTaps>(row, n, out); },
          [](const std::int16_t* const* rows, const std::int16_t* before, int n, std::int16_t* out,
             std::int16_t* difference) { down_rows<kTaps>(rows, before, n, out, difference); }};
}

constexpr std::array<Step, kBlobScales + 1> kSteps = {step<kStep0>(), step<kStep1>(), step<kStep2>(),
                                                      step<kStep3>(), step<kStep4>()};
constexpr int kWidestStep = 8;
// Rows are made to a multiple of this: what vectors leave over at a row's end is done one by one.
constexpr int kLanes = 32;
constexpr int whole_lanes(int n) {
  return (n + kLanes - 1) / kLanes * kLanes;
}

// 1 where a value is at least `least` and at least as large as its eight neighbours. Reads one value more on
// both sides.
constexpr Wide mark_maxima = [](const std::int16_t* above, const std::int16_t* middle,
                                const std::int16_t* below, int n, std::int16_t least,
                                std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    const auto column = [&](int at)
                            ANNULET_KERNEL { return std::max(middle[at], std::max(above[at], below[at])); };
    const std::int16_t around = std::max(column(i), std::max(column(i - 1), column(i + 1)));
    out[i] = static_cast<std::uint8_t>((middle[i] >= around) & (middle[i] >= least));
  }
};

// Calls visit(i) for every mark of n; `marks` goes on with zeros to a multiple of 8.
template <class Visit>
void each_mark(const std::uint8_t* marks, int n, Visit&& visit) {
  for (int i = 0; i < n; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, marks + i, sizeof eight);
    for (; eight != 0; eight &= eight - 1) visit(i + std::countr_zero(eight) / 8);
  }
}

// Largest of the square around x in the middle one of the rows; of equal values the first by (y, x) wins.
// Eight values of a row are compared at once: branches on each would be mispredicted.
bool is_maximum(const std::int16_t* const* rows, int x, int radius) {
  using Eight [[gnu::vector_size(16)]] = std::int16_t;
  constexpr Eight kPlace = {0, 1, 2, 3, 4, 5, 6, 7};
  const auto v = rows[0][x], r = static_cast<std::int16_t>(radius);
  const auto all = [](std::int16_t value) { return Eight{} + value; };
  const auto row = [&](int j) {
    Eight values;
    std::memcpy(&values, rows[j] + x - radius, sizeof values);
    return values;
  };
  const Eight equal_loses = all(static_cast<std::int16_t>(v - 1)), equal_wins = all(v);
  Eight larger = row(0) > (kPlace < all(r) ? equal_loses : equal_wins);
  for (int j = 1; j <= radius; ++j) larger |= (row(-j) > equal_loses) | (row(j) > equal_wins);
  larger &= kPlace <= all(static_cast<std::int16_t>(2 * r));
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(larger);
  return (halves[0] | halves[1]) == 0;
}

// The least differences of two Gaussians on each scale. What rounds to the response `tried` makes the weakest
// blob on the first scale.
std::array<std::int16_t, kBlobScales> least_differences(const BlobLeast& of, int first_scale) {
  const int weakest = std::max(0, (2 * of.tried - 1) * kLogOfRatio1000 / 2000) *
                      kSigmaSquare[static_cast<std::size_t>(first_scale)];
  std::array<std::int16_t, kBlobScales> least;
  for (std::size_t scale = 0; scale < kBlobScales; ++scale) {
    least[scale] = static_cast<std::int16_t>(
        std::max((of.response * kLogOfRatio1000 + 999) / 1000, weakest / kSigmaSquare[scale]));
  }
  return least;
}

// Vertex of the parabola through three values, 1/64 um from the middle one, within half a pixel.
std::int32_t vertex(int before, int middle, int after) {
  const int bend = 2 * middle - before - after;
  if (bend <= 0) return 0;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(divide_round(32 * (after - before), bend), -32, 32));
}

}  // namespace

void BlobFinder::Rows::resize(int width, int held) {
  const auto rows = static_cast<int>(std::bit_ceil(static_cast<unsigned>(held)));
  last_ = rows - 1;
  rows_.resize(width + 2 * kWidestStep + kLanes, rows);
  rows_.fill(kNothing);
}

std::int16_t* BlobFinder::Rows::at(int y) {
  return rows_.row(y & last_) + kWidestStep;
}

void BlobFinder::operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale,
                            int last_scale, const BlobLeast& least, std::vector<Blob>& bright) {
  least_[0] = least_differences(least, first_scale);
  search(coarse, window, first_scale, last_scale, 1);
  take(0, last_scale, bright);
}

void BlobFinder::operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale,
                            int last_scale, const BlobLeast& least_bright, std::vector<Blob>& bright,
                            const BlobLeast& least_dark, std::vector<Blob>& dark) {
  least_ = {least_differences(least_bright, first_scale), least_differences(least_dark, first_scale)};
  search(coarse, window, first_scale, last_scale, 2);
  take(0, last_scale, bright);
  take(1, last_scale, dark);
}

// What `search` has found on a side.
void BlobFinder::take(std::size_t side, int last_scale, std::vector<Blob>& blobs) {
  blobs.clear();
  for (int scale = first_scale_; scale <= last_scale; ++scale) {
    const std::vector<Blob>& found = level_of(scale + 1).blobs[side];
    blobs.insert(blobs.end(), found.begin(), found.end());
  }
}

void BlobFinder::search(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale,
                        int last_scale, std::size_t sides) {
  coarse_ = &coarse;
  window_ = &window;
  first_scale_ = first_scale;
  sides_ = sides;
  for (Level& level : levels_) {
    for (auto& blobs : level.blobs) blobs.clear();
  }
  if (coarse_->width() < 3 || coarse_->height() < 3) return;
  plan(last_scale);
  if (wanted_.empty()) return;
  const int width = coarse_->width();
  padded_.resize(width, 1);
  nothing_.resize(width, 1);
  marks_.assign(static_cast<std::size_t>(whole_lanes(width)) + 8, 0);
  for (int k = 0; k <= last_scale + 1; ++k) {
    Level& level = level_of(k);
    level.spread.resize(width, 2 * kSteps[static_cast<std::size_t>(k)].reach + 1);
    level.smooth.resize(width, kWidestStep + 1);
    for (std::size_t side = 0; side < sides_; ++side)
      level.difference[side].resize(width, 2 * kWidestMaximum + 1);
  }
  for (const Part& part = level_of(last_scale + 1).part; level_of(last_scale + 1).smooth_made < part.y1;)
    make_row(last_scale + 1);
}

// Where the window's pixels may be maxima, and so much around it as each level has to be made of.
void BlobFinder::plan(int last_scale) {
  const Part plane{0, 0, coarse_->width(), coarse_->height()};
  const auto first_at = [](std::int32_t from, std::int32_t wanted) {
    return static_cast<int>(-divide_floor(from - wanted, kMicroUnits));
  };
  const BlobWindow& window = *window_;
  wanted_ = Part{first_at(window.first_x, window.wanted.x0), first_at(window.first_y, window.wanted.y0),
                 first_at(window.first_x, window.wanted.x1), first_at(window.first_y, window.wanted.y1)}
                .clipped(plane.grown(-1));
  Part part = wanted_.grown(kWidestMaximum).clipped(plane);
  for (int k = last_scale + 1; k >= 0; --k) {
    Level& level = level_of(k);
    level.part = part;
    level.smooth_made = part.y0;
    part = part.grown(kSteps[static_cast<std::size_t>(k)].reach).clipped(plane);
    level.spread_made = part.y0;
  }
}

// A row of a level with replicated borders: of the plane itself for level -1.
const std::int16_t* BlobFinder::row_of(int level, int y) {
  const int width = coarse_->width();
  std::int16_t* row = nullptr;
  if (level < 0) {
    row = padded_.at(0);
    std::copy_n(coarse_->row(y), width, row);
  } else {
    while (level_of(level).smooth_made <= y) make_row(level);
    row = level_of(level).smooth.at(y);
  }
  std::fill_n(row - kWidestStep, kWidestStep, row[0]);
  std::fill_n(row + width, kWidestStep, row[width - 1]);
  return row;
}

// The next row of a level, of the levels that it needs, and of what they are made for.
void BlobFinder::make_row(int k) {
  Level& level = level_of(k);
  const Step& step = kSteps[static_cast<std::size_t>(k)];
  const auto [x0, y0, x1, y1] = level.part;
  const int y = level.smooth_made++, width = whole_lanes(x1 - x0), last = coarse_->height() - 1;
  for (int& next = level.spread_made; next <= std::min(y + step.reach, last); ++next)
    step.along(row_of(k - 1, next) + x0, width, level.spread.at(next) + x0);
  const std::int16_t* rows[2 * kWidestStep + 1];
  for (int i = -step.reach; i <= step.reach; ++i)
    rows[i + step.reach] = level.spread.at(std::clamp(y + i, 0, last)) + x0;
  Rows& before = k > 0 ? level_of(k - 1).smooth : level.spread;  // the first has none, and needs none
  std::int16_t* const difference = level.difference[0].at(y) + x0;
  step.down(rows, before.at(y) + x0, width, level.smooth.at(y) + x0, difference);
  if (k <= first_scale_) return;
  if (sides_ == 2) negate(difference, width, level.difference[1].at(y) + x0);
  const int radius = kMaximumRadius[static_cast<std::size_t>(k - 1)];
  for (std::size_t side = 0; side < sides_; ++side) {
    if (x1 == coarse_->width()) std::fill_n(level.difference[side].at(y) + x1, kWidestStep, Rows::kNothing);
    maxima(side, k - 1, y - radius);
    for (int below = y - radius + 1; y == y1 - 1 && below <= y; ++below) maxima(side, k - 1, below);
  }
}

// Those of a row of differences whose neighbours are all made.
void BlobFinder::maxima(std::size_t side, int scale, int y) {
  if (y < wanted_.y0 || y >= wanted_.y1) return;
  const BlobWindow& window = *window_;
  const int height = coarse_->height(), x0 = wanted_.x0, x1 = wanted_.x1;
  const std::int32_t centre_y = window.first_y + y * kMicroUnits;
  Level& level = level_of(scale + 1);
  const std::int16_t* about[2 * kWidestMaximum + 1];
  for (int j = -kWidestMaximum; j <= kWidestMaximum; ++j) {
    const bool real = y + j >= 0 && y + j < height;
    about[j + kWidestMaximum] = real ? level.difference[side].at(y + j) : nothing_.at(0);
  }
  const std::int16_t* const* rows = about + kWidestMaximum;
  mark_maxima(rows[-1] + x0, rows[0] + x0, rows[1] + x0, whole_lanes(x1 - x0),
              least_[side][static_cast<std::size_t>(scale)], marks_.data());
  std::fill_n(marks_.data() + x1 - x0, 8, std::uint8_t{0});
  each_mark(marks_.data(), x1 - x0, [&](int i) {
    const int x = x0 + i, v = rows[0][x];
    if (!is_maximum(rows, x, kMaximumRadius[static_cast<std::size_t>(scale)])) return;
    Blob blob;
    blob.x = window.first_x + x * kMicroUnits + vertex(rows[0][x - 1], v, rows[0][x + 1]);
    blob.y = centre_y + vertex(rows[-1][x], v, rows[1][x]);
    blob.response = static_cast<std::int32_t>(divide_round(v * 1000, kLogOfRatio1000));
    blob.strength = v * kSigmaSquare[static_cast<std::size_t>(scale)];
    blob.scale = scale;
    level.blobs[side].push_back(blob);
  });
}

}  // namespace annulet::nuclei
