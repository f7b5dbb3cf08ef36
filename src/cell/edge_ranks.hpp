#pragma once
#include <cstdint>

#include "annulet/base/wide.hpp"
#include "annulet/cell/nucleus.hpp"

namespace annulet::nuclei {

/// How many of the edges of an outline are weaker than each of them: where vectors compare all with all, that
/// takes the place of sorting. For kernels.
inline constexpr auto count_weaker = [](const std::int16_t* edge,
                                        std::int16_t* __restrict weaker) ANNULET_KERNEL {
  for (int i = 0; i < kNucleusRays; ++i) weaker[i] = 0;
  for (int j = 0; j < kNucleusRays; ++j) {
    const std::int16_t e = edge[j];
    for (int i = 0; i < kNucleusRays; ++i)
      weaker[i] = static_cast<std::int16_t>(weaker[i] + (e < edge[i] ? 1 : 0));
  }
};

}  // namespace annulet::nuclei
