#include "phantom/necrosis.hpp"

#include <algorithm>
#include <cmath>

namespace annulet::phantom {
namespace {

constexpr int kChannelSmear = 120;
constexpr double kSmearHaematoxylin = 1.1;  // of the cytoplasm's: pale blue-grey, without structure
constexpr double kSmearChromogen = 0.07;    // OD: dead tissue binds reagents unspecifically
constexpr double kDebrisPerUm2 = 0.009;     // about two fragments where a cell stood
constexpr double kLeastFragment = 0.6, kMostFragment = 2.3;  // um, radius; pyknotic nuclei are 3-5 um across

}  // namespace

Amounts necrosis_stain(const PhantomRecipe& recipe, const Terrain& terrain, float x, float y) {
  const Noise& noise = terrain.noise();
  const float grain =
      0.6F * noise(x / 0.7F, y / 0.7F, kChannelSmear) + 0.6F * noise(x / 2.2F, y / 2.2F, kChannelSmear + 1);
  const float cloud = noise(x / 11, y / 11, kChannelSmear + 2);
  const float body = std::max(0.0F, 0.9F + 1.0F * grain + 0.7F * cloud);
  const auto blue = static_cast<float>(kSmearHaematoxylin * recipe.cytoplasm_haematoxylin_od);
  const auto brown = static_cast<float>(kSmearChromogen + recipe.cytoplasm_chromogen_od);
  return {blue * body, brown * std::max(0.0F, body + 0.5F * noise(x / 25, y / 25, kChannelSmear + 3))};
}

void place_debris(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  for (const Lumen& zone : terrain.necroses()) {
    const double area = kTurn / 2 * zone.a * zone.b;
    const int count = static_cast<int>(kDebrisPerUm2 * area);
    for (int i = 0; i < count; ++i) {
      const double angle = random.uniform(0, kTurn), out = 1.1 * std::sqrt(random.uniform());
      const double u = zone.a * out * std::cos(angle), v = zone.b * out * std::sin(angle);
      FreeNucleus fragment;
      fragment.type = PhantomCellType::Debris;
      Nucleus& nucleus = fragment.nucleus;
      nucleus.centre = {zone.centre.x + u * zone.cosine - v * zone.sine,
                        zone.centre.y + u * zone.sine + v * zone.cosine};
      const double part = random.uniform();
      nucleus.a = kLeastFragment + (kMostFragment - kLeastFragment) * part * part;  // small ones are many
      nucleus.b = nucleus.a * random.uniform(0.6, 1);
      nucleus.wave2 = random.uniform(-0.15, 0.15);
      nucleus.wave3 = random.uniform(-0.1, 0.1);
      nucleus.od = recipe.nucleus_haematoxylin_od * random.uniform(0.7, 2.2);
      nucleus.texture = 0.3;
      nucleus.edge_um = random.uniform(0.2, 0.6);
      nucleus.present = true;
      const Vec at = nucleus.centre;
      if (terrain.necrosis_depth(at.x, at.y) > 2 && terrain.fat().distance(at.x, at.y) > 2 &&
          terrain.depth(at.x, at.y) > 2 && terrain.lumen_distance(at.x, at.y) > 2)
        tissue.loose.push_back(fragment);
    }
  }
}

}  // namespace annulet::phantom
