#include <algorithm>

#include "annulet/model/toml_table.hpp"
#include "rules.hpp"

namespace annulet::guideline {
namespace {

constexpr int kMostCells = 1'000'000'000;
constexpr const char* kScoreNames[kScores] = {"0", "1+", "2+", "3+"};
constexpr const char* kOutcomeNames[kIshOutcomes] = {"absent", "negative", "positive", "recount"};
constexpr const char* kGroupNames[] = {"null", "ultralow", "0", "low", "equivocal", "positive", "negative"};

template <std::size_t N>
int index_of(const char* const (&names)[N], const std::string& text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (text == names[i]) return static_cast<int>(i);
  }
  return -1;
}

template <std::size_t N>
std::string listed(const char* const (&names)[N]) {
  std::string list;
  for (const char* each : names) list += (list.empty() ? "'" : ", '") + std::string(each) + "'";
  return "must be one of " + list;
}

Score score_of(TomlTable& table, const std::string& key) {
  const int index = index_of(kScoreNames, table.text(key));
  if (index < 0) table.reject(key, listed(kScoreNames));
  return static_cast<Score>(index);
}

std::string group_of(TomlTable& table, const std::string& key) {
  std::string group = table.text(key);
  if (index_of(kGroupNames, group) < 0) table.reject(key, listed(kGroupNames));
  return group;
}

/// A caveat that the file's own [caveats] words; empty where the key is absent.
std::string caveat_of(const Rules& rules, TomlTable& table, const std::string& key) {
  std::string code = table.text_or_empty(key);
  if (!code.empty() && !rules.caveats.contains(code)) table.reject(key, "is not a code of [caveats]");
  return code;
}

std::vector<Pattern> patterns_of(TomlTable& table, const std::string& key) {
  std::vector<Pattern> list;
  for (const std::string& text : table.texts(key)) {
    int found = -1;
    for (int p = static_cast<int>(Pattern::None); p < kPatterns; ++p) {
      if (text == name(static_cast<Pattern>(p))) found = p;
    }
    if (found < 0) table.reject(key, "names no pattern of a measurable cell: '" + text + "'");
    if (std::find(list.begin(), list.end(), static_cast<Pattern>(found)) != list.end()) {
      table.reject(key, "names '" + text + "' twice");
    }
    list.push_back(static_cast<Pattern>(found));
  }
  return list;
}

Selection bins_of(TomlTable bins) {
  static constexpr const char* kCompleteness[] = {"none", "incomplete", "complete"};
  static constexpr const char* kStrengths[] = {"0", "0.25", "0.40", "0.60"};
  Selection selection;
  if (bins.has("completeness")) {
    selection.completeness = {false, false, false};
    for (const std::string& text : bins.texts("completeness")) {
      const int index = index_of(kCompleteness, text);
      if (index < 0) bins.reject("completeness", listed(kCompleteness));
      selection.completeness[static_cast<std::size_t>(index)] = true;
    }
  }
  if (bins.has("min_strength")) {
    selection.min_strength = index_of(kStrengths, bins.text("min_strength"));
    if (selection.min_strength < 0) bins.reject("min_strength", listed(kStrengths) + " (OD)");
  }
  if (bins.has("arc")) {
    if (bins.text("arc") != "reactive") bins.reject("arc", "must be 'reactive'");
    selection.reactive_only = true;
  }
  selection.exclude_borrowed = bins.flag("exclude_borrowed");
  const std::array<bool, TallyBins::kCompleteness> incomplete{false, true, false};
  if (selection.exclude_borrowed &&
      (selection.completeness != incomplete || selection.min_strength != 2 || selection.reactive_only)) {
    bins.reject("exclude_borrowed",
                "goes only with completeness = \"incomplete\" and min_strength = \"0.40\"");
  }
  bins.no_other_keys();
  return selection;
}

Selection selection_of(TomlTable& table) {
  if (table.has("patterns") == table.has("bins"))
    table.reject("patterns", "or 'bins' must be given, and not both");
  if (table.has("bins")) return bins_of(table.table("bins"));
  Selection selection;
  selection.patterns = patterns_of(table, "patterns");
  return selection;
}

Threshold threshold_of(TomlTable& table, const std::optional<Threshold>& limit) {
  if (table.has("threshold")) {
    if (table.text("threshold") != "limit-of-detection")
      table.reject("threshold", "must be 'limit-of-detection'");
    if (!limit) table.reject("threshold", "needs the table [limit_of_detection]");
    return *limit;
  }
  const std::string comparator = table.text("comparator");
  if (comparator != ">" && comparator != ">=") table.reject("comparator", "must be '>' or '>='");
  Threshold threshold{comparator == ">", table.integer("percent", 0, 100), 0};
  if (table.has("min_cells")) threshold.min_cells = table.integer("min_cells", 1, kMostCells);
  return threshold;
}

void read_cluster(Row& row, TomlTable cluster) {
  row.kind = Row::Kind::Cluster;
  row.cluster_class = static_cast<int>(score_of(cluster, "class"));
  if (row.cluster_class == 0) cluster.reject("class", "must be '1+', '2+' or '3+'");
  row.cluster_cells = cluster.integer("cells", 1, kMostCells);
  cluster.no_other_keys();
}

Row row_of(const Rules& rules, TomlTable table, const std::optional<Threshold>& limit) {
  Row row;
  row.id = table.text("id");
  row.what = table.text("what");
  row.citation = table.text("citation");
  row.score = score_of(table, "score");
  if (table.has("cluster")) {
    read_cluster(row, table.table("cluster"));
  } else {
    row.selection = selection_of(table);
    if (table.flag("otherwise")) {
      row.kind = Row::Kind::Otherwise;
    } else {
      row.threshold = threshold_of(table, limit);
    }
  }
  if (table.has("group")) row.group = group_of(table, "group");
  row.caveat = caveat_of(rules, table, "caveat");
  row.below_caveat = caveat_of(rules, table, "below_caveat");
  row.contiguous = table.flag("contiguous");
  if (row.contiguous && !rules.scattered) table.reject("contiguous", "needs the table [scattered]");
  if (table.has("only")) {
    TomlTable only = table.table("only");
    row.only =
        Only{{}, only.has("group") ? group_of(only, "group") : row.group, caveat_of(rules, only, "caveat")};
    row.only->selection.patterns = patterns_of(only, "patterns");
    const CellSet inner = row.only->selection.cells(), outer = row.selection.cells();
    if (row.selection.patterns.empty() || (inner & outer) != inner) {
      only.reject("patterns", "must be among the patterns that the row counts");
    }
    only.no_other_keys();
  }
  table.no_other_keys();
  return row;
}

void read_rows(Rules& rules, TomlTable& root) {
  std::optional<Threshold> limit;
  if (root.has("limit_of_detection")) {
    TomlTable table = root.table("limit_of_detection");
    limit = Threshold{false, table.integer("percent", 0, 100), table.integer("cells", 1, kMostCells)};
    table.no_other_keys();
  }
  std::vector<TomlTable> tables = root.tables("row");
  if (tables.empty()) root.reject("row", "is missing: a guideline needs rows");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Row row = row_of(rules, tables[i], limit);
    if ((row.kind == Row::Kind::Otherwise) != (i + 1 == tables.size())) {
      tables[i].reject("otherwise", "must be true in the last row and in no other");
    }
    for (const Row& other : rules.rows) {
      if (other.id == row.id) tables[i].reject("id", "is used by an earlier row");
    }
    rules.rows.push_back(std::move(row));
  }
}

void read_scattered(Rules& rules, TomlTable& root) {
  if (!root.has("scattered")) return;
  TomlTable table = root.table("scattered");
  rules.scattered = Scattered{table.integer("cells", 1, kMostCells), table.integer("percent", 1, 100),
                              caveat_of(rules, table, "caveat")};
  table.no_other_keys();
}

void read_few_cells(Rules& rules, TomlTable& root) {
  if (!root.has("few_cells")) return;
  TomlTable table = root.table("few_cells");
  rules.few_cells = FewCells{table.integer("below", 1, kMostCells), score_of(table, "score"),
                             group_of(table, "group"), caveat_of(rules, table, "caveat")};
  table.no_other_keys();
}

/// "group" or {group, caveat}; "row" leaves it to the row that decides.
Group group_cell(const Rules& rules, TomlTable& table, const std::string& key, Score score) {
  Group group;
  const std::vector<std::string> words = table.texts(key);
  if (words.size() > 2) table.reject(key, "must be a group, or a group and a caveat");
  group.name = words[0];
  if (words.size() == 2) group.caveat = words[1];
  if (group.name != "row" && index_of(kGroupNames, group.name) < 0)
    table.reject(key, listed(kGroupNames) + " or 'row'");
  if (!group.caveat.empty() && !rules.caveats.contains(group.caveat))
    table.reject(key, "names no code of [caveats]");
  if (group.name == "row") {
    for (const Row& row : rules.rows) {
      if (row.score == score && row.group.empty()) table.reject(key, "needs a group in row " + row.id);
    }
  }
  return group;
}

void read_groups(Rules& rules, TomlTable& root) {
  TomlTable groups = root.table("groups");
  for (int s = 0; s < kScores; ++s) {
    TomlTable table = groups.table(kScoreNames[s]);
    for (int outcome = 0; outcome < kIshOutcomes; ++outcome) {
      if (static_cast<IshOutcome>(outcome) == IshOutcome::Recount && !table.has("recount")) continue;
      rules.groups[s][outcome] = group_cell(rules, table, kOutcomeNames[outcome], static_cast<Score>(s));
    }
    table.no_other_keys();
  }
  groups.no_other_keys();
}

IshOutcome outcome_of(const Rules& rules, TomlTable& table, const std::string& key, const std::string& text,
                      int s) {
  const int outcome = index_of(kOutcomeNames, text);
  if (outcome < 1) table.reject(key, "must be 'negative', 'positive' or 'recount'");
  if (rules.groups[s][outcome].name.empty()) {
    table.reject(key,
                 std::string("says recount, but [groups.\"") + kScoreNames[s] + "\"] has no group for it");
  }
  return static_cast<IshOutcome>(outcome);
}

/// Outcome of each ISH group under each score: as counted, and after the recount where a second word is
/// given.
void read_ish_groups(Rules& rules, TomlTable& root) {
  if (!root.has("ish_groups")) return;
  rules.takes_ish_counts = true;
  TomlTable groups = root.table("ish_groups");
  for (int g = 0; g < kIshGroups; ++g) {
    TomlTable table = groups.table(std::to_string(g + 1));
    for (int s = 0; s < kScores; ++s) {
      const std::vector<std::string> words = table.texts(kScoreNames[s]);
      if (words.size() > 2)
        table.reject(kScoreNames[s], "must be an outcome, or one before and one after the recount");
      rules.ish_groups[g][s] = {outcome_of(rules, table, kScoreNames[s], words.front(), s),
                                outcome_of(rules, table, kScoreNames[s], words.back(), s)};
    }
    table.no_other_keys();
  }
  groups.no_other_keys();
}

void read_remarks(Rules& rules, TomlTable& root) {
  if (root.has("caveats")) {
    TomlTable table = root.table("caveats");
    for (const std::string& code : table.keys()) rules.caveats[code] = table.text(code);
  }
  for (TomlTable& table : root.tables("note")) {
    Note note{table.text("code"), table.text("message"), table.texts("groups")};
    for (const std::string& group : note.groups) {
      if (index_of(kGroupNames, group) < 0) table.reject("groups", listed(kGroupNames));
    }
    table.no_other_keys();
    rules.notes.push_back(std::move(note));
  }
}

}  // namespace

Rules read_rules(const ModelFile& file) {
  TomlTable root(file);
  Rules rules;
  rules.id = root.text("id");
  rules.version = root.text("version");
  rules.title = root.text("title");
  for (const char* told : {"source", "licence"}) static_cast<void>(root.text(told));
  read_remarks(rules, root);
  read_scattered(rules, root);
  read_few_cells(rules, root);
  read_rows(rules, root);
  read_groups(rules, root);
  read_ish_groups(rules, root);
  root.no_other_keys();
  return rules;
}

}  // namespace annulet::guideline
