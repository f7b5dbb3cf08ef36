#include "annulet/report/deidentify.hpp"

namespace annulet {
namespace {

void scrub(const Pseudonyms& pseudonyms, std::vector<Remark>& remarks) {
  for (Remark& remark : remarks) remark.message = pseudonyms.scrub(remark.message);
}

}  // namespace

void deidentify(const Pseudonyms& pseudonyms, std::string_view key_origin, SlideResult& result,
                RunRecord& run) {
  result.slide.file_name = pseudonyms.of("slide", result.slide.file_name);
  scrub(pseudonyms, result.verdict.reasons);
  scrub(pseudonyms, result.verdict.caveats);
  scrub(pseudonyms, result.verdict.notes);
  for (RegionUse& use : result.regions) {
    use.region.name.clear();
    if (!use.file.empty()) use.file = pseudonyms.of("regions", use.file);
  }
  for (Problem& problem : result.problems) problem.what = pseudonyms.scrub(problem.what);
  for (auto& [name, value] : result.options) value = pseudonyms.scrub(value);
  result.options.emplace_back("deidentify", key_origin);
  if (!run.host.empty()) run.host = pseudonyms.of("host", run.host);
  run.sandbox = pseudonyms.scrub(run.sandbox);
}

}  // namespace annulet
