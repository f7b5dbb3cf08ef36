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

}  // namespace

Rect<MicroFrame, std::int32_t> thinning_area(const Rect<MicroFrame, std::int32_t>& area) {
  const auto down = [](std::int32_t v) {
    return static_cast<std::int32_t>(kSquare * divide_floor(v, kSquare));
  };
  const Rect<MicroFrame, std::int32_t> squares{down(area.x0), down(area.y0), -down(-area.x1),
                                               -down(-area.y1)};
  return squares.grown(kThinReachUm * kMicroUnits);
}

void BlobFinder::thin_near(std::vector<Blob>& blobs) {
  constexpr std::int32_t kReach = kThinUm * kMicroUnits;
  grid_.build(blobs.size(), 2 * kReach, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  // Each round asks for the same neighbours: they are looked up once, in the order of the bins, where near
  // ones lie near each other in memory too.
  const auto& order = grid_.order();
  placed_.clear();
  for (const std::uint32_t i : order) placed_.push_back(blobs[i]);
  std::uint32_t found = 0;
  better_from_.clear();
  for (const Blob& blob : placed_) {
    better_from_.push_back(found);
    grid_.stretches(blob.x, blob.y, kReach, [&](std::uint32_t first, std::uint32_t last) {
      if (better_.size() < found + (last - first)) better_.resize(2 * (found + (last - first)));
      for (std::uint32_t j = first; j < last; ++j) {
        const Blob& other = placed_[j];
        const std::int32_t dx = other.x - blob.x, dy = other.y - blob.y;
        better_[found] = j;
        found += (dx * dx + dy * dy < kReach * kReach) & stronger(other, blob);
      }
    });
  }
  better_from_.push_back(found);
  const auto stronger_near = [&](std::size_t k, auto&& visit) {
    for (std::uint32_t j = better_from_[k]; j < better_from_[k + 1]; ++j) visit(better_[j]);
  };
  const auto& state = knockout_(placed_.size(), kThinRounds, stronger_near);
  blobs.clear();
  for (std::size_t k = 0; k < placed_.size(); ++k) {
    if (state[k] != Knockout::State::Lost) blobs.push_back(placed_[k]);
  }
}

// Leaves them square by square.
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

void BlobFinder::thin(std::vector<Blob>& blobs) {
  thin_near(blobs);
  cap(blobs);
}

}  // namespace annulet::nuclei
