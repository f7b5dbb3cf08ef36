#include "cohort/agree_parts.hpp"

namespace annulet {
namespace {

// Scores go from pale to dark brown, as the stain does; the heat of a matrix is one blue in ten steps. Every
// colour stands beside a figure or a word that says the same.
constexpr const char* kStyle = R"css(
:root{color-scheme:light dark;--ink:#1c2530;--soft:#586473;--line:#dbe1e8;--ground:#f4f6f8;--card:#fff;--accent:#22577a;--bar:#1c2530;--mark:#b3400f;--grid:#e6ebf0;
--h0:#f3f7fa;--h1:#e3edf5;--h2:#d0e1ee;--h3:#b8d2e6;--h4:#9cc0dc;--h5:#7dabcf;--h6:#5d93bf;--h7:#417bab;--h8:#2b6392;--h9:#184a75;--hi:#fff;
--s0:#f3ead9;--s1:#e0bf8b;--s2:#b87333;--s3:#6b3410;--s0i:#3b2a12;--s1i:#3b2a12;--s2i:#fff;--s3i:#fff;--none:#8c1d18;--warn:#8a5300;--warn-ground:#fff6e3;--warn-line:#e9c37a}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#9eabba;--line:#313c49;--ground:#12171d;--card:#1a2129;--accent:#7fb9de;--bar:#0b0f13;--mark:#ff9b66;--grid:#27313c;
--h0:#1d2731;--h1:#21323f;--h2:#253e51;--h3:#2a4b64;--h4:#2f5978;--h5:#35688d;--h6:#3d79a4;--h7:#4a8cbb;--h8:#62a3d0;--h9:#86bee5;--hi:#08121b;
--none:#ff8f88;--warn:#ffcf7d;--warn-ground:#2c2413;--warn-line:#6a5322}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.use{background:var(--bar);color:#fff;text-align:center;font-size:13px;letter-spacing:.04em;padding:7px 16px}
main{max-width:1240px;margin:0 auto;padding:28px 24px 40px}
header{display:flex;justify-content:space-between;align-items:flex-end;gap:24px;margin:0 0 18px}
header p{margin:0;color:var(--soft);font-size:13px;text-align:right;flex:none}
h1{font-size:15px;font-weight:600;color:var(--soft);margin:0}
h1 strong{display:block;font-size:22px;line-height:1.25;color:var(--ink);font-weight:650;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:22px 26px;margin:0 0 16px}
h2{font-size:17px;font-weight:650;margin:0 0 4px;overflow-wrap:anywhere}
h3{font-size:14px;font-weight:650;margin:22px 0 6px}
p{margin:0 0 10px}
a{color:var(--accent)}
.lead,.small{color:var(--soft)}
.lead{margin:0 0 14px;max-width:78ch}
.small{font-size:13px}
.remark{background:var(--warn-ground);border:1px solid var(--warn-line);border-left-width:5px;border-radius:8px;padding:9px 14px;margin:0 0 12px}
.remark b{color:var(--warn)}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left;font-size:13px;color:var(--soft);padding:0 0 8px}
th{font-size:12.5px;font-weight:600;color:var(--soft);text-align:left;vertical-align:bottom;padding:0 12px 6px 0;border-bottom:1px solid var(--line)}
td,tbody th{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
tbody th{font-size:14px;font-weight:400;color:var(--ink)}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
.path{overflow-wrap:anywhere;min-width:170px;font-size:13px}
.nowrap{white-space:nowrap}
table.figures b{font-weight:600}
table.figures td{width:36%}
table.figures .small{font-size:12.5px;line-height:1.35}
table.figures th:first-child{white-space:nowrap}
tr.group th{font-weight:650;padding-top:16px}
.wide{overflow-x:auto}
.chip{display:inline-block;min-width:34px;padding:1px 8px;border-radius:5px;text-align:center;font-weight:650;font-size:13px;white-space:nowrap}
.c0{background:var(--s0);color:var(--s0i);box-shadow:inset 0 0 0 1px rgba(90,60,20,.3)}.c1{background:var(--s1);color:var(--s1i)}.c2{background:var(--s2);color:var(--s2i)}.c3{background:var(--s3);color:var(--s3i)}
.cx{color:var(--none);border:1px dashed currentColor;font-weight:400;padding:0 7px}
.cu{color:var(--soft);font-weight:400}
.side{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:10px 34px;align-items:start}
table.matrix{width:auto;font-size:15px;border-collapse:separate;border-spacing:3px}
table.matrix th,table.matrix td{border:0;padding:0;text-align:center;vertical-align:middle}
table.matrix thead th{padding:2px 4px;font-size:13px}
table.matrix tbody th{padding:0 8px 0 0;text-align:right;font-size:13px;font-weight:600;color:var(--soft);white-space:nowrap}
table.matrix tbody td{width:62px;height:52px;border-radius:6px;line-height:1.15}
table.matrix td small{display:block;font-size:11px;opacity:.85}
table.matrix td.same{box-shadow:inset 0 0 0 2px var(--accent)}
table.matrix td.away{background:repeating-linear-gradient(45deg,var(--grid) 0 5px,transparent 5px 10px)}
table.matrix .total{color:var(--soft);font-size:13px}
table.matrix tbody td.total{width:46px}
.axis{writing-mode:vertical-rl;transform:rotate(180deg);font-size:13px!important;padding:0 0 0 2px!important}
.h0{background:var(--h0)}.h1{background:var(--h1)}.h2{background:var(--h2)}.h3{background:var(--h3)}.h4{background:var(--h4)}.h5{background:var(--h5)}.h6{background:var(--h6);color:var(--hi)}.h7{background:var(--h7);color:var(--hi)}.h8{background:var(--h8);color:var(--hi)}.h9{background:var(--h9);color:var(--hi)}
svg.plot{display:block;width:100%;height:auto;margin:4px 0 6px;overflow:visible}
.wide>svg.plot{min-width:820px}
svg.plot text{font:12px system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif;fill:var(--soft)}
svg.plot text.strong{fill:var(--ink);font-size:13px}
svg.plot .grid{stroke:var(--grid);stroke-width:1}
svg.plot .zero{stroke:var(--soft);stroke-width:1}
svg.plot .range{stroke:var(--accent);stroke-width:2.5;stroke-linecap:round}
svg.plot .dot{fill:var(--accent)}
svg.plot .cloud{fill:var(--accent);fill-opacity:.45}
svg.plot .mean{stroke:var(--mark);stroke-width:2}
svg.plot .limit{stroke:var(--mark);stroke-width:1.5;stroke-dasharray:6 4}
svg.plot text.mark{fill:var(--mark)}
.plots{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:18px}
.three{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 30px}
.three>*{min-width:0}
.three table.figures th:first-child{white-space:normal}
.two{display:grid;grid-template-columns:1fr 1fr;gap:8px 34px}
.two>*{min-width:0}
figure{margin:0}
figcaption{font-size:13px;line-height:1.45;color:var(--soft);margin-top:4px}
figcaption b{color:var(--ink)}
details{margin:10px 0 0}
summary{cursor:pointer;color:var(--accent);font-size:14px;padding:4px 0}
.advice{margin:6px 0 0;padding:0 0 0 18px}
.advice li{margin:0 0 5px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 22px;margin:0;font-size:14px}
dt{color:var(--soft)}
dd{margin:0}
footer{text-align:center;color:var(--soft);font-size:13px;margin:22px 0 0}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:820px){.side,.two,.three,.plots{grid-template-columns:minmax(0,1fr)}main{padding:18px 12px}section{padding:18px 16px}header{display:block}header p{text-align:left;margin-top:6px}dl{grid-template-columns:1fr}dt{margin-top:6px}}
@page{size:A4;margin:14mm 12mm}
@media print{:root{color-scheme:light}body{background:#fff;font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}section{border:0;border-top:1px solid var(--line);border-radius:0;padding:12px 0;margin:0}figure,tr,table.matrix{break-inside:avoid}h2,h3,.lead{break-after:avoid}}
)css";

}  // namespace

void append_agree_style(std::string& out) {
  out += "<style>";
  out += kStyle;
  out += "</style>\n";
}

}  // namespace annulet
