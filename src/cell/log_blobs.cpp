// -sigma^2 LoG as differences of Gaussians whose standard deviations are 4/3 of each other: with ratio k,
// G(s / sqrt k) - G(s sqrt k) = -s^2 LoG(s) ln k + O(ln^3 k) (Lowe 2004, section 3).
#include "cell/log_blobs.hpp"

#include <algorithm>
#include <span>

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
constexpr std::array<std::span<const std::int16_t>, 5> kSteps = {kStep0, kStep1, kStep2, kStep3, kStep4};
constexpr int kWidestStep = 8;

constexpr std::array<int, kBlobScales> kMaximumRadius = {1, 2, 2, 3};           // 0.7 sigma in um
constexpr std::array<int, kBlobScales> kSigmaSquare = {830, 1475, 2621, 4660};  // sigma^2, 1/256 um2
constexpr int kLogOfRatio1000 = 288;                                            // 1000 ln(4/3)

inline std::int16_t scaled(std::int16_t v, std::int16_t w) {
  return static_cast<std::int16_t>((static_cast<std::int32_t>(v) * w) >> 16);
}

constexpr Wide add_taps = [](const std::int16_t* a, const std::int16_t* b, std::int16_t w, int n,
                             std::int16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    const auto sum = static_cast<std::int16_t>(a[i] + b[i]);
    out[i] = static_cast<std::int16_t>(out[i] + scaled(sum, w));
  }
};

// Each product is rounded down: half a unit a tap is given back with the middle one.
constexpr Wide first_tap = [](const std::int16_t* a, std::int16_t w, std::int16_t back, int n,
                              std::int16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::int16_t>(scaled(a[i], w) + back);
};

constexpr Wide subtract = [](const std::int16_t* a, const std::int16_t* b, int n, std::int16_t* out)
                              ANNULET_KERNEL {
                                for (int i = 0; i < n; ++i) out[i] = static_cast<std::int16_t>(a[i] - b[i]);
                              };

void smooth(const Plane<std::int16_t>& source, std::span<const std::int16_t> taps, Plane<std::int16_t>& rows,
            Plane<std::int16_t>& target) {
  const int width = source.width(), height = source.height(), reach = static_cast<int>(taps.size()) - 1;
  const auto back = static_cast<std::int16_t>(taps.size() / 2);
  rows.resize(width, height);
  target.resize(width, height);
  std::vector<std::int16_t> padded(static_cast<std::size_t>(width + 2 * kWidestStep));
  for (int y = 0; y < height; ++y) {
    const std::int16_t* s = source.row(y);
    std::int16_t* p = padded.data() + reach;
    std::fill_n(padded.data(), reach, s[0]);
    std::copy_n(s, width, p);
    std::fill_n(p + width, reach, s[width - 1]);
    first_tap(p, taps[0], back, width, rows.row(y));
    for (int k = 1; k <= reach; ++k)
      add_taps(p - k, p + k, taps[static_cast<std::size_t>(k)], width, rows.row(y));
  }
  for (int y = 0; y < height; ++y) {
    first_tap(rows.row(y), taps[0], back, width, target.row(y));
    for (int k = 1; k <= reach; ++k) {
      add_taps(rows.row(std::max(y - k, 0)), rows.row(std::min(y + k, height - 1)),
               taps[static_cast<std::size_t>(k)], width, target.row(y));
    }
  }
}

constexpr Wide column_maxima = [](const std::int16_t* a, const std::int16_t* b, const std::int16_t* c, int n,
                                  std::int16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) out[i] = std::max(a[i], std::max(b[i], c[i]));
};

constexpr Wide mark_maxima = [](const std::int16_t* columns, const std::int16_t* middle, int n,
                                std::int16_t least, std::uint8_t* out) ANNULET_KERNEL {
  for (int i = 1; i + 1 < n; ++i) {
    const std::int16_t around = std::max(columns[i], std::max(columns[i - 1], columns[i + 1]));
    out[i] = static_cast<std::uint8_t>((middle[i] >= around) & (middle[i] >= least));
  }
};

// Largest of the square around (x, y); of equal values the first by (y, x) wins.
bool is_maximum(const Plane<std::int16_t>& plane, int x, int y, int radius) {
  const std::int16_t v = plane(x, y);
  const int top = std::max(y - radius, 0), bottom = std::min(y + radius, plane.height() - 1);
  const int left = std::max(x - radius, 0), right = std::min(x + radius, plane.width() - 1);
  for (int j = top; j <= bottom; ++j) {
    const std::int16_t* row = plane.row(j);
    for (int i = left; i <= right; ++i) {
      if (row[i] > v || (row[i] == v && (j < y || (j == y && i < x)))) return false;
    }
  }
  return true;
}

// Vertex of the parabola through three values, 1/64 um from the middle one, within half a pixel.
std::int32_t vertex(int before, int middle, int after) {
  const int bend = 2 * middle - before - after;
  if (bend <= 0) return 0;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(divide_round(32 * (after - before), bend), -32, 32));
}

bool stronger(const Blob& a, const Blob& b) {
  if (a.strength != b.strength) return a.strength > b.strength;
  if (a.y != b.y) return a.y < b.y;
  if (a.x != b.x) return a.x < b.x;
  return a.scale < b.scale;
}

}  // namespace

void BlobFinder::maxima(const Plane<std::int16_t>& difference, const BlobWindow& window, int threshold,
                        int scale, std::vector<Blob>& blobs) {
  const int width = difference.width(), height = difference.height();
  const auto least = static_cast<std::int16_t>((threshold * kLogOfRatio1000 + 999) / 1000);
  candidate_.assign(static_cast<std::size_t>(width), 0);
  column_.resize(width, 1);
  for (int y = 1; y + 1 < height; ++y) {
    const std::int32_t centre_y = window.first_y + y * kMicroUnits;
    if (centre_y < window.wanted.y0 || centre_y >= window.wanted.y1) continue;
    column_maxima(difference.row(y - 1), difference.row(y), difference.row(y + 1), width, column_.row(0));
    mark_maxima(column_.row(0), difference.row(y), width, least, candidate_.data());
    for (int x = 1; x + 1 < width; ++x) {
      if (candidate_[static_cast<std::size_t>(x)] == 0) continue;
      const std::int32_t centre_x = window.first_x + x * kMicroUnits;
      if (centre_x < window.wanted.x0 || centre_x >= window.wanted.x1) continue;
      if (!is_maximum(difference, x, y, kMaximumRadius[static_cast<std::size_t>(scale)])) continue;
      const int v = difference(x, y);
      Blob blob;
      blob.x = centre_x + vertex(difference(x - 1, y), v, difference(x + 1, y));
      blob.y = centre_y + vertex(difference(x, y - 1), v, difference(x, y + 1));
      blob.response = static_cast<std::int32_t>(divide_round(v * 1000, kLogOfRatio1000));
      blob.strength = v * kSigmaSquare[static_cast<std::size_t>(scale)];
      blob.scale = scale;
      blobs.push_back(blob);
    }
  }
}

void BlobFinder::operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int threshold,
                            int first_scale, int last_scale, std::vector<Blob>& blobs) {
  blobs.clear();
  if (coarse.width() < 3 || coarse.height() < 3) return;
  smooth(coarse, kSteps[0], rows_, smooth_[0]);
  for (int scale = 0; scale <= last_scale; ++scale) {
    const auto from = static_cast<std::size_t>(scale % 2);
    smooth(smooth_[from], kSteps[static_cast<std::size_t>(scale) + 1], rows_, smooth_[1 - from]);
    if (scale < first_scale) continue;
    difference_.resize(coarse.width(), coarse.height());
    for (int y = 0; y < coarse.height(); ++y) {
      subtract(smooth_[from].row(y), smooth_[1 - from].row(y), coarse.width(), difference_.row(y));
    }
    maxima(difference_, window, threshold, scale, blobs);
  }
}

void BlobFinder::thin_near(std::vector<Blob>& blobs) {
  constexpr std::int32_t kReach = kThinUm * kMicroUnits;
  grid_.build(blobs.size(), 2 * kReach, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  const auto stronger_near = [&](std::size_t i, auto&& visit) {
    grid_.near(blobs[i].x, blobs[i].y, kReach, [&](std::uint32_t j) {
      const std::int32_t dx = blobs[j].x - blobs[i].x, dy = blobs[j].y - blobs[i].y;
      if (dx * dx + dy * dy < kReach * kReach && stronger(blobs[j], blobs[i])) visit(j);
    });
  };
  const auto& state = knockout_(blobs.size(), kThinRounds, stronger_near);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (state[i] != Knockout::State::Lost) blobs[kept++] = blobs[i];
  }
  blobs.resize(kept);
}

void BlobFinder::cap(std::vector<Blob>& blobs) {
  constexpr std::int32_t kSquare = kSquareUm * kMicroUnits;
  capped_.assign(blobs.size(), 0);
  grid_.build(blobs.size(), kSquare, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  grid_.each_bin([&](std::uint32_t* begin, std::uint32_t* end) {
    if (end - begin <= kBlobsPerSquare) return;
    std::sort(begin, end, [&](std::uint32_t a, std::uint32_t b) { return stronger(blobs[a], blobs[b]); });
    for (std::uint32_t* i = begin + kBlobsPerSquare; i != end; ++i) capped_[*i] = 1;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (capped_[i] == 0) blobs[kept++] = blobs[i];
  }
  blobs.resize(kept);
}

void BlobFinder::thin(std::vector<Blob>& blobs) {
  thin_near(blobs);
  cap(blobs);
}

}  // namespace annulet::nuclei
