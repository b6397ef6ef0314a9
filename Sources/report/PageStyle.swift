/// How the page looks.
enum PageStyle {
    static let text = """
        :root{color-scheme:light dark;--ink:#1c2330;--paper:#fbfaf7;--soft:#5f6978;--grid:#e4e2db;--main:#2563a8;--gain:#2f8f5b;--loss:#c0483e;--range:#2563a822;--flip:#8b4fc0;--decay:#c98a1b;--time:#4d7f8f;--drop:#b0568c;--taken:#1c2330}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e4de;--paper:#14181f;--soft:#8791a1;--grid:#2a313c;--main:#6fa8e6;--gain:#5cbf8a;--loss:#e57a70;--range:#6fa8e62b;--flip:#b78be0;--decay:#e0b04c;--time:#86b6c6;--drop:#d98bb8;--taken:#e6e4de}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1040px;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:24px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:18px;margin:36px 0 2px}p{margin:0 0 8px;color:var(--soft);max-width:72ch}
        .cautions{margin:8px 0;padding:8px 12px 8px 28px;border-left:3px solid var(--decay);background:var(--range)}
        dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(200px,42vw),1fr));gap:12px;margin:16px 0}dl div{border:1px solid var(--grid);border-radius:6px;padding:10px 12px}
        dt{color:var(--soft)}dd{margin:0;font-size:22px;font-variant-numeric:tabular-nums}dd small{display:block;font-size:12px;color:var(--soft)}
        figure{margin:0 0 16px}figcaption{font-weight:600}.scroll{overflow-x:auto}.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--main)}
        svg{width:100%;min-width:680px;height:auto;display:block}summary{color:var(--soft);cursor:pointer}details .scroll{max-height:420px;overflow-y:auto}
        .tick{fill:var(--soft);font:12px system-ui,sans-serif}.grid{stroke:var(--grid)}.zero{stroke:var(--soft)}
        path{fill:none}.equity,.price{stroke:var(--main);stroke-width:1.5}.range{fill:var(--range)}path.loss{fill:var(--loss);opacity:.45}
        rect.gain{fill:var(--gain)}rect.loss{fill:var(--loss)}rect.bar{fill:var(--main)}rect.few{fill-opacity:.3;stroke-dasharray:4 3}rect.few.gain{stroke:var(--gain)}rect.few.loss{stroke:var(--loss)}
        .whisker{stroke:var(--ink);stroke-width:1.5}.thin{stroke-width:.6;opacity:.45}.won{stroke:var(--gain)}.lost{stroke:var(--loss)}
        .entry{fill:var(--main)}.exit{fill:var(--paper);stroke-width:1.5;stroke:var(--soft)}
        .exit.drift_flip{stroke:var(--flip)}.exit.drift_decay{stroke:var(--decay)}.exit.time_decay{stroke:var(--time)}.exit.confidence_drop{stroke:var(--drop)}.exit.take_profit{stroke:var(--gain)}.exit.stop_loss{stroke:var(--loss)}.exit.liquidation{stroke:var(--taken);stroke-width:3}
        .legend span{display:inline-block;margin-right:14px;color:var(--ink)}.legend span::before{content:"▽";margin-right:4px;color:var(--soft)}
        .legend .drift_flip::before{color:var(--flip)}.legend .drift_decay::before{color:var(--decay)}.legend .time_decay::before{color:var(--time)}.legend .confidence_drop::before{color:var(--drop)}.legend .take_profit::before{color:var(--gain)}.legend .stop_loss::before{color:var(--loss)}.legend .liquidation::before{color:var(--taken);-webkit-text-stroke:1px}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--grid)}th:first-child,td:first-child{text-align:left}th{font-weight:600;color:var(--soft)}
        @media print{body{max-width:none;padding:0}.together,figure,table,.cautions{break-inside:avoid}.legend{break-before:avoid}svg{min-width:0}.scroll{overflow:visible}details{display:none}}
        """
}
