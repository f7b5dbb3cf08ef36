#pragma once
// The cut-offs that are tried: a grid around those of a grading.
#include <array>
#include <cstddef>
#include <vector>

#include "annulet/cohort/calibrate.hpp"

namespace annulet::cohort {

class CutGrid {
 public:
  /// Where not `free`, an axis holds the base's value alone.
  CutGrid(const Grading& base, const std::array<bool, kCutOffs>& free);

  /// How many combinations there are. Index 0 ... size() - 1, the last axis running fastest.
  std::size_t size() const { return size_; }
  CutOffs at(std::size_t index) const;
  std::size_t base() const { return base_; }
  /// How far from the base: the sum of squares of the shifts, each in units of what is usual for it.
  double distance(std::size_t index) const { return distance_[index]; }
  const std::vector<int>& axis(std::size_t cut) const { return axes_[cut]; }

 private:
  std::array<std::vector<int>, kCutOffs> axes_;
  std::size_t size_ = 1, base_ = 0;
  std::vector<double> distance_;
};

}  // namespace annulet::cohort
