#pragma once
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace annulet {

/// Disjoint sets of things that have sizes (union by smaller index, path halving).
class Groups {
 public:
  explicit Groups(std::vector<std::uint32_t> sizes) : parent_(sizes.size()), size_(std::move(sizes)) {
    std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
  }
  void join(std::size_t one, std::size_t other) {
    std::uint32_t a = find(one), b = find(other);
    if (a == b) return;
    if (b < a) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
  }
  /// The first thing of the group of `i`.
  std::size_t first(std::size_t i) { return find(i); }
  /// Sum of the sizes of the group of `i`.
  std::uint64_t size(std::size_t i) { return size_[find(i)]; }

 private:
  std::uint32_t find(std::size_t thing) {
    auto i = static_cast<std::uint32_t>(thing);
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  std::vector<std::uint32_t> parent_, size_;
};

}  // namespace annulet
