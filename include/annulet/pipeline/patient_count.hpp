#pragma once
#include "annulet/pipeline/conclude.hpp"
#include "annulet/pipeline/survey.hpp"

namespace annulet {

/// Concludes what is the patient's own: cells of on-slide control tissue leave `cells` (their place becomes
/// QcFlag::Control in the survey), cells under a blush at the tissue's edge are flagged kFlagEdgeBlush and
/// count as unmeasurable, and what speaks against the score is said: `control-left-out`, `control-suspected`,
/// `edge-effect`, `pitch-suspect`, `cytoplasmic-dab`. The same for any number of threads. With
/// `find_control` false no control is looked for. `facts` are of all tissue to be counted; without a control
/// that was left out there is less, and what suffices for a score is asked anew. `survey.counted` is left
/// with its area; its plane is spent.
Conclusion conclude_patient(Survey& survey, CellTable& cells, const ConcludeModels& models,
                            ConcludeFacts facts, bool find_control, int threads = 1);

}  // namespace annulet
