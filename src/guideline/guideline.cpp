#include "annulet/guideline/guideline.hpp"

#include <array>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/model/model_file.hpp"
#include "rules.hpp"
#include "words.hpp"

namespace annulet {

using namespace guideline;

struct Guideline::Impl {
  Rules rules;
  std::vector<RowFacts> facts;
};

namespace {

constexpr std::array<std::pair<const char*, const char*>, 6> kShortNames{
    {{"2007", "asco-cap-breast-2007"},
     {"2013", "asco-cap-breast-2013"},
     {"2018", "asco-cap-breast-2018"},
     {"gastric", "gastric-2016-resection"},
     {"gastric-resection", "gastric-2016-resection"},
     {"gastric-biopsy", "gastric-2016-biopsy"}}};

/// What one decision works on.
struct Case {
  const Rules& rules;
  const Tally& tally;
  const Contiguity& contiguity;
  const Ish& ish;
  std::uint64_t n = 0;
  std::vector<std::uint64_t> counts;  ///< by row
  std::size_t decided = 0;            ///< index of the first row that holds
};

bool row_holds(const Row& row, std::uint64_t k, std::uint64_t n) {
  if (row.kind == Row::Kind::Share) return row.threshold.holds(k, n);
  return row.kind == Row::Kind::Otherwise || k >= static_cast<std::uint64_t>(row.cluster_cells);
}

std::uint64_t count_for(const Row& row, const Tally& tally, const Contiguity& contiguity) {
  if (row.kind == Row::Kind::Cluster) return contiguity.largest_gastric_cluster[row.cluster_class - 1];
  return row.selection.count(tally);
}

TraceRow trace_row(const Case& given, std::size_t i) {
  const Row& row = given.rules.rows[i];
  const Row& decided = given.rules.rows[given.decided];
  const std::uint64_t k = given.counts[i];
  const bool held = row_holds(row, k, given.n) && (row.kind != Row::Kind::Otherwise || i == given.decided);
  std::string sentence = why(row, k, given.n, held);
  if (held && i > given.decided) sentence += "; " + decided.id + " comes first and decides";
  return {row.id,
          row.what,
          k,
          given.n,
          row.kind == Row::Kind::Share ? row.threshold.comparator() : ">=",
          row.kind == Row::Kind::Share ? static_cast<double>(row.threshold.percent) : 0.0,
          held,
          sentence,
          name(row.score),
          row.citation};
}

void add_caveat(Verdict& verdict, const Case& given, const std::string& code, std::uint64_t k) {
  if (code.empty()) return;
  std::string message = given.rules.caveats.at(code);
  message = fill(message, "count", in_words(k));
  message = fill(message, "of", in_words(given.n));
  message = fill(message, "share", share_in_words(k, given.n));
  message = fill(message, "cluster", in_words(given.contiguity.largest_intense_cluster));
  message = fill(message, "ish_group", std::to_string(given.ish.group()));
  verdict.caveats.push_back({code, message});
}

bool is_scattered(const Scattered& scattered, std::uint64_t cluster, std::uint64_t k) {
  return cluster < static_cast<std::uint64_t>(scattered.cells) &&
         100 * cluster < static_cast<std::uint64_t>(scattered.percent) * k;
}

/// Cells that the deciding row counted and that are of another pattern than its tag allows.
std::uint64_t outside_only(const Case& given) {
  const Row& row = given.rules.rows[given.decided];
  return given.counts[given.decided] - row.only->selection.count(given.tally);
}

void add_row_caveats(Verdict& verdict, const Case& given) {
  for (std::size_t i = 0; i < given.decided; ++i) {
    if (given.counts[i] > 0) add_caveat(verdict, given, given.rules.rows[i].below_caveat, given.counts[i]);
  }
  const Row& row = given.rules.rows[given.decided];
  const std::uint64_t k = given.counts[given.decided];
  add_caveat(verdict, given, row.caveat, k);
  if (row.only && outside_only(given) > 0) add_caveat(verdict, given, row.only->caveat, outside_only(given));
  if (row.contiguous && is_scattered(*given.rules.scattered, given.contiguity.largest_intense_cluster, k)) {
    add_caveat(verdict, given, given.rules.scattered->caveat, k);
  }
}

IshOutcome ish_outcome(const Rules& rules, const Ish& ish, Score score) {
  switch (ish.kind) {
    case Ish::Kind::Absent:
      return IshOutcome::Absent;
    case Ish::Kind::Negative:
      return IshOutcome::Negative;
    case Ish::Kind::Positive:
      return IshOutcome::Positive;
    case Ish::Kind::Counts:
      break;
  }
  if (!rules.takes_ish_counts) {
    throw Error(Code::Usage,
                "--ish RATIO,COPIES: guideline '" + rules.id +
                    "' has no groups of in situ hybridisation; give --ish negative or --ish positive");
  }
  const IshGroupRule& rule = rules.ish_groups[ish.group() - 1][static_cast<int>(score)];
  return ish.recounted ? rule.recounted : rule.counted;
}

/// The tag of a row, unless too few cells or cells of another pattern stand against it.
std::string tag_of_row(Verdict& verdict, const Case& given) {
  const Row& row = given.rules.rows[given.decided];
  std::string group = row.only && outside_only(given) > 0 ? row.only->group : row.group;
  const auto& few = given.rules.few_cells;
  if (few && few->score == row.score && given.n < static_cast<std::uint64_t>(few->below)) {
    group = few->group;
    add_caveat(verdict, given, few->caveat, given.n);
  }
  return group;
}

void set_group(Verdict& verdict, const Case& given) {
  const Row& row = given.rules.rows[given.decided];
  const IshOutcome outcome = ish_outcome(given.rules, given.ish, row.score);
  const Group& group = given.rules.groups[static_cast<int>(row.score)][static_cast<int>(outcome)];
  verdict.group = group.name == "row" ? tag_of_row(verdict, given) : group.name;
  add_caveat(verdict, given, group.caveat, given.counts[given.decided]);
  for (const Note& note : given.rules.notes) {
    for (const std::string& each : note.groups) {
      if (each == verdict.group) verdict.notes.push_back({note.code, note.message});
    }
  }
}

}  // namespace

Guideline Guideline::load(const std::string& id_or_path) {
  const ModelFile file = load_model_file("guidelines", id_or_path);
  auto impl = std::make_shared<Impl>();
  impl->rules = read_rules(file);
  impl->rules.digest = file.digest;
  for (const Row& row : impl->rules.rows)
    impl->facts.push_back({row.id, row.score, row.kind == Row::Kind::Share, row.threshold.min_cells});
  Guideline guideline;
  guideline.impl_ = std::move(impl);
  return guideline;
}

std::string Guideline::id_of(const std::string& name) {
  for (const auto& [short_name, id] : kShortNames) {
    if (name == short_name) return id;
  }
  return name;
}

std::vector<std::string> Guideline::built_in_ids() {
  std::vector<std::string> ids;
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == "guidelines") ids.push_back(file.id);
  }
  return ids;
}

const std::string& Guideline::id() const {
  return impl_->rules.id;
}
const std::string& Guideline::version() const {
  return impl_->rules.version;
}
const std::string& Guideline::digest() const {
  return impl_->rules.digest;
}
const std::string& Guideline::title() const {
  return impl_->rules.title;
}

Verdict Guideline::decide(const Tally& tally, const Contiguity& contiguity, const Ish& ish) const {
  const Rules& rules = impl_->rules;
  Case given{rules, tally, contiguity, ish, denominator(tally), {}, rules.rows.size() - 1};
  expects(given.n > 0, "a decision needs at least one measurable tumour cell");
  for (std::size_t i = rules.rows.size(); i-- > 0;) {
    const std::uint64_t k = count_for(rules.rows[i], tally, contiguity);
    given.counts.insert(given.counts.begin(), k);
    if (row_holds(rules.rows[i], k, given.n)) given.decided = i;
  }
  Verdict verdict;
  const Row& row = rules.rows[given.decided];
  verdict.score = row.score;
  verdict.rule = row.id;
  verdict.guideline = rules.id;
  verdict.guideline_digest = rules.digest;
  for (std::size_t i = 0; i < rules.rows.size(); ++i) verdict.trace.push_back(trace_row(given, i));
  add_row_caveats(verdict, given);
  set_group(verdict, given);
  verdict.margins = margins(rules, given.counts, given.n, given.decided);
  return verdict;
}

std::vector<std::uint64_t> Guideline::row_counts(const Tally& tally) const {
  std::vector<std::uint64_t> counts;
  for (const Row& row : impl_->rules.rows) counts.push_back(count_for(row, tally, {}));
  return counts;
}

std::optional<std::size_t> Guideline::deciding_row(std::span<const std::uint64_t> counts,
                                                   std::uint64_t n) const {
  const std::vector<Row>& rows = impl_->rules.rows;
  for (const Row& row : rows) {
    if (row.kind == Row::Kind::Cluster) return std::nullopt;
  }
  std::size_t i = 0;
  while (!row_holds(rows[i], counts[i], n)) ++i;  // the last row always holds
  return i;
}

std::vector<std::string> Guideline::remark_codes() const {
  std::vector<std::string> codes;
  for (const auto& [code, message] : impl_->rules.caveats) codes.push_back(code);
  for (const Note& note : impl_->rules.notes) codes.push_back(note.code);
  return codes;
}

bool Guideline::takes_ish_counts() const {
  return impl_->rules.takes_ish_counts;
}

const std::vector<Guideline::RowFacts>& Guideline::row_facts() const {
  return impl_->facts;
}

}  // namespace annulet
