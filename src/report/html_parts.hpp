#pragma once
#include <string>

#include "annulet/model/result.hpp"

namespace annulet::report {

/// The sections of the report page, top to bottom; each appends HTML to `out`, every text escaped. A section
/// without matter appends nothing.

void append_style(std::string& out);
void append_verdict(std::string& out, const SlideResult& result);
void append_percentages(std::string& out, const SlideResult& result);
void append_margins(std::string& out, const SlideResult& result);
void append_trace(std::string& out, const SlideResult& result);
void append_doubt(std::string& out, const SlideResult& result);
void append_heat_map(std::string& out, const SlideResult& result);
void append_fields(std::string& out, const SlideResult& result);
void append_quality(std::string& out, const SlideResult& result);
void append_notes(std::string& out, const SlideResult& result);
void append_provenance(std::string& out, const SlideResult& result, const RunRecord& run);

/// What to do about a reason for which there is no score; empty for an unknown code.
const char* advice_for(const std::string& code);

/// Words for a score's group: "equivocal: in situ hybridisation decides"; the group itself where nothing is
/// known of it.
std::string group_words(const std::string& group);

/// "23.4 %" from thousandths of a per cent; shares that round to 0.0 but are not 0 read "< 0.1 %".
std::string percent_words(std::int64_t thousandths);

}  // namespace annulet::report
