#include "cell/nucleus_plane.hpp"

#include <algorithm>

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
    out[i] = static_cast<std::uint8_t>(std::clamp<std::int16_t>(x, 0, 255));
  }
};

// Doubling of the 1-2-1 smoothed row: (1 5 7 3) / 16 and its mirror image; results times 16.
constexpr Wide double_row = [](const std::uint8_t* s, int n, std::uint16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    out[2 * i] = static_cast<std::uint16_t>(s[i] + 5 * s[i + 1] + 7 * s[i + 2] + 3 * s[i + 3]);
    out[2 * i + 1] = static_cast<std::uint16_t>(3 * s[i + 1] + 7 * s[i + 2] + 5 * s[i + 3] + s[i + 4]);
  }
};

constexpr Wide blend_rows = [](const std::uint16_t* const r[4], int n, bool mirrored,
                               std::uint8_t* out) ANNULET_KERNEL {
  const std::uint16_t *a = r[mirrored ? 3 : 0], *b = r[mirrored ? 2 : 1], *c = r[mirrored ? 1 : 2],
                      *d = r[mirrored ? 0 : 3];
  for (int i = 0; i < n; ++i) {
    const auto sum = static_cast<std::uint16_t>(a[i] + 5 * b[i] + 7 * c[i] + 3 * d[i] + 128);
    out[i] = static_cast<std::uint8_t>(sum >> 8);
  }
};

constexpr Wide pair_sums = [](const std::uint8_t* a, const std::uint8_t* b, int n,
                              std::int16_t* out) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    out[i] = static_cast<std::int16_t>((a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1]) * 16);
  }
};

// `bright` makes of DAB what stands out, both in 1/100 OD.
template <class Bright>
void dab_plane(const StainTile& tile, Contrast& out, Bright bright) {
  const int width = tile.dab.width(), height = tile.dab.height();
  out.units_per_od = kInteriorUnits;
  out.plane.resize(width, height);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* d = tile.dab.row(y);
    std::uint8_t* to = out.plane.row(y);
    for (int x = 0; x < width; ++x) to[x] = static_cast<std::uint8_t>(bright(d[x]) * 8 / 5);
  }
}

}  // namespace

void nucleus_plane(const StainTile& tile, int gain_percent, Contrast& out) {
  const int width = tile.haematoxylin.width(), height = tile.haematoxylin.height();
  out.units_per_od = kNucleusUnits;
  out.plane.resize(width, height);
  const int fifths = gain_percent >= kPaleGainPercent ? kPaleDabFifths : kDabFifths;
  const auto factor = static_cast<std::int16_t>(gain_percent * kFactorPerPercent1000 / 1000);
  for (int y = 0; y < height; ++y) {
    nucleus_row(tile.haematoxylin.row(y), tile.dab.row(y), width, fifths, factor, out.plane.row(y));
  }
}

void interior_plane(const StainTile& tile, Contrast& out) {
  static constexpr int kClip = 140;  // 1/100 OD: darker DAB is not measured any more
  dab_plane(tile, out, [](int dab) { return kClip - std::min(dab, kClip); });
}

void brown_plane(const StainTile& tile, Contrast& out) {
  static constexpr int kClip = 150;  // 1/100 OD: likewise
  dab_plane(tile, out, [](int dab) { return std::min(dab, kClip); });
}

void fine_plane(const Plane<std::uint8_t>& source, Plane<std::uint16_t>& rows, Plane<std::uint8_t>& fine) {
  constexpr int kHeld = 8;  // doubled rows: the five that two fine rows need, and a power of two
  const int width = source.width(), height = source.height(), inner = 2 * width;
  rows.resize(inner, kHeld);
  fine.resize(2 * (width + kFineBorder), 2 * (height + kFineBorder));
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(width) + 4);
  int doubled = 0;
  const auto row_of = [&](int y) {
    for (; doubled <= y; ++doubled) {
      const std::uint8_t* s = source.row(doubled);
      std::copy_n(s, width, padded.data() + 2);
      padded[0] = padded[1] = s[0];
      std::fill_n(padded.end() - 2, 2, s[width - 1]);
      double_row(padded.data(), width, rows.row(doubled % kHeld));
    }
    return rows.row(y % kHeld);
  };
  for (int y = 0; y < 2 * height; ++y) {
    const bool mirrored = (y & 1) != 0;
    const std::uint16_t* r[4];
    for (int i = 0; i < 4; ++i) r[i] = row_of(std::clamp(y / 2 - 2 + i + (mirrored ? 1 : 0), 0, height - 1));
    std::uint8_t* to = fine.row(y + kFineBorder);
    blend_rows(r, inner, mirrored, to + kFineBorder);
    std::fill_n(to, kFineBorder, to[kFineBorder]);
    std::fill_n(to + kFineBorder + inner, kFineBorder, to[kFineBorder + inner - 1]);
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
