#include "report/html_parts.hpp"
#include "report/palette.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

constexpr const char* kStyle = R"css(
:root{--ink:#1c2530;--soft:#5a6675;--line:#dbe1e8;--ground:#f4f6f8;--accent:#22577a;--warn:#8a5300;--warn-ground:#fff6e3;--warn-line:#e9c37a;--stop:#8c1d18;--stop-ground:#fdf0ef;--stop-line:#e3a6a2}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.use{background:#1c2530;color:#fff;text-align:center;font-size:13px;letter-spacing:.04em;padding:7px 16px}
main{max-width:1000px;margin:0 auto;padding:28px 24px 40px}
header{display:flex;justify-content:space-between;align-items:flex-end;gap:24px;margin:0 0 18px}
header p{margin:0;color:var(--soft);font-size:13px;text-align:right;flex:none}
h1{font-size:15px;font-weight:600;color:var(--soft);margin:0}
h1 strong{display:block;font-size:22px;line-height:1.25;color:var(--ink);font-weight:650;overflow-wrap:anywhere}
section{background:#fff;border:1px solid var(--line);border-radius:10px;padding:22px 26px;margin:0 0 16px}
h2{font-size:17px;font-weight:650;margin:0 0 4px}
h3{font-size:14px;font-weight:650;margin:18px 0 6px}
p{margin:0 0 10px}
.lead{color:var(--soft);margin:0 0 16px}
small,.small{font-size:13px;color:var(--soft)}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:0 30px;align-items:start}
.score{min-width:172px;text-align:center;border-radius:8px;background:#eaf1f6;color:var(--accent);padding:20px 18px}
.score b{display:block;font-size:74px;line-height:1;font-weight:700;letter-spacing:-.02em}
.score span{display:block;margin-top:10px;font-size:14px;font-weight:600;color:var(--ink)}
.score.none{background:var(--stop-ground);color:var(--stop)}
.score.none b{font-size:27px;line-height:1.2;letter-spacing:0}
.verdict h2{font-size:21px;line-height:1.35;margin:0 0 8px;overflow-wrap:anywhere}
.why{margin:0 0 10px;padding:0;list-style:none}
.why li{margin:0 0 12px}
.why b{display:block;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:0;margin:20px 0 0;padding:16px 0 0;border-top:1px solid var(--line);grid-column:1/-1}
.facts div{padding:0 16px;border-left:1px solid var(--line)}
.facts div:first-child{padding-left:0;border-left:0}
.facts b{display:block;font-size:20px;font-weight:650;line-height:1.25}
.facts span{font-size:13px;color:var(--soft)}
.remarks{margin:0 0 16px;padding:0;list-style:none}
.remarks li{background:var(--warn-ground);border:1px solid var(--warn-line);border-left-width:5px;border-radius:8px;padding:11px 16px;margin:0 0 8px}
.remarks b{color:var(--warn)}
code{font:12.5px/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.remarks code,.why code{color:var(--soft);margin-left:6px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{font-size:12.5px;font-weight:600;color:var(--soft);text-align:left;vertical-align:bottom;padding:0 10px 6px 0;border-bottom:1px solid #b9c3ce}
td{padding:8px 10px 8px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
th.n,td.n{text-align:right;white-space:nowrap}
td:first-child{overflow-wrap:normal}
th:last-child,td:last-child{padding-right:0}
tr.held td{background:#eaf1f6}
tr.held td:first-child{box-shadow:inset 4px 0 0 var(--accent);padding-left:12px}
tr.rest td{color:var(--soft)}
.nowrap{white-space:nowrap}
.key{display:inline-block;width:13px;height:13px;border-radius:3px;margin-right:9px;vertical-align:-2px;border:1px solid rgba(0,0,0,.25)}
.bar{display:block;width:100%;height:auto;margin:2px 0 14px}
.bar text{font:600 13px system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif}
.scale{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 0;padding:0;list-style:none;font-size:13px}
.map{display:grid;grid-template-columns:minmax(0,1fr) 190px;gap:24px;align-items:start}
.map .scale{display:block;margin:0}
.map .scale li{margin:0 0 5px}
.picture{position:relative;display:block;border:1px solid var(--line);border-radius:6px;overflow:hidden;line-height:0;background:#fff}
.picture img{width:100%;height:auto;display:block}
.picture svg{position:absolute;inset:0;width:100%;height:100%}
.tall{max-width:520px}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:18px}
.fields figure:first-of-type{grid-column:1/-1}
figure{margin:0}
figcaption{font-size:13px;line-height:1.45;color:var(--soft);margin-top:7px}
figcaption b{color:var(--ink)}
.switch{display:inline-flex;align-items:center;gap:8px;font-size:14px;margin:0 0 14px;cursor:pointer}
#outlines:not(:checked)~.fields .rings{display:none}
input{accent-color:var(--accent);width:16px;height:16px;margin:0 8px 0 0;vertical-align:-3px}
.rings path{fill:none;stroke-linejoin:round;vector-effect:non-scaling-stroke;pointer-events:all}
.rings path:hover{stroke:#fff}
.ring-unmeasurable path{filter:drop-shadow(0 0 .6px #000) drop-shadow(0 0 .6px #000)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 22px;margin:0;font-size:14px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:1fr 1fr;gap:8px 40px}
.two>div{min-width:0}
.plain{margin:0;padding:0 0 0 18px}
.plain li{margin:0 0 5px}
footer{text-align:center;color:var(--soft);font-size:13px;margin:22px 0 0}
@media (max-width:720px){.verdict,.map,.two,.fields{grid-template-columns:1fr}.facts{grid-template-columns:1fr 1fr;gap:14px 0}.facts div:nth-child(3){padding-left:0;border-left:0}main{padding:18px 12px}section{padding:18px 16px}.wide{overflow-x:auto}}
@page{size:A4;margin:14mm 12mm}
@media print{body{background:#fff;font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}section{border:0;border-top:1px solid var(--line);border-radius:0;padding:12px 0;margin:0}.use{background:#fff;color:#000;border-bottom:1px solid #000}.switch,input{display:none}.fields figure:first-of-type{grid-column:auto}figure,tr,.facts,.remarks li,.map,.verdict,.two>div{break-inside:avoid}h2,h3,.lead{break-after:avoid}}
)css";

std::string hex(Colour colour) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "#";
  for (const std::uint8_t part : {colour.red, colour.green, colour.blue}) {
    out += kDigits[part >> 4];
    out += kDigits[part & 15];
  }
  return out;
}

}  // namespace

void append_style(std::string& out) {
  out += "<style>";
  out += kStyle;
  for (const PatternStyle& style : kPatternStyles) {
    const std::string colour = hex(style.colour), name = style.class_name;
    out += ".fill-" + name + "{fill:" + colour + ";background:" + colour + "}";
    out += ".ring-" + name + " path{stroke:" + colour + ";stroke-width:" + std::to_string(style.line) + "px";
    if (style.dashed) out += ";stroke-dasharray:4 3";
    out += "}\n";
  }
  out += ".fill-other{background:" + hex(kOtherKinds) + "}.ring-other path{stroke:" + hex(kOtherKinds) +
         ";stroke-width:1px}\n";
  out += "</style>\n";
}

}  // namespace annulet::report
