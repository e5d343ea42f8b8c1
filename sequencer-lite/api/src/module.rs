//! Modules: routes that belong together, in one or more versions, and what is said about them.

use axum::Router;
use axum::handler::Handler;
use axum::routing;

/// What is said about a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteDoc {
    /// `get` or `post`; web-sockets are `get`.
    pub method: &'static str,
    /// The path below the module, with parameters in braces.
    pub path: &'static str,
    /// What it answers.
    pub summary: &'static str,
}

/// Routes and what is said about them. What is routed is documented: there is no other way to add a route.
pub(crate) struct Routes<S = ()> {
    router: Router<S>,
    docs: Vec<RouteDoc>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub(crate) fn new() -> Self {
        Self {
            router: Router::new(),
            docs: Vec::new(),
        }
    }

    pub(crate) fn get<H, T>(mut self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, routing::get(handler));
        self.document("get", path, summary)
    }

    pub(crate) fn post<H, T>(mut self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.router = self.router.route(path, routing::post(handler));
        self.document("post", path, summary)
    }

    fn document(mut self, method: &'static str, path: &'static str, summary: &'static str) -> Self {
        self.docs.push(RouteDoc {
            method,
            path,
            summary,
        });
        self
    }

    pub(crate) fn with_state(self, state: S) -> Routes {
        Routes {
            router: self.router.with_state(state),
            docs: self.docs,
        }
    }
}

/// One version of a module.
pub(crate) struct ModuleVersion {
    pub(crate) major: u64,
    pub(crate) api_version: &'static str,
    pub(crate) router: Router,
    pub(crate) docs: Vec<RouteDoc>,
}

/// Routes that belong together, mounted by [`Api::mount`](crate::Api::mount) under `/v<N>/<name>`.
pub struct Module {
    pub(crate) name: &'static str,
    pub(crate) versions: Vec<ModuleVersion>,
}

impl Module {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            versions: Vec::new(),
        }
    }

    /// A module with version 0 alone.
    pub(crate) fn v0(name: &'static str, routes: Routes) -> Self {
        Self::new(name).version("0.0.1", routes)
    }

    /// Adds the next version.
    pub(crate) fn version(mut self, api_version: &'static str, routes: Routes) -> Self {
        self.versions.push(ModuleVersion {
            major: self.versions.len() as u64,
            api_version,
            router: routes.router,
            docs: routes.docs,
        });
        self
    }
}
