// report.html: one page that needs nothing else; verdict first, provenance last.
#include "annulet/report/writers.hpp"
#include "report/html_parts.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

constexpr const char* kResearchUse = "For research use only. Not for diagnosis.";

std::string title_of(const SlideResult& result) {
  const std::string score = result.verdict.score ? name(*result.verdict.score) : name(result.status);
  return report::escape_html("HER2 " + score + " · " + result.slide.file_name);
}

}  // namespace

std::string write_report_html(const SlideResult& result, const RunRecord& run) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>";
  out += title_of(result) + "</title>\n";
  report::append_style(out);
  out += std::string("</head>\n<body>\n<div class=\"use\">") + kResearchUse + "</div>\n<main>\n";
  out += "<header><h1>HER2 immunohistochemistry <strong>" + report::escape_html(result.slide.file_name) +
         "</strong></h1><p>annulet " + report::escape_html(run.version) + "<br>" +
         report::escape_html(result.verdict.guideline) + "</p></header>\n";
  report::append_verdict(out, result);
  report::append_percentages(out, result);
  report::append_heat_map(out, result);
  report::append_fields(out, result);
  report::append_trace(out, result);
  report::append_doubt(out, result);
  report::append_quality(out, result);
  report::append_notes(out, result);
  report::append_provenance(out, result, run);
  out += "<footer>" + std::string(kResearchUse) + "</footer>\n</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace annulet
