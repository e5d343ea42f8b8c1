//! What is said about the routes: an OpenAPI document for programs, an overview for people.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::module::{Module, RouteDoc};

/// The OpenAPI 3.1 document of all modules.
pub(crate) fn document(modules: &[Module]) -> Value {
    let mut paths = Map::new();
    for module in modules {
        for version in &module.versions {
            for route in &version.docs {
                let path = format!("/v{}/{}{}", version.major, module.name, route.path);
                let methods = paths.entry(path).or_insert_with(|| json!({}));
                methods[route.method] = operation(module.name, version.major, route);
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Espresso's node API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Answers are JSON, or HotShot's versioned binary form where the request accepts \
                            application/octet-stream.",
        },
        "paths": paths,
    })
}

fn operation(module: &str, major: u64, route: &RouteDoc) -> Value {
    let parameters: Vec<Value> = names(route.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let content = json!({ "application/json": {}, "application/octet-stream": {} });
    let mut operation = json!({
        "tags": [module],
        "operationId": format!("v{major}/{module}{}", route.path),
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": route.summary, "content": content },
            "default": { "description": "what went wrong", "content": content },
        },
    });
    if route.method == "post" {
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

/// The parameters of a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// A page that lists all routes.
pub(crate) fn overview<'a>(modules: &[Module], pages: impl Iterator<Item = &'a str>) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\"><title>Node API</title>\
         <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}\
         code{overflow-wrap:anywhere}dd{margin:0 0 .5rem 1rem}</style><h1>Node API</h1>\
         <p>For programs: <a href=/openapi.json>openapi.json</a>.",
    );
    // writing to a String cannot fail
    for page in pages {
        let _ = write!(html, " For people: <a href=\"{page}\">{page}</a>.");
    }
    for module in modules {
        for version in &module.versions {
            let base = format!("/v{}/{}", version.major, module.name);
            let _ = write!(html, "<h2>{base}</h2><dl>");
            for route in &version.docs {
                let method = route.method.to_uppercase();
                let _ = write!(
                    html,
                    "<dt><code>{method} {base}{}</code><dd>{}",
                    route.path, route.summary
                );
            }
            html.push_str("</dl>");
        }
    }
    html
}
