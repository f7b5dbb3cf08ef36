#pragma once
#include <array>
#include <cstdint>

#include "annulet/model/stain.hpp"

namespace annulet {

/// Optical density is -log10(I / white). Unit of the integer tables: 1/4096 OD.
inline constexpr int kOdOne = 4096;

/// -log10(v / 255) x kOdOne for v = 0 .. 255 (v = 0 counts as 1): integer constants, no libm on the way to a
/// score.
extern const std::array<std::int32_t, 256> kOdOfByte;

/// OD of byte v in a channel whose white is `white`: clipped at 0. 1/4096 OD.
inline std::int32_t od_of(int v, int white) {
  const std::int32_t od = kOdOfByte[static_cast<std::size_t>(v)] - kOdOfByte[static_cast<std::size_t>(white)];
  return od > 0 ? od : 0;
}

/// od_of for every byte of each channel.
using OdTables = std::array<std::array<std::int32_t, 256>, 3>;
OdTables od_tables(const Rgb& white);

}  // namespace annulet
