//! One page with all plots and figures in it, that needs nothing else.

use crate::{
    figures::{self, Figure},
    units,
};

use super::store::Store;

const STYLE: &str = "\
:root{--paper:#ffffff;--ink:#1b1f24;--faint:#d4d8dd;color-scheme:light dark}\
@media (prefers-color-scheme:dark){:root{--paper:#15191e;--ink:#e2e6ea;--faint:#3a424b}}\
body{background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
td,th{border-bottom:1px solid var(--faint);padding:.2rem .6rem;text-align:right}\
td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}summary{cursor:pointer}";

/// The page.
pub fn page(store: &Store, plots: &[(String, String)]) -> String {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>crema: figures</title>\
         <style>{STYLE}</style></head><body>\n<h1>crema: figures</h1>\n"
    );
    for (name, svg) in plots {
        text += &format!("<figure id=\"{}\">{svg}</figure>\n", escape(name));
    }
    for file in store.files.iter().rev() {
        text += &format!("<h2>{}</h2>\n", escape(&file.name));
        if let Some(line) = file.lines.first() {
            let on = &line.fingerprint;
            let machine = format!(
                "{} x {}, {}, {}; {} {}; commit {}{}; load {:.1} before; {}",
                on.cores,
                on.cpu,
                units::memory(on.memory_bytes as f64),
                on.kernel,
                on.rustc,
                on.rustflags,
                on.commit,
                if on.modified { ", modified" } else { "" },
                on.load_average,
                on.date,
            );
            text += &format!("<p>{}</p>\n", escape(&machine));
        }
        text += &tables(&figures::figures(&file.lines));
    }
    text + "</body></html>\n"
}

/// A table for each subject, to be opened.
fn tables(figures: &[Figure]) -> String {
    let mut text = String::new();
    for (i, figure) in figures.iter().enumerate() {
        let first = i == 0 || figures[i - 1].subject != figure.subject;
        if first {
            text += &format!(
                "<details><summary>{}</summary><table><tr><th></th><th>median</th><th>least</th><th>greatest</th><th>of</th></tr>\n",
                escape(&figure.subject)
            );
        }
        let summary = &figure.summary;
        text += &format!("<tr><td>{}</td>", escape(&figure.name));
        for value in [summary.median, summary.min, summary.max] {
            text += &format!("<td>{}</td>", escape(&figure.show(value)));
        }
        text += &format!("<td>{}</td></tr>\n", summary.count);
        if figures
            .get(i + 1)
            .is_none_or(|next| next.subject != figure.subject)
        {
            text += "</table></details>\n";
        }
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
