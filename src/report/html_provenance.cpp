// Quality, notes and provenance: what the score stands on.
#include <algorithm>

#include "report/html_parts.hpp"
#include "report/model_origin.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

/// A list of terms and what they are.
class Facts {
 public:
  explicit Facts(std::string& out) : out_(out) { out_ += "<dl>"; }
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;
  ~Facts() { out_ += "</dl>\n"; }
  void add(const std::string& term, const std::string& words) {
    if (!words.empty()) out_ += "<dt>" + escape_html(term) + "</dt><dd>" + escape_html(words) + "</dd>";
  }
  void add_code(const std::string& term, const std::string& words) {
    if (!words.empty())
      out_ += "<dt>" + escape_html(term) + "</dt><dd><code>" + escape_html(words) + "</code></dd>";
  }

 private:
  std::string& out_;
};

constexpr std::size_t kMostRegionsShown = 50;

std::string area(double mm2) {
  return fixed(mm2, 2) + " mm²";
}

void append_areas(std::string& out, const SlideResult& result) {
  out += "<div><h3>Tissue</h3>";
  Facts facts(out);
  facts.add("Tissue", area(result.tissue_mm2));
  facts.add("Analysed", area(result.analysed_mm2));
  for (const auto& [flag, mm2] : result.excluded_mm2) facts.add("Excluded: " + flag, area(mm2));
  facts.add("Separate pieces",
            result.tissue.pieces.empty() ? "" : std::to_string(result.tissue.pieces.size()));
}

void append_tiles(std::string& out, const SlideResult& result) {
  const TileAccount& tiles = result.tiles;
  out += "<div><h3>Reading the file</h3>";
  Facts facts(out);
  facts.add("Tiles in the file", grouped(tiles.expected));
  facts.add("Analysed", grouped(tiles.analysed));
  facts.add("Background", grouped(tiles.background));
  facts.add("Excluded", grouped(tiles.excluded));
  facts.add("Missing", grouped(tiles.missing));
  facts.add("Undecodable", grouped(tiles.undecodable));
  if (!tiles.balanced()) facts.add("Account", "the tiles do not add up: do not use this result");
}

void append_cells(std::string& out, const SlideResult& result) {
  out += "<div><h3>Cells</h3>";
  Facts facts(out);
  for (int kind = 0; kind < kKinds; ++kind) {
    std::string word = name(static_cast<CellKind>(kind));
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
    facts.add(word, grouped(result.tally.of(static_cast<CellKind>(kind))));
  }
  facts.add("Tumour, not measurable", grouped(result.tally.of(CellKind::Tumour, Pattern::Unmeasurable)));
}

void append_regions(std::string& out, const std::vector<RegionUse>& regions) {
  if (regions.empty()) return;
  out +=
      "<h3>Regions</h3><table><thead><tr><th>Name</th><th>Role</th><th class=\"n\">Tissue "
      "inside</th><th>File, "
      "SHA-256</th></tr></thead><tbody>";
  const std::size_t shown = std::min(regions.size(), kMostRegionsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const RegionUse& use = regions[i];
    out += "<tr><td>" + escape_html(use.region.name) + "</td><td>" + name(use.region.role) +
           (use.clipped ? ", cut at the slide's edge" : "") + "</td><td class=\"n\">" + area(use.tissue_mm2) +
           "</td><td>" + escape_html(use.file) + " <code>" + escape_html(use.digest.substr(0, 16)) +
           "</code></td></tr>\n";
  }
  out += "</tbody></table>\n";
  if (shown < regions.size())
    out += "<p class=\"small\">The other " + grouped(regions.size() - shown) + " stand in result.json.</p>\n";
}

void append_stain(std::string& out, const SlideResult& result) {
  static constexpr const char* kOrigins[] = {"unknown", "stated by the file", "given by the user"};
  const StainModel& stain = result.stain;
  const LimitOfBlank& limit = result.limit_of_blank;
  out += "<div><h3>Scan and stain</h3>";
  Facts facts(out);
  if (result.pitch.known()) {
    facts.add("Pixel", fixed(result.pitch.x, 4) + " × " + fixed(result.pitch.y, 4) + " µm, " +
                           kOrigins[static_cast<int>(result.pitch.origin)]);
  }
  facts.add("White of the scan",
            std::to_string(stain.white[0]) + ", " + std::to_string(stain.white[1]) + ", " +
                std::to_string(stain.white[2]) +
                (stain.white_origin == WhiteOrigin::Measured ? " (measured)" : " (default)"));
  facts.add("Stain colours",
            stain.origin == StainOrigin::Fitted
                ? "fitted to this slide, " + fixed(stain.fit_angle_degrees, 1) + "° from the preset"
                : (stain.id.empty() ? "" : "preset " + stain.id));
  facts.add("Faintest staining counted", fixed(limit.visible_od, 3) + " OD" +
                                             (limit.raised ? ", raised for this slide's background" : ""));
  facts.add("Background on negative tissue", limit.source == "negative-tissue"
                                                 ? fixed(limit.measured_od, 3) + " OD over " +
                                                       grouped(limit.cells) + " cells (" +
                                                       area(limit.area_mm2) + ")"
                                                 : "too little negative tissue to measure it");
}

void append_models(std::string& out, const std::vector<ModelUse>& models) {
  if (models.empty()) return;
  const std::vector<std::string> origins = model_origins(models);
  out +=
      "<h3>Models</h3><table><thead><tr><th>Kind</th><th>Name</th><th>Version</th><th>Origin</th>"
      "<th>SHA-256</th></tr></thead><tbody>";
  for (std::size_t i = 0; i < models.size(); ++i) {
    out += "<tr><td>" + escape_html(models[i].kind) + "</td><td>" + escape_html(models[i].id) + "</td><td>" +
           escape_html(models[i].version) + "</td><td>" + origins[i] + "</td><td><code>" +
           escape_html(models[i].digest) + "</code></td></tr>\n";
  }
  out += "</tbody></table>\n";
}

void append_run(std::string& out, const SlideResult& result, const RunRecord& run) {
  out += "<h3>Run</h3>";
  Facts facts(out);
  facts.add("annulet", run.version);
  facts.add("Started", run.started);
  facts.add("Took", fixed(run.seconds_total, 1) + " s with " + std::to_string(run.threads) +
                        (run.threads == 1 ? " thread" : " threads"));
  std::string asked;
  for (const auto& [option, value] : result.options)
    asked += (asked.empty() ? "" : ", ") + option + (value.empty() ? "" : " " + value);
  facts.add("Options", asked);
  facts.add_code("Result, SHA-256", run.result_digest);
}

}  // namespace

void append_quality(std::string& out, const SlideResult& result) {
  if (!result.scanned) return;
  out += "<section>\n<h2>Quality</h2>\n<div class=\"two\">\n";
  append_stain(out, result);
  out += "</div>\n";
  append_cells(out, result);
  out += "</div>\n";
  append_areas(out, result);
  out += "</div>\n";
  append_tiles(out, result);
  out += "</div>\n</div>\n";
  append_regions(out, result.regions);
  out += "</section>\n";
}

void append_notes(std::string& out, const SlideResult& result) {
  if (result.verdict.notes.empty()) return;
  out += "<section>\n<h2>Notes</h2>\n<ul class=\"plain\">\n";
  for (const Remark& note : result.verdict.notes) out += "<li>" + escape_html(note.message) + "</li>\n";
  out += "</ul>\n</section>\n";
}

void append_provenance(std::string& out, const SlideResult& result, const RunRecord& run) {
  const SlideInfo& slide = result.slide;
  out += "<section>\n<h2>Provenance</h2>\n<h3>Slide</h3>";
  {
    Facts facts(out);
    facts.add("File", slide.file_name);
    facts.add_code("SHA-256", result.slide_sha256);
    if (slide.extent.width > 0) {
      facts.add("Format", slide.format + ", " + grouped(static_cast<std::uint64_t>(slide.extent.width)) +
                              " × " + grouped(static_cast<std::uint64_t>(slide.extent.height)) + " px, " +
                              std::to_string(slide.levels.size()) +
                              (slide.levels.size() == 1 ? " level, " : " levels, ") + grouped(slide.bytes) +
                              " bytes");
    }
    if (slide.objective_power) facts.add("Objective", fixed(*slide.objective_power, 0) + "×");
  }
  append_models(out, result.models);
  append_run(out, result, run);
  out += "</section>\n";
}

}  // namespace annulet::report
