#include <algorithm>

#include "annulet/base/wide.hpp"
#include "cell/lanes.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

// docs/science/membrane.md, "Numbers"; gains and costs in 1/1600 OD.
constexpr std::int16_t kProminenceLimit = kOdUnits / 2;  // a darker wall draws no more than 0.5 OD
constexpr int kPull = kOdUnits * 2 / 100 / kStepsPerUm;  // 0.02 OD for each um off the prior
constexpr std::int16_t kOutOfRange = -5 * kOdUnits;      // where the ray itself allows no wall

// Where the clear cytoplasm begins, a baseline has less than its full length: this many positions.
constexpr int kShortened = kBaselineFar - kBaselineNear;

int pull_of(const Prior& prior, std::size_t ray) {
  return prior.facing[ray] < 0 ? kPull / 2 : kPull;
}

// By value, unlike std::min: so the loops below become vector code.
inline std::int16_t lesser(std::int16_t a, std::int16_t b) {
  return a < b ? a : b;
}

static_assert(kBaselineFar - kBaselineNear + 1 == 10);

// least[k] = the smallest of ten values from k on: the width of the baseline.
void least_of_ten(const std::int16_t* values, int length, std::int16_t* least) {
  std::int16_t two[Samples::kRow], four[Samples::kRow];
  for (int k = 0; k < length + 8; ++k) two[k] = lesser(values[k], values[k + 1]);
  for (int k = 0; k < length + 4; ++k) four[k] = lesser(two[k], two[k + 2]);
  for (int k = 0; k < length; ++k) least[k] = lesser(lesser(four[k], four[k + 4]), two[k + 8]);
}

void find_baselines_portable(Samples& s, std::size_t ray) {
  const std::int16_t* dab = s.dab_of(ray);
  std::int16_t *inside = s.inside[ray] + Samples::kBefore, *lower = s.lower[ray] + Samples::kBefore;
  std::int16_t* prominence = s.prominence[ray] + Samples::kBefore;
  const int low = s.low[ray], high = s.high[ray], clear = s.clear[ray];
  std::int16_t least[Samples::kRow];
  least_of_ten(dab + low - kBaselineFar, high - low + 1 + kBaselineFar + kBaselineNear, least);
  std::copy_n(least, high - low + 1, inside + low);
  std::int16_t since_clear = dab[clear];
  for (int k = clear + kBaselineNear; k < std::min(clear + kBaselineFar, high + 1); ++k) {
    inside[k] = since_clear = lesser(since_clear, dab[k - kBaselineNear]);
  }
  std::fill_n(prominence + low - kLanes, kLanes, kNowhere);
  const std::int16_t* outside = least + kBaselineFar + kBaselineNear;
  for (int k = low; k <= high; ++k) {
    const std::int16_t inner = inside[k], outer = outside[k - low];
    lower[k] = lesser(inner, outer);
    prominence[k] = static_cast<std::int16_t>(dab[k] - (inner > outer ? inner : outer));
  }
  std::fill_n(prominence + high + 1, kLanes, kNowhere);
}

void find_prominence_portable(const Prior& prior, Samples& s, int groups) {
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    find_baselines_portable(s, ray);
    const std::int16_t* prominence = s.prominence_of(ray);
    std::int16_t* gain = s.gain[ray] + kLanes;
    const auto pull = static_cast<std::int16_t>(pull_of(prior, ray));
    std::fill_n(gain, groups * kLanes, kOutOfRange);
    for (int k = s.low[ray]; k <= s.high[ray]; ++k) {
      const int off = std::abs(k - prior.wall[ray]) * pull;
      gain[k - s.first] = static_cast<std::int16_t>(lesser(prominence[k], kProminenceLimit) - off);
    }
  }
}

#if ANNULET_HAS_AVX2
// The least of ten values that end at each of sixteen, register by register.
struct LeastOfTen {
  __m256i values, of_two, of_four, of_ten;
};

ANNULET_AVX2 inline LeastOfTen begin_least(__m256i values) {
  const __m256i of_two = _mm256_min_epi16(values, lanes::back<1>(values, values));
  return {values, of_two, _mm256_min_epi16(of_two, lanes::back<2>(of_two, of_two)), values};
}

ANNULET_AVX2 inline LeastOfTen next_least(const LeastOfTen& before, __m256i values) {
  const __m256i of_two = _mm256_min_epi16(values, lanes::back<1>(before.values, values));
  const __m256i of_four = _mm256_min_epi16(of_two, lanes::back<2>(before.of_two, of_two));
  const __m256i of_eight = _mm256_min_epi16(of_four, lanes::back<4>(before.of_four, of_four));
  return {values, of_two, of_four, _mm256_min_epi16(of_eight, lanes::back<8>(before.of_two, of_two))};
}

// The group of positions that begins at the nucleus's edge less one step: where in it the cytoplasm is clear,
// and where the baseline towards the centre then has its full length.
constexpr int kClearLane = kEdgeBlur + 1;
constexpr int kShortLane = kClearLane + kBaselineNear, kFullLane = kShortLane + kShortened;
static_assert(kFullLane <= kLanes);

// In lanes kShortLane .. kFullLane - 1 the least from `clear` on; 0 in the others. Whatever the nucleus holds
// is passed over.
ANNULET_AVX2 inline __m256i least_since(const std::int16_t* clear) {
  const __m256i lane = lanes::counted(), most = _mm256_set1_epi16(INT16_MAX);
  const __m256i inside = _mm256_cmpgt_epi16(lane, _mm256_set1_epi16(kShortLane - 1));
  __m256i v = _mm256_blendv_epi8(most, lanes::load(clear - kShortLane), inside);
  v = _mm256_min_epi16(v, lanes::back<1>(most, v));
  v = _mm256_min_epi16(v, lanes::back<2>(most, v));
  v = _mm256_min_epi16(v, lanes::back<4>(most, v));
  v = _mm256_min_epi16(v, lanes::back<8>(most, v));
  return _mm256_and_si256(v,
                          _mm256_and_si256(inside, _mm256_cmpgt_epi16(_mm256_set1_epi16(kFullLane), lane)));
}

ANNULET_AVX2 void find_prominence_avx2(const Prior& prior, Samples& s, int groups) {
  const __m256i nowhere = _mm256_set1_epi16(kNowhere), out_of_range = _mm256_set1_epi16(kOutOfRange);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const std::int16_t* dab = s.dab_of(ray);
    std::int16_t* prominence = s.prominence[ray] + Samples::kBefore;
    std::int16_t* gain = s.gain[ray] + kLanes;
    for (int i = 0; i < groups; ++i) lanes::store(gain + i * kLanes, out_of_range);
    const int begin = prior.nucleus[ray] - 1, ahead = kBaselineFar;
    const __m256i pull = _mm256_set1_epi16(static_cast<std::int16_t>(pull_of(prior, ray)));
    const __m256i before_low = _mm256_set1_epi16(static_cast<std::int16_t>(s.low[ray] - 1));
    const __m256i beyond_high = _mm256_set1_epi16(static_cast<std::int16_t>(s.high[ray] + 1));
    const __m256i wall = _mm256_set1_epi16(static_cast<std::int16_t>(prior.wall[ray]));
    LeastOfTen inner = next_least(begin_least(lanes::load(dab + begin + ahead - 2 * kLanes)),
                                  lanes::load(dab + begin + ahead - kLanes));
    __m256i shortened = least_since(dab + s.clear[ray]);
    lanes::store(prominence + begin - kLanes, nowhere);
    int k = begin;
    for (; k <= s.high[ray]; k += kLanes) {
      const LeastOfTen outer = next_least(inner, lanes::load(dab + k + ahead));
      static_assert(kBaselineFar + kBaselineNear == kLanes - 1);  // from an end outside to one inside
      const __m256i inside = _mm256_max_epi16(lanes::on<1>(inner.of_ten, outer.of_ten), shortened);
      const __m256i at = _mm256_add_epi16(_mm256_set1_epi16(static_cast<std::int16_t>(k)), lanes::counted());
      const __m256i in_range =
          _mm256_and_si256(_mm256_cmpgt_epi16(at, before_low), _mm256_cmpgt_epi16(beyond_high, at));
      const __m256i value = _mm256_sub_epi16(lanes::load(dab + k), _mm256_max_epi16(inside, outer.of_ten));
      const __m256i off = _mm256_mullo_epi16(_mm256_abs_epi16(_mm256_sub_epi16(at, wall)), pull);
      const __m256i gained =
          _mm256_sub_epi16(_mm256_min_epi16(value, _mm256_set1_epi16(kProminenceLimit)), off);
      lanes::store(s.inside[ray] + Samples::kBefore + k, inside);
      lanes::store(s.lower[ray] + Samples::kBefore + k, _mm256_min_epi16(inside, outer.of_ten));
      lanes::store(prominence + k, _mm256_blendv_epi8(nowhere, value, in_range));
      lanes::store(gain + k - s.first, _mm256_blendv_epi8(out_of_range, gained, in_range));
      inner = outer;
      shortened = _mm256_setzero_si256();
    }
    lanes::store(prominence + k, nowhere);
  }
}
#endif

std::int16_t least(const std::int16_t* from, const std::int16_t* to) {
  return *std::min_element(from, to + 1);
}

}  // namespace

// The nucleus is clear even in a brown cell, so the baseline inside a wall farther out is taken from the
// cytoplasm alone, or a blush as wide as the cytoplasm would pass for a wall.
Beside Samples::measured_beside(std::size_t ray, int k) const {
  const std::int16_t* values = dab_of(ray);
  const int at = std::min(k, high[ray]);
  const bool left = at >= clear[ray] + kBaselineNear;  // the baseline's near end is out of the nucleus
  const int from = left ? std::max(at - kBaselineFar, clear[ray]) : at - kBaselineFar;
  const std::int16_t inner = least(values + from, values + at - kBaselineNear);
  const std::int16_t outer = least(values + at + kBaselineNear, values + at + kBaselineFar);
  const std::int16_t here = values[std::min(k, high[ray] + kBaselineFar)];
  const int over = k > high[ray] ? kNoProminence : here - std::max(inner, outer);
  return {here, inner, std::min(inner, outer), static_cast<std::int16_t>(over)};
}

void find_prominence(const Prior& prior, Samples& samples) {
  const int groups = (samples.last - samples.first) / kLanes + 1;
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return find_prominence_avx2(prior, samples, groups);
#endif
  find_prominence_portable(prior, samples, groups);
}

}  // namespace annulet::ring
