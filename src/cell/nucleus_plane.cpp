#include "cell/nucleus_plane.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "annulet/base/wide.hpp"

namespace annulet::nuclei {

namespace {

constexpr int kOffset = 20;  // the value of 0 OD on the nucleus plane: room for -0.05 OD of noise

// x = 20 + 400/100 g (H - k/5 D) with H, D in 1/100 OD: (5 H - k D) 8 fits 16 bits, and the gain becomes a
// 16-bit factor of 1/65536: 4/5 / 8 x 65536 / 100 = 65.536 per percent.
constexpr int kFactorPerPercent1000 = 65536;
constexpr int kDabFifths = 3;      // 0.6: dark DAB carries some blue
constexpr int kPaleDabFifths = 1;  // 0.2, where the slide's nuclei are pale: their grey reads as brown too
constexpr int kPaleGainPercent = 200;

constexpr Wide nucleus_row = [](const std::uint8_t* h, const std::uint8_t* d, int n, int fifths,
                                std::int16_t factor, std::uint8_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    const auto t = static_cast<std::int16_t>((5 * h[i] - fifths * d[i]) * 8);
    const auto v = static_cast<std::int16_t>((static_cast<std::int32_t>(t) * factor) >> 16);
    const auto x = static_cast<std::int16_t>(v + kOffset);
    out[i] = static_cast<std::uint8_t>(std::min(std::max(x, std::int16_t{0}), std::int16_t{255}));
  }
};

constexpr Wide smooth_down = [](const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below,
                                int n, std::uint16_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint16_t>(above[i] + 2 * row[i] + below[i]);
};

// The smoothed plane times 16, and half a unit of the doubled one, which is it times 16 again.
constexpr int kSmoothedHalf = 128 / 16;
constexpr Wide smooth_along = [](const std::uint16_t* s, int n,
                                 std::uint16_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i)
    out[i] = static_cast<std::uint16_t>(s[i - 1] + 2 * s[i] + s[i + 1] + kSmoothedHalf);
};

// A quarter of a pixel from `near`, on the side of `far`: times 4.
constexpr Wide quarter_down = [](const std::uint16_t* near, const std::uint16_t* far, int n,
                                 std::uint16_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint16_t>(3 * near[i] + far[i]);
};

// Two new pixels for each, a quarter of a pixel left and right of it: both bytes in one number.
constexpr Wide double_along = [](const std::uint16_t* s, int n, std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    const auto left = static_cast<std::uint16_t>(s[i - 1] + 3 * s[i]),
               right = static_cast<std::uint16_t>(3 * s[i] + s[i + 1]);
    const auto both = static_cast<std::uint16_t>(std::endian::native == std::endian::little
                                                     ? (left >> 8) | (right & 0xff00)
                                                     : (left & 0xff00) | (right >> 8));
    std::memcpy(out + 2 * i, &both, sizeof both);
  }
};

constexpr Wide pair_sums = [](const std::uint8_t* a, const std::uint8_t* b, int n,
                              std::int16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    out[i] = static_cast<std::int16_t>((a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1]) * 16);
  }
};

// 8/5 of DAB (1/100 OD), up to where it is measured.
constexpr std::uint8_t kMostDab = 150;  // 1/100 OD
constexpr Wide dab_row = [](const std::uint8_t* dab, int n, std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x)
    out[x] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(std::min(dab[x], kMostDab) * 8) / 5);
};

}  // namespace

void nucleus_plane(const StainTile& tile, int gain_percent, Plane<std::uint8_t>& out) {
  const int width = tile.haematoxylin.width(), height = tile.haematoxylin.height();
  out.resize(width, height);
  const int fifths = gain_percent >= kPaleGainPercent ? kPaleDabFifths : kDabFifths;
  const auto factor = static_cast<std::int16_t>(gain_percent * kFactorPerPercent1000 / 1000);
  for (int y = 0; y < height; ++y) {
    nucleus_row(tile.haematoxylin.row(y), tile.dab.row(y), width, fifths, factor, out.row(y));
  }
}

void brown_plane(const StainTile& tile, Plane<std::uint8_t>& out) {
  const int width = tile.dab.width(), height = tile.dab.height();
  out.resize(width, height);
  for (int y = 0; y < height; ++y) dab_row(tile.dab.row(y), width, out.row(y));
}

void fine_plane(const Plane<std::uint8_t>& source, Plane<std::uint16_t>& lines, Plane<std::uint8_t>& fine) {
  constexpr int kHeld = 3;  // smoothed rows: each, and those above and below it
  const int width = source.width(), height = source.height(), inner = 2 * width;
  lines.resize(width + 4, kHeld + 1);
  fine.resize(inner + 2 * kFineBorder, 2 * (height + kFineBorder));
  std::uint16_t* const line = lines.row(kHeld) + 2;
  const auto row = [&](int y) { return source.row(std::clamp(y, 0, height - 1)); };
  const auto smoothed = [&](int y) { return lines.row((y + kHeld) % kHeld) + 1; };  // from column -1 on
  const auto smooth = [&](int y) {
    smooth_down(row(y - 1), row(y), row(y + 1), width, line);
    std::fill_n(line - 2, 2, line[0]);
    std::fill_n(line + width, 2, line[width - 1]);
    smooth_along(line - 1, width + 2, smoothed(y));
  };
  smooth(-1);
  smooth(0);
  for (int y = 0; y < height; ++y) {
    smooth(y + 1);
    for (const int side : {-1, 1}) {
      std::uint8_t* const to = fine.row(kFineBorder + 2 * y + (side > 0 ? 1 : 0)) + kFineBorder;
      quarter_down(smoothed(y), smoothed(y + side), width + 2, line - 1);
      double_along(line, width, to);
      std::fill_n(to - kFineBorder, kFineBorder, to[0]);
      std::fill_n(to + inner, kFineBorder, to[inner - 1]);
    }
  }
  for (int y = 0; y < kFineBorder; ++y) {
    std::copy_n(fine.row(kFineBorder), fine.width(), fine.row(y));
    std::copy_n(fine.row(kFineBorder + 2 * height - 1), fine.width(), fine.row(kFineBorder + 2 * height + y));
  }
}

void coarse_plane(const Plane<std::uint8_t>& source, int skip_x, int skip_y, Plane<std::int16_t>& coarse) {
  const int width = (source.width() - skip_x) / 2, height = (source.height() - skip_y) / 2;
  coarse.resize(std::max(width, 0), std::max(height, 0));
  for (int y = 0; y < coarse.height(); ++y) {
    const int from = 2 * y + skip_y;
    pair_sums(source.row(from) + skip_x, source.row(from + 1) + skip_x, coarse.width(), coarse.row(y));
  }
}

}  // namespace annulet::nuclei
