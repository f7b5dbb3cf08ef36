#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;

namespace {

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the page needs nothing from outside and runs no script") {
  const std::string page = write_report_html(sample::scored(), sample::run());
  for (const char* outside : {"http:", "https:", "<script", "<link", "@import", "url(", "src=\"/"}) {
    INFO(outside);
    CHECK_FALSE(holds(page, outside));
  }
  CHECK(page.size() < 3'000'000);
}

TEST_CASE("a hostile file name and hostile messages are text, not markup") {
  SlideResult result = sample::scored();
  const std::string hostile = "<script>alert('x')</script>\"onload=\"&.svs";
  result.slide.file_name = hostile;
  result.verdict.caveats[0].message = hostile;
  result.verdict.trace[1].why = hostile;
  result.verdict.notes[0].message = hostile;
  result.fields[0].caption = hostile;
  result.fields[0].name = hostile;
  result.options[0].second = hostile;
  result.models[0].id = hostile;
  const std::string page = write_report_html(result, sample::run());
  CHECK_FALSE(holds(page, "<script>"));
  CHECK_FALSE(holds(page, "\"onload"));
  CHECK(holds(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;onload=&quot;&amp;.svs"));
}

TEST_CASE("the verdict comes first, then the evidence; research use stands at top and bottom") {
  const std::string page = write_report_html(sample::scored(), sample::run());
  const auto at = [&](const char* words) {
    INFO(words);
    REQUIRE(holds(page, words));
    return page.find(words);
  };
  CHECK(at("<b>2+</b>") < at("Caveat:"));
  CHECK(at("Caveat:") < at("Staining of the tumour cells"));
  CHECK(at("Staining of the tumour cells") < at("How the score was reached"));
  CHECK(at("How the score was reached") < at("Provenance"));
  CHECK(times(page, "For research use only. Not for diagnosis.") == 2);
}

TEST_CASE("every picture has words for those who cannot see it, and every section opened is closed") {
  const std::string page = write_report_html(sample::scored(), sample::run());
  CHECK(times(page, "<img ") == times(page, " alt=\""));
  CHECK(times(page, "<img ") == 4);
  for (const char* element : {"section", "div", "table", "ul", "dl", "svg", "figure", "g", "main"}) {
    INFO(element);
    const std::string name = element;
    CHECK(times(page, "<" + name + ">") + times(page, "<" + name + " ") == times(page, "</" + name + ">"));
  }
}

TEST_CASE("a refused slide says why and what to do, and shows no percentages") {
  const std::string page = write_report_html(sample::refused(), sample::run());
  CHECK(holds(page, "Not<br>evaluable"));
  CHECK(holds(page, "it looks like eosin"));
  CHECK(holds(page, "Choose the HER2 slide"));
  CHECK_FALSE(holds(page, "Staining of the tumour cells"));
  CHECK_FALSE(holds(page, "How the score was reached"));
}

TEST_CASE("what a note says the page says once") {
  SlideResult result = sample::scored();
  const std::string words = "trial terms (DESTINY-Breast04/06), not ASCO/CAP results";
  result.verdict.group = "ultralow";
  CHECK_FALSE(holds(write_report_html(result, sample::run()), "DESTINY"));
  result.verdict.notes.push_back({"trial-terms", "low and ultralow are " + words});
  CHECK(times(write_report_html(result, sample::run()), words) == 1);
}

TEST_CASE("the line on the shares is the guideline's own cut, and is none where it has none") {
  SlideResult result = sample::scored();
  CHECK(
      holds(write_report_html(result, sample::run()), "The line marks the 10 % of row R1 of the guideline."));
  result.verdict.trace.front().percent = 30;
  const std::string other = write_report_html(result, sample::run());
  CHECK(holds(other, "The line marks the 30 % of row R1 of the guideline."));
  CHECK(holds(other, "<path d=\"M282 0v46\""));
  for (TraceRow& row : result.verdict.trace) row.percent = 0;
  const std::string without = write_report_html(result, sample::run());
  CHECK(holds(without, "Staining of the tumour cells"));
  CHECK_FALSE(holds(without, "The line marks"));
  CHECK_FALSE(holds(without, "0v46"));
}

TEST_CASE("outlines that would cover a picture are left out of the page, which says so") {
  SlideResult result = sample::scored();
  const std::string before = write_report_html(result, sample::run());
  CHECK_FALSE(holds(before, "not drawn"));
  Ring& ring = result.regions[0].region.rings[0];
  ring.clear();
  for (int i = 0; i < 100'000; ++i) ring.push_back({(i % 500) + 0.1, i % 2 == 0 ? 0.0 : 400.0});
  const std::string page = write_report_html(result, sample::run());
  CHECK(holds(page, "1 outline is not drawn"));
  CHECK(page.size() < before.size() + 1000);
  CHECK(draw_heatmap(result).height > 0);
}

TEST_CASE("the page says where it counted, lists the regions and draws them") {
  const SlideResult result = sample::scored();
  const std::string page = write_report_html(result, sample::run());
  CHECK(holds(page, "counted, inside 1 region"));
  CHECK(holds(page, "DCIS &lt;left&gt;"));
  CHECK(holds(page, "exclude, cut at the slide's edge"));
  CHECK(holds(page, "Region counted"));
  CHECK(holds(page, "Region left out"));
  CHECK_FALSE(holds(page, "Region of control tissue"));
  CHECK(holds(page, "stroke-dasharray"));
  SlideResult without = result;
  without.regions.clear();
  CHECK_FALSE(holds(write_report_html(without, sample::run()), "egion counted"));
}

TEST_CASE("an empty result still makes a page") {
  CHECK(holds(write_report_html(SlideResult{}, RunRecord{}), "No score<br>could be made"));
}

TEST_CASE("the page's vectors go by the scan's one pitch; only the named pixel tells two pitches from one") {
  SlideResult two = sample::scored(), one = sample::scored();
  two.pitch = {0.26, 0.24, PitchOrigin::Header};
  one.pitch = {two.pitch.mean(), two.pitch.mean(), PitchOrigin::Header};
  std::string page = write_report_html(two, sample::run());
  const std::string stated = "0.2600 × 0.2400";
  const std::size_t at = page.find(stated);
  REQUIRE(at != std::string::npos);
  page.replace(at, stated.size(), "0.2500 × 0.2500");
  CHECK(page == write_report_html(one, sample::run()));
}

TEST_CASE("the page tells how sure the score is: intervals beside their cuts, margins and flips") {
  const std::string page = write_report_html(sample::scored(), sample::run());
  for (const char* words : {"How sure", "1.2 % to 11.9 %", "<b>3+</b>", "0.571 OD", "nowhere", "2+ in 97.0 %",
                            "15.0 % to 26.0 %", "What would change the score"}) {
    INFO(words);
    CHECK(holds(page, words));
  }
  SlideResult plain = sample::scored();
  plain.verdict.doubt = {};
  const std::string without = write_report_html(plain, sample::run());
  CHECK_FALSE(holds(without, "How sure"));
  CHECK(times(without, "What would change the score") == 1);
  CHECK(times(page, "What would change the score") == 1);
}

TEST_CASE("a score of an incomplete slide says so above everything else") {
  SlideResult result = sample::scored();
  CHECK(write_report_html(result, sample::run()).find("<div class=\"banner\"") == std::string::npos);
  result.verdict.caveats.push_back({"incomplete", "3 of 90 tiles with tissue are <lost>"});
  const std::string page = write_report_html(result, sample::run());
  const std::size_t banner = page.find("<div class=\"banner\" role=\"alert\">");
  REQUIRE(banner != std::string::npos);
  CHECK(banner < page.find("<section class=\"verdict\""));
  CHECK(page.find("3 of 90 tiles with tissue are &lt;lost&gt;", banner) != std::string::npos);
}
