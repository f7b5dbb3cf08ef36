#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "cell/log_blobs.hpp"

namespace annulet::nuclei {

namespace {

constexpr std::int32_t kSquare = kSquareUm * kMicroUnits;

// By strength, then by (y, x, scale). Without branches: what lies near each other comes in no order.
inline bool stronger(const Blob& a, const Blob& b) {
  const auto first = [](const Blob& blob) { return (std::int64_t{blob.strength} << 32) - blob.y; };
  const auto then = [](const Blob& blob) { return (std::int64_t{blob.x} << 32) + blob.scale; };
  return (first(a) > first(b)) | ((first(a) == first(b)) & (then(a) < then(b)));
}

// docs/science/nuclei.md says where the numbers come from.
constexpr std::int32_t kNear = 96;     // 1/64 um: 1.5 um
constexpr std::int32_t kBeside = 224;  // 1/64 um: 3.5 um, in the nucleus that a coarser blob stands for
static_assert(kBeside <= kThinReachUm * kMicroUnits);

// Of two within kBeside. A larger nucleus has weaker blobs of finer scales beside its centre; where those
// are the ones with more response, they are nuclei of their own.
inline bool beats(const Blob& a, const Blob& b, std::int32_t square) {
  const bool is_nucleus_around = (a.scale > b.scale) & (a.response >= b.response);
  return ((square < kNear * kNear) | is_nucleus_around) & stronger(a, b);
}

}  // namespace

Rect<MicroFrame, std::int32_t> squares_of(const Rect<MicroFrame, std::int32_t>& area) {
  const auto down = [](std::int32_t v) {
    return static_cast<std::int32_t>(kSquare * divide_floor(v, kSquare));
  };
  return {down(area.x0), down(area.y0), -down(-area.x1), -down(-area.y1)};
}

void BlobFinder::thin(std::vector<Blob>& blobs) {
  grid_.build(blobs.size(), kBeside, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  placed_.clear();  // in the order of the bins near ones lie near each other in memory too
  for (const std::uint32_t i : grid_.order()) placed_.push_back(blobs[i]);
  blobs.clear();
  for (const Blob& blob : placed_) {
    bool is_beaten = false;
    grid_.stretches(blob.x, blob.y, kBeside, [&](std::uint32_t first, std::uint32_t last) {
      for (std::uint32_t j = first; j < last; ++j) {
        const Blob& other = placed_[j];
        const std::int32_t dx = other.x - blob.x, dy = other.y - blob.y, square = dx * dx + dy * dy;
        is_beaten |= (square < kBeside * kBeside) & beats(other, blob, square);
      }
    });
    if (!is_beaten) blobs.push_back(blob);
  }
}

void BlobFinder::cap(std::vector<Blob>& blobs) {
  grid_.build(blobs.size(), kSquare, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  placed_.clear();
  grid_.each_bin([&](std::uint32_t* begin, std::uint32_t* end) {
    if (end - begin > kBlobsPerSquare) {
      std::sort(begin, end, [&](std::uint32_t a, std::uint32_t b) { return stronger(blobs[a], blobs[b]); });
      end = begin + kBlobsPerSquare;
    }
    for (const std::uint32_t* i = begin; i != end; ++i) placed_.push_back(blobs[*i]);
  });
  blobs.swap(placed_);
}

}  // namespace annulet::nuclei
