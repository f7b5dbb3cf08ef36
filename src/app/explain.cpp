#include "app/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/report/tissue_map.hpp"

namespace annulet {
namespace {

using app::Explained;

constexpr int kReachUm = 25;  // a place farther from every cell has none

/// Model files of the user's own, that the result was made with; empty: built in.
struct OwnModels {
  std::string guideline, grading;
};

ConcludeModels load_models(const StoredResult& stored, const OwnModels& own) {
  const auto of_result = [&](const char* kind) { return built_in_id(kind, stored.option(kind)); };
  ConcludeModels models{
      load_grading(own.grading.empty() ? of_result("grading") : own.grading),
      KindModel::load(of_result("kind")),
      Guideline::load(own.guideline.empty() ? of_result("guideline") : Guideline::id_of(own.guideline)),
      {}};
  if (const std::string ish = stored.option("ish"); !ish.empty()) models.ish = Ish::parse(ish);
  const std::pair<const char*, std::string> digests[] = {{"guideline", models.guideline.digest()},
                                                         {"grading", models.grading.digest},
                                                         {"kind", models.kind.digest}};
  for (const auto& [kind, digest] : digests) {
    const auto used = std::find_if(stored.models.begin(), stored.models.end(),
                                   [&, k = kind](const ModelUse& m) { return m.kind == k; });
    if (used != stored.models.end() && used->digest == digest) continue;
    throw Error(Code::Usage,
                fmt::format("the {} is not the one the result was made with: explain it with the "
                            "version of annulet, or the file, that scored the slide",
                            kind));
  }
  return models;
}

/// What is explained must be what was reported.
void expect_agreement(const StoredResult& stored, const Conclusion& conclusion) {
  const Verdict& verdict = conclusion.verdict;
  bool same = (verdict.score ? name(*verdict.score) : "") == stored.score;
  same = same && (!verdict.score || verdict.rule == stored.rule);
  for (std::size_t i = 0; i < stored.by_pattern.size(); ++i)
    same = same && conclusion.tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1)) == stored.by_pattern[i];
  if (!same)
    throw Error(
        Code::Corrupt,
        "cells.bin.gz does not lead to what result.json says: the folder was altered; score the slide again");
}

std::int64_t number_in(std::string_view text, const char* what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < -(std::int64_t{1} << 31) ||
      value >= std::int64_t{1} << 31)
    throw Error(Code::Usage, "'" + std::string(text) + "' is no " + what);
  return value;
}

std::size_t find_cell(const CellTable& cells, const std::string& id) {
  const std::size_t dash = id.find('-', 1);
  if (dash == std::string::npos)
    throw Error(Code::Usage, "'" + id + "' is no cell_id; those of cells.csv.gz look like 1638-2210");
  CellRow key;
  key.y = static_cast<std::int32_t>(number_in(std::string_view(id).substr(0, dash), "part of a cell_id"));
  key.x = static_cast<std::int32_t>(number_in(std::string_view(id).substr(dash + 1), "part of a cell_id"));
  const auto at = std::lower_bound(cells.begin(), cells.end(), key, before);
  if (at == cells.end() || before(key, *at)) throw Error(Code::Usage, "the slide has no cell " + id);
  return static_cast<std::size_t>(at - cells.begin());
}

struct Place {
  double x_um = 0, y_um = 0;
};

Place place_of(const std::string& text) {
  const std::size_t comma = text.find(',');
  Place place;
  const auto read = [](std::string_view part, double& value) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    return error == std::errc() && end == part.data() + part.size() && value > -1e7 && value < 1e7;
  };
  if (comma == std::string::npos || !read(std::string_view(text).substr(0, comma), place.x_um) ||
      !read(std::string_view(text).substr(comma + 1), place.y_um))
    throw Error(Code::Usage,
                "--at '" + text + "': give X,Y in um from the slide's top left, as in --at 812.5,340");
  return place;
}

struct Nearest {
  std::size_t index = 0;
  double away_um = 0;
};

std::optional<Nearest> nearest_cell(const CellTable& cells, Place place) {
  std::optional<Nearest> nearest;
  std::int64_t best = 0;
  const auto x = static_cast<std::int64_t>(place.x_um * kMicroUnits),
             y = static_cast<std::int64_t>(place.y_um * kMicroUnits);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::int64_t dx = cells[i].x - x, dy = cells[i].y - y, square = dx * dx + dy * dy;
    if (nearest && square >= best) continue;
    best = square;
    nearest = Nearest{i, 0};
  }
  if (nearest) nearest->away_um = static_cast<double>(integer_sqrt(best)) / kMicroUnits;
  return nearest;
}

/// What the place is, as far as the folder knows.
std::string ground_words(const std::optional<TissueMap>& map, double x, double y) {
  if (!map) return "the folder has no tissue.png to tell whether it is glass or tissue";
  const Ground ground = map->at(x, y);
  if (ground.kept_out != QcFlag::None)
    return std::string("it is tissue that was kept out of the count: ") + name(ground.kept_out);
  return ground.tissue ? "it is counted tissue, in which no nucleus or ring was found there"
                       : "it was taken for glass";
}

std::string why_no_cell(const StoredResult& stored, const std::optional<TissueMap>& map, Place place,
                        const std::optional<Nearest>& nearest) {
  const double pitch = (stored.pitch_x_um + stored.pitch_y_um) / 2;
  const double width = static_cast<double>(stored.width) * pitch,
               height = static_cast<double>(stored.height) * pitch;
  const std::string at = fmt::format("{:.1f},{:.1f} um", place.x_um, place.y_um);
  if (!(place.x_um >= 0 && place.y_um >= 0 && place.x_um < width && place.y_um < height))
    return fmt::format("{} lies outside the slide, which measures {:.1f} x {:.1f} um", at, width, height);
  std::string words = "no cell was found within " + std::to_string(kReachUm) + " um of " + at + ": " +
                      ground_words(map, place.x_um / width, place.y_um / height);
  if (nearest) words += fmt::format("; the nearest cell lies {:.1f} um away", nearest->away_um);
  return words;
}

class ExplainCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ =
        program.add_subcommand("explain", "Tell how a result came to be: the verdict, a cell, or a place");
    command_->footer(
        "Examples: annulet explain results/case17\n"
        "          annulet explain results/case17 --cell 1638-2210\n"
        "          annulet explain results/case17 --at 812.5,340\n"
        "Grades the stored cells anew with the same models and refuses where the outcome is not what was "
        "reported.");
    command_->add_option("folder", folder_, "Folder that annulet score wrote")->required();
    auto* cell = command_->add_option("--cell", cell_, "A cell_id of cells.csv.gz");
    command_->add_option("--at", at_, "X,Y in um from the slide's top left: the cell nearest to it")
        ->excludes(cell);
    command_->add_option("--guideline", own_.guideline,
                         "The guideline file, where the slide was scored with one of your own");
    command_->add_option("--grading", own_.grading, "The grading file, likewise");
    command_->add_flag("--json", json_, "Print JSON");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    const StoredResult stored = read_stored_result(folder_);
    if (!stored.has_cells) return tell_refusal(stored);
    const ConcludeModels models = load_models(stored, own_);
    const CellTable cells = read_stored_cells(folder_, stored);
    const Conclusion conclusion =
        conclude(cells, models, {stored.analysed_mm2, stored.option("controls") == "failed", {}}, 0);
    expect_agreement(stored, conclusion);
    const Explained explained{stored, models, cells, conclusion};
    if (!cell_.empty()) {
      tell_cell(explained, find_cell(cells, cell_));
    } else if (!at_.empty()) {
      tell_place(explained, place_of(at_));
    } else if (json_) {
      std::cout << app::verdict_data(explained).dump(2) << '\n';
    } else {
      std::cout << app::verdict_words(explained);
    }
    return 0;
  }

 private:
  /// No cells were kept: the reasons are all there is.
  int tell_refusal(const StoredResult& stored) const {
    if (!cell_.empty() || !at_.empty())
      throw Error(Code::Usage, "'" + folder_.string() +
                                   "' has no cells: the slide was refused before they were looked for");
    if (json_) {
      nlohmann::ordered_json json{{"slide", stored.file_name}, {"status", stored.status}, {"score", nullptr}};
      json["reasons"] = nlohmann::ordered_json::array();
      for (const Remark& reason : stored.reasons)
        json["reasons"].push_back({{"code", reason.code}, {"message", reason.message}});
      std::cout << json.dump(2) << '\n';
      return 0;
    }
    std::cout << printable(stored.file_name) << ": " << stored.status
              << ", no score, and no cells were looked for because\n";
    for (const Remark& reason : stored.reasons)
      std::cout << "  " << printable(reason.message) << " [" << reason.code << "]\n";
    return 0;
  }
  void tell_cell(const Explained& explained, std::size_t index) const {
    if (json_) {
      std::cout << app::cell_data(explained, index).dump(2) << '\n';
    } else {
      std::cout << app::cell_words(explained, index);
    }
  }
  void tell_place(const Explained& explained, Place place) const {
    const std::optional<Nearest> nearest = nearest_cell(explained.cells, place);
    if (nearest && nearest->away_um <= kReachUm) {
      if (!json_) std::cout << fmt::format("The nearest cell lies {:.1f} um away.\n", nearest->away_um);
      tell_cell(explained, nearest->index);
      return;
    }
    const std::string why = why_no_cell(explained.stored, TissueMap::read(folder_), place, nearest);
    if (json_) {
      std::cout << nlohmann::ordered_json{{"cell_id", nullptr}, {"why", why}}.dump(2) << '\n';
    } else {
      std::cout << why << ".\n";
    }
  }

  CLI::App* command_ = nullptr;
  std::filesystem::path folder_;
  std::string cell_, at_;
  OwnModels own_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_explain_command() {
  return std::make_unique<ExplainCommand>();
}

}  // namespace annulet
