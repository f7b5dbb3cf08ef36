#include "annulet/pipeline/patient_count.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "annulet/base/hand_back.hpp"
#include "annulet/pipeline/control_finder.hpp"
#include "annulet/pipeline/edge_effect.hpp"
#include "annulet/pipeline/pitch_suspicion.hpp"
#include "annulet/pipeline/stain_place.hpp"

namespace annulet {
namespace {

std::string score_words(const Verdict& verdict) {
  return verdict.score ? name(*verdict.score) : "no score";
}

/// How many tumour cells there are, and which share of them is closed and dark.
struct Count {
  std::uint64_t cells = 0, intense = 0;
  double intense_percent() const {
    return cells == 0 ? 0 : 100.0 * static_cast<double>(intense) / static_cast<double>(cells);
  }
};

Count count_of(const Tally& tally) {
  return {tally.measurable_tumour(), tally.of(CellKind::Tumour, Pattern::IntenseComplete)};
}

class PatientCount {
 public:
  PatientCount(Survey& survey, CellTable& cells, const ConcludeModels& models, ConcludeFacts facts,
               int threads)
      : survey_(survey), cells_(cells), models_(models), facts_(std::move(facts)), threads_(threads) {
    draft_again();
  }

  /// Where control tissue was found the cells are concluded without it.
  void leave_out_control() {
    hand_back_freed();
    const TissueParts parts = find_parts(survey_.counted);
    survey_.counted.piece = {};  // only its area is asked for from here on
    const ControlTissue control = find_control(parts, cells_, conclusion_.graded);
    if (control.labels.empty()) return;
    const Apart apart = take_apart(parts, control);
    Conclusion all = std::move(conclusion_);
    draft_again();
    const bool differs = all.verdict.score != conclusion_.verdict.score;
    if (control.certain) {
      remark(differs, "control-left-out", left_out_words(control, all));
      each_square(parts, control,
                  [](std::uint8_t& flag) { flag = static_cast<std::uint8_t>(QcFlag::Control); });
      survey_.counted.area_mm2 -= apart.area_mm2;
    } else {
      const std::string words = suspected_words(control);
      give_back(apart);
      conclusion_ = std::move(all);
      remark(differs, "control-suspected", words);
    }
  }

  /// Cells in a blush along the tissue's edge cannot be judged.
  void judge_edge() {
    hand_back_freed();
    const std::vector<std::uint16_t> distances = edge_distances(survey_.tissue, cells_);
    const int depth = blush_depth(cells_, conclusion_.graded, distances);
    if (depth > 0) {
      const Verdict with = conclusion_.verdict;
      for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (distances[i] < depth) cells_[i].flags |= kFlagEdgeBlush;
      }
      draft_again();
      remark(with.score != conclusion_.verdict.score, "edge-effect", blush_words(depth, with.score));
    }
    hand_back_freed();
    complete(cells_, models_, threads_, conclusion_);
    if (auto caveat = edge_effect(conclusion_.graded, distances, models_.grading, models_.guideline,
                                  conclusion_.verdict)) {
      conclusion_.verdict.caveats.push_back(std::move(*caveat));
    }
  }

  /// What the cells say about the size of a pixel and about where the brown is.
  void judge_plausibility() {
    if (const auto words = suspect_pitch(cells_, conclusion_.graded, survey_.pitch.mean())) {
      Verdict& verdict = conclusion_.verdict;
      if (verdict.score)
        verdict.caveats.push_back({"pitch-suspect", *words});
      else if (!verdict.reasons.empty())
        verdict.reasons.back().message += "; " + *words;
    }
    if (const auto words = suspect_cytoplasm(cells_, conclusion_.graded))
      conclusion_.verdict.caveats.push_back({"cytoplasmic-dab", *words});
  }

  Conclusion take() {
    conclusion_.verdict.caveats.insert(conclusion_.verdict.caveats.end(), caveats_.begin(), caveats_.end());
    conclusion_.verdict.notes.insert(conclusion_.verdict.notes.end(), notes_.begin(), notes_.end());
    return std::move(conclusion_);
  }

 private:
  void draft_again() {
    hand_back_freed();
    conclusion_ = draft(cells_, models_, facts_, threads_);
  }

  /// A control's cells and its area, without which is concluded.
  struct Apart {
    CellTable cells;
    double area_mm2 = 0;
  };

  Apart take_apart(const TissueParts& parts, const ControlTissue& control) {
    Apart apart;
    const auto held = [&](const CellRow& row) {
      return control.holds(
          parts.at_um(static_cast<double>(row.x) / kMicroUnits, static_cast<double>(row.y) / kMicroUnits));
    };
    std::erase_if(cells_, [&](const CellRow& row) {
      if (!held(row)) return false;
      apart.cells.push_back(row);
      return true;
    });
    const double square_mm2 = survey_.tissue.pitch_um * survey_.tissue.pitch_um * 1e-6;
    std::uint64_t squares = 0;
    each_square(parts, control, [&](const std::uint8_t&) { ++squares; });
    apart.area_mm2 = static_cast<double>(squares) * square_mm2;
    facts_.tissue_mm2 -= apart.area_mm2;
    return apart;
  }

  void give_back(const Apart& apart) {
    const auto kept = std::ssize(cells_);
    cells_.insert(cells_.end(), apart.cells.begin(), apart.cells.end());
    std::inplace_merge(cells_.begin(), cells_.begin() + kept, cells_.end(), before);
    facts_.tissue_mm2 += apart.area_mm2;
  }

  void remark(bool caveat, const char* code, std::string words) {
    (caveat ? caveats_ : notes_).push_back({code, std::move(words)});
  }

  std::string left_out_words(const ControlTissue& control, const Conclusion& with) const {
    const Count all = count_of(with.tally), own = count_of(conclusion_.tally);
    const Count apart{all.cells - std::min(all.cells, own.cells),
                      all.intense - std::min(all.intense, own.intense)};
    return fmt::format(
        "{} of {:.2g} mm2 {} taken for control tissue and left out: {} tumour cells, {:.0f} % intense "
        "complete "
        "(the patient's: {:.1f} %); with {} this slide would read {}; draw {} as a region to include "
        "(--region) if it is the patient's",
        control.labels.size() == 1 ? "a separate piece" : "separate pieces", control.area_mm2,
        control.labels.size() == 1 ? "was" : "were", apart.cells, apart.intense_percent(),
        own.intense_percent(), control.labels.size() == 1 ? "it" : "them", score_words(with.verdict),
        control.labels.size() == 1 ? "it" : "them");
  }

  std::string suspected_words(const ControlTissue& control) const {
    return fmt::format(
        "{} of {:.2g} mm2 stain{} otherwise than the rest and may be control tissue; counted as the "
        "patient's "
        "own: without {} this slide would read {}; if {} control tissue draw a region with the role control "
        "(--region)",
        control.labels.size() == 1 ? "a separate piece" : "separate pieces", control.area_mm2,
        control.labels.size() == 1 ? "s" : "", control.labels.size() == 1 ? "it" : "them",
        score_words(conclusion_.verdict), control.labels.size() == 1 ? "it is" : "they are");
  }

  /// Calls visit(flag) for each square of the control's that counts.
  template <class Visit>
  void each_square(const TissueParts& parts, const ControlTissue& control, Visit&& visit) {
    const double um = survey_.tissue.pitch_um;
    for (int y = 0; y < survey_.quality.flag.height(); ++y) {
      std::uint8_t* flag = survey_.quality.flag.row(y);
      const std::uint16_t* piece = survey_.tissue.piece.row(y);
      for (int x = 0; x < survey_.quality.flag.width(); ++x) {
        if (piece[x] == 0 || flag[x] != 0) continue;
        if (control.holds(parts.at_um((x + 0.5) * um, (y + 0.5) * um))) visit(flag[x]);
      }
    }
  }

  Survey& survey_;
  CellTable& cells_;
  const ConcludeModels& models_;
  ConcludeFacts facts_;
  int threads_;
  Conclusion conclusion_;
  std::vector<Remark> caveats_, notes_;
};

}  // namespace

Conclusion conclude_patient(Survey& survey, CellTable& cells, const ConcludeModels& models,
                            ConcludeFacts facts, bool find_control, int threads) {
  PatientCount count(survey, cells, models, std::move(facts), threads);
  if (find_control) count.leave_out_control();
  count.judge_edge();
  count.judge_plausibility();
  return count.take();
}

}  // namespace annulet
