#include <algorithm>

#include "cell/log_blobs.hpp"

namespace annulet::nuclei {

namespace {

bool stronger(const Blob& a, const Blob& b) {
  if (a.strength != b.strength) return a.strength > b.strength;
  if (a.y != b.y) return a.y < b.y;
  if (a.x != b.x) return a.x < b.x;
  return a.scale < b.scale;
}

}  // namespace

void BlobFinder::thin_near(std::vector<Blob>& blobs) {
  constexpr std::int32_t kReach = kThinUm * kMicroUnits;
  grid_.build(blobs.size(), 2 * kReach, 0, 0, [&](std::size_t i) {
    return Point<MicroFrame, std::int32_t>{blobs[i].x, blobs[i].y};
  });
  // Each round asks for the same neighbours: they are looked up once.
  better_.clear();
  better_from_.clear();
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    better_from_.push_back(static_cast<std::uint32_t>(better_.size()));
    grid_.near(blobs[i].x, blobs[i].y, kReach, [&, blob = blobs[i]](std::uint32_t j) {
      const std::int32_t dx = blobs[j].x - blob.x, dy = blobs[j].y - blob.y;
      if (dx * dx + dy * dy < kReach * kReach && stronger(blobs[j], blob)) better_.push_back(j);
    });
  }
  better_from_.push_back(static_cast<std::uint32_t>(better_.size()));
  const auto stronger_near = [&](std::size_t i, auto&& visit) {
    for (std::uint32_t k = better_from_[i]; k < better_from_[i + 1]; ++k) visit(better_[k]);
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
