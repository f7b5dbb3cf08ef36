#include "annulet/report/stored_result.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/model/cell_check.hpp"
#include "annulet/report/shares.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostJsonBytes = std::size_t{16} << 20;  // a result.json has some 20,000
constexpr int kDeepest = 16;
constexpr std::size_t kMostEntries = 10'000;                       // of any list or object
constexpr std::uint64_t kBytesPerCell = 268, kBytesBeside = 4096;  // docs/formats/cells-bin.md, rounded up
constexpr double kMostNumber = 1e15;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::Corrupt, "result.json cannot be used: " + why + "; score the slide again");
}

/// One object of the document, with its path for messages.
class Node {
 public:
  Node(const Json& json, std::string path) : json_(&json), path_(std::move(path)) {
    if (!json.is_object()) refuse(path_ + " is no object");
  }
  Node object(const char* key) const { return {member(key), path_ + "." + key}; }
  std::string text(const char* key) const {
    const Json& value = member(key);
    if (!value.is_string()) refuse(path_ + "." + key + " is no text");
    return value.get<std::string>();
  }
  std::string text_or_null(const char* key) const {
    return member(key).is_null() ? std::string() : text(key);
  }
  double number(const char* key) const { return number_of(member(key), path_ + "." + key); }
  double number_or_null(const char* key) const { return member(key).is_null() ? 0 : number(key); }
  std::uint64_t count(const char* key) const {
    const Json& value = member(key);
    if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
        value.get<std::uint64_t>() > std::uint64_t{1} << 50)
      refuse(path_ + "." + key + " is no count");
    return value.get<std::uint64_t>();
  }
  template <class Use>
  void each(const char* key, Use&& use) const {
    const Json& list = member(key);
    if (!list.is_array() || list.size() > kMostEntries) refuse(path_ + "." + key + " is no list");
    for (const Json& entry : list) use(Node(entry, path_ + "." + key));
  }
  std::map<std::string, double> numbers(const char* key) const {
    const Json& object = member(key);
    if (!object.is_object() || object.size() > kMostEntries) refuse(path_ + "." + key + " is no object");
    std::map<std::string, double> out;
    for (const auto& [name, value] : object.items()) out[name] = number_of(value, path_ + "." + key);
    return out;
  }

 private:
  static double number_of(const Json& value, const std::string& where) {
    if (!value.is_number() || !(std::abs(value.get<double>()) <= kMostNumber))
      refuse(where + " is no number");
    return value.get<double>();
  }
  const Json& member(const char* key) const {
    const auto at = json_->find(key);
    if (at == json_->end()) refuse(path_ + " has no " + key);
    return *at;
  }
  const Json* json_;
  std::string path_;
};

Json parse_checked(std::string_view text) {
  if (text.size() > kMostJsonBytes) refuse("it is larger than any result");
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    if (depth > kDeepest) refuse("it is nested too deep");
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception&) {
    refuse("it is no JSON");
  }
}

std::vector<Remark> remarks(const Node& root, const char* key) {
  std::vector<Remark> out;
  root.each(key, [&](const Node& entry) { out.push_back({entry.text("code"), entry.text("message")}); });
  return out;
}

void read_slide(const Node& root, StoredResult& stored) {
  const Node slide = root.object("slide");
  stored.file_name = slide.text("file_name");
  stored.slide_sha256 = slide.text_or_null("sha256");
  stored.width = static_cast<std::int64_t>(slide.count("width"));
  stored.height = static_cast<std::int64_t>(slide.count("height"));
  const Node pitch = root.object("calibration").object("pitch");
  stored.pitch_x_um = pitch.number_or_null("x");
  stored.pitch_y_um = pitch.number_or_null("y");
  const Node area = root.object("area_mm2");
  stored.tissue_mm2 = area.number("tissue");
  stored.analysed_mm2 = area.number("analysed");
  stored.excluded_mm2 = area.numbers("excluded");
}

void read_counts(const Node& root, StoredResult& stored) {
  const Node cells = root.object("cells");
  stored.cells = cells.count("total");
  if (stored.cells > kMostCells) refuse("it names more cells than a slide has");
  stored.tumour = cells.count("tumour");
  stored.measurable = cells.count("measurable");
  const Node patterns = cells.object("by_pattern");
  for (std::size_t i = 0; i < stored.by_pattern.size(); ++i)
    stored.by_pattern[i] = patterns.count(name(report::kMeasurable[i]));
  stored.visible_od = root.object("limit_of_blank").number("visible_od");
}

std::vector<Problem> read_problems(const Node& root) {
  std::vector<Problem> problems;
  root.object("problems").each("first", [&](const Node& entry) {
    Problem& problem = problems.emplace_back();
    const std::string kind = entry.text("kind");
    bool known = false;
    for (const ProblemKind each :
         {ProblemKind::Missing, ProblemKind::Undecodable, ProblemKind::Suspect, ProblemKind::Duplicate}) {
      if (kind != name(each)) continue;
      problem.kind = each;
      known = true;
    }
    if (!known) refuse("result.problems.first.kind is no kind of problem");
    const auto place = [&](const char* key) { return static_cast<std::int64_t>(entry.number(key)); };
    problem.where = {place("x"), place("y"), place("x") + place("width"), place("y") + place("height")};
  });
  return problems;
}

std::string read_bytes(const std::filesystem::path& path, std::uint64_t most) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    throw Error(Code::NotFound, "'" + path.string() + "' is not there");
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes > most)
    throw Error(Code::Corrupt, "'" + path.string() + "' is larger than the result says");
  return read_text(path);
}

}  // namespace

std::string StoredResult::option(std::string_view name) const {
  const auto at =
      std::find_if(options.begin(), options.end(), [&](const auto& o) { return o.first == name; });
  return at == options.end() ? std::string() : at->second;
}

StoredResult parse_stored_result(std::string_view text) {
  const Json document = parse_checked(text);
  const Node root(document, "result");
  if (root.text("schema") != "annulet/result/1") refuse("its schema is not annulet/result/1");
  StoredResult stored;
  stored.status = root.text("status");
  stored.score = root.text_or_null("score");
  stored.group = root.text_or_null("group");
  stored.guideline = root.text_or_null("guideline");
  stored.rule = root.text_or_null("rule");
  read_slide(root, stored);
  read_counts(root, stored);
  root.each("models", [&](const Node& model) {
    stored.models.push_back(
        {model.text("kind"), model.text("id"), model.text("version"), model.text("digest")});
  });
  root.each("options", [&](const Node& option) {
    stored.options.emplace_back(option.text("name"), option.text("value"));
  });
  stored.reasons = remarks(root, "reasons");
  stored.caveats = remarks(root, "caveats");
  stored.notes = remarks(root, "notes");
  stored.problems = read_problems(root);
  return stored;
}

StoredResult read_stored_result(const std::filesystem::path& folder) {
  try {
    StoredResult stored = parse_stored_result(read_bytes(folder / "result.json", kMostJsonBytes));
    std::error_code error;
    stored.has_cells = std::filesystem::is_regular_file(folder / "cells.bin.gz", error);
    return stored;
  } catch (const Error& error) {
    throw error.within("reading the result folder '" + folder.string() + "'");
  }
}

CellTable read_stored_cells(const std::filesystem::path& folder, const StoredResult& stored) {
  try {
    const std::uint64_t most = stored.cells * kBytesPerCell + kBytesBeside;
    const std::string bytes = gunzip_members(read_bytes(folder / "cells.bin.gz", 2 * most), most);
    CellTable cells = read_cells_bin(bytes);
    if (cells.size() != stored.cells || cells_bin_slide(bytes) != stored.slide_sha256)
      throw Error(Code::Corrupt, "cells.bin.gz is not of the same run as result.json: score the slide again");
    const double pitch_um = (stored.pitch_x_um + stored.pitch_y_um) / 2;
    if (const char* fault = fault_of_places(cells, static_cast<double>(stored.width) * pitch_um,
                                            static_cast<double>(stored.height) * pitch_um))
      throw Error(Code::Corrupt,
                  std::string("cells.bin.gz cannot be used: ") + fault + "; score the slide again");
    return cells;
  } catch (const Error& error) {
    throw error.within("reading the result folder '" + folder.string() + "'");
  }
}

}  // namespace annulet
