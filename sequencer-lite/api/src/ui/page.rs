//! How pages look: one column on a phone, tables with room on a desk.

use std::fmt::{Display, Write as _};

use crate::explorer::rfc3339;

/// Everything in one sheet, without scripts, fonts or pictures from elsewhere.
const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--dim:#777;--link:#b5541c}\
*{box-sizing:border-box}\
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:0 1rem 3rem}\
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding:1rem 0;border-bottom:1px solid var(--line)}\
header a{font-weight:600;font-size:1.2rem}\
form{flex:1 1 16rem;display:flex;gap:.5rem}\
input{flex:1;min-width:0;font:inherit;padding:.4rem .6rem;border:1px solid var(--line);border-radius:.4rem}\
button{font:inherit;padding:.4rem 1rem;border:1px solid var(--line);border-radius:.4rem}\
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}\
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0}\
.cards div{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}\
.cards b{display:block;font-size:1.4rem;font-variant-numeric:tabular-nums}.cards span{color:var(--dim);font-size:.85rem}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}\
th{color:var(--dim);font-weight:500;white-space:nowrap}\
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}time{white-space:nowrap}\
code{font-size:.85rem;overflow-wrap:anywhere}\
td .hash{display:block;max-width:22rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\
@media(max-width:40rem){.wide{display:none}td .hash{max-width:42vw}}";

/// A page with `title` around `body`.
pub(super) fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body>\
         <header><a href=/ui>Explorer</a><form action=/ui/search>\
         <input name=q placeholder=\"height, block or transaction hash\" aria-label=Search required>\
         <button>Search</button></form></header><main>{body}</main></body></html>"
    )
}

/// Numbers with a name each.
pub(super) fn cards(cards: &[(&str, String)]) -> String {
    let mut html = String::from("<div class=cards>");
    for (name, value) in cards {
        // writing to a String cannot fail
        let _ = write!(html, "<div><b>{value}</b><span>{name}</span></div>");
    }
    html + "</div>"
}

/// Names and values, one per line.
pub(super) fn facts(facts: &[(&str, String)]) -> String {
    let mut html = String::from("<table>");
    for (name, value) in facts {
        let _ = write!(html, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    html + "</table>"
}

/// A table; columns are named, numbers end in `#`, and those that a phone has no room for begin with `?`.
pub(super) fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let class = |column: &str| match (column.starts_with('?'), column.ends_with('#')) {
        (true, true) => " class=\"wide n\"",
        (true, false) => " class=wide",
        (false, true) => " class=n",
        (false, false) => "",
    };
    let mut html = String::from("<table><tr>");
    for column in columns {
        let name = column.trim_start_matches('?').trim_end_matches('#');
        let _ = write!(html, "<th{}>{name}</th>", class(column));
    }
    html.push_str("</tr>");
    for row in rows {
        html.push_str("<tr>");
        for (column, value) in columns.iter().zip(row) {
            let _ = write!(html, "<td{}>{value}</td>", class(column));
        }
        html.push_str("</tr>");
    }
    html + "</table>"
}

/// A hash that leads to its page, cut where there is no room.
pub(super) fn hash_link(path: &str, hash: &impl Display) -> String {
    format!("<a class=hash href=\"/ui/{path}/{hash}\" title=\"{hash}\"><code>{hash}</code></a>")
}

/// A number that leads to its page.
pub(super) fn link(path: &str, name: &impl Display) -> String {
    format!("<a href=\"/ui/{path}/{name}\">{name}</a>")
}

/// A time, of which a phone shows the hour alone.
pub(super) fn time(seconds: u64) -> String {
    let text = rfc3339(seconds);
    let (date, hour) = text.split_once('T').unwrap_or_default();
    let hour = hour.trim_end_matches('Z');
    format!("<time datetime={text}><span class=wide>{date} </span>{hour}</time>")
}

/// A number of bytes.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
