#include "tile_checks.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace annulet {
namespace {

enum : std::uint8_t { kTaken = 1, kBrokenRight = 2, kBrokenBelow = 4 };

/// Tiles of glass compress to less (256 x 256 px: 1 to 3 KB), and many of them are alike.
constexpr std::size_t kLeastTwinBytes = 4096;

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd

std::uint64_t mixed(std::uint64_t digest, std::uint64_t word) {
  digest = (digest ^ word) * kMix;
  return digest ^ digest >> 32;
}

}  // namespace

std::uint64_t quick_digest(std::span<const std::uint8_t> bytes) {
  std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
  const auto word_at = [&](std::size_t at) {
    static_assert(std::endian::native == std::endian::little, "the same words on every machine");
    std::uint64_t word = 0;
    std::memcpy(&word, &bytes[at], sizeof word);
    return word;
  };
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) lanes[lane] = mixed(lanes[lane], word_at(at + 8 * lane));
  }
  std::uint64_t digest = bytes.size();
  for (; at < bytes.size(); ++at) digest = mixed(digest, bytes[at]);
  for (const std::uint64_t lane : lanes) digest = mixed(digest, lane);
  return digest == 0 ? 1 : digest;
}

void TileChecks::take(std::uint32_t number, const TileEdges& edges, std::span<const std::uint8_t> payload) {
  const std::uint64_t digest = payload.size() >= kLeastTwinBytes ? quick_digest(payload) : 0;
  const std::lock_guard lock(mutex_);
  if (state_.empty()) {
    state_.resize(std::size_t{columns_} * rows_);
    payload_.resize(state_.size());
  }
  if ((state_[number] & kTaken) != 0) return;
  state_[number] |= kTaken;
  payload_[number] = digest;
  const std::uint32_t column = number % columns_, row = number / columns_;
  const auto meet = [&](bool exists, std::uint32_t other, bool other_first, bool below) {
    const auto held = exists ? held_.find(other) : held_.end();
    if (held == held_.end()) return;
    other_first ? judge(other, *held->second, edges, below) : judge(number, edges, *held->second, below);
    if (is_done(other)) let_go(held);
  };
  meet(column > 0, number - 1, true, false);
  meet(column + 1 < columns_, number + 1, false, false);
  meet(row > 0, number - columns_, true, true);
  meet(row + 1 < rows_, number + columns_, false, true);
  if (!is_done(number)) hold(number, edges);
}

void TileChecks::judge(std::uint32_t first, const TileEdges& one, const TileEdges& other, bool below) {
  const SeamSteps steps = below ? seam_between(one.side(TileEdges::Bottom), other.side(TileEdges::Top))
                                : seam_between(one.side(TileEdges::Right), other.side(TileEdges::Left));
  if (steps.broken()) state_[first] |= below ? kBrokenBelow : kBrokenRight;
}

/// All tiles beside it were decoded.
bool TileChecks::is_done(std::uint32_t number) const {
  const std::uint32_t column = number % columns_, row = number / columns_;
  const auto taken = [&](std::uint32_t other) { return (state_[other] & kTaken) != 0; };
  return (column == 0 || taken(number - 1)) && (column + 1 == columns_ || taken(number + 1)) &&
         (row == 0 || taken(number - columns_)) && (row + 1 == rows_ || taken(number + columns_));
}

void TileChecks::hold(std::uint32_t number, const TileEdges& edges) {
  if (spare_.empty()) {
    held_[number] = std::make_unique<TileEdges>(edges);
    return;
  }
  Held::node_type node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = number;
  *node.mapped() = edges;
  held_.insert(std::move(node));
}

void TileChecks::let_go(Held::iterator held) {
  spare_.push_back(held_.extract(held));
}

std::vector<TileChecks::Seam> TileChecks::seams() const {
  const std::lock_guard lock(mutex_);
  std::vector<Seam> found;
  for (std::uint32_t number = 0; number < state_.size(); ++number) {
    if ((state_[number] & kBrokenRight) != 0) found.push_back({number, false});
    if ((state_[number] & kBrokenBelow) != 0) found.push_back({number, true});
  }
  return found;
}

std::vector<std::vector<std::uint32_t>> TileChecks::twins() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> known;
  for (std::uint32_t number = 0; number < payload_.size(); ++number) {
    if (payload_[number] != 0) known.emplace_back(payload_[number], number);
  }
  std::sort(known.begin(), known.end());
  std::vector<std::vector<std::uint32_t>> found;
  for (auto from = known.begin(); from != known.end();) {
    const auto end = std::find_if(from, known.end(), [&](const auto& k) { return k.first != from->first; });
    if (end - from > 1) {
      std::vector<std::uint32_t>& group = found.emplace_back();
      for (auto of = from; of != end; ++of) group.push_back(of->second);
    }
    from = end;
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace annulet
