//! The one way to register a handler. What is routed and what is listed are the same call, so the list
//! the access test walks can't drift from what the server answers. Nothing else names axum's router
//! (a test says so).

use axum::Router;
use axum::handler::Handler;
use axum::routing::{get, post, put};

/// One route: a method and a path pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteInfo {
    /// The pattern: `/records/{kind}/{id}`.
    pub path: &'static str,
    /// `GET` (answers HEAD as well), `POST` or `PUT`.
    pub method: &'static str,
}

/// Handlers with the list of what they answer.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    list: Vec<RouteInfo>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), list: Vec::new() }
    }
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $method:literal;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name<H, T>(mut self, path: &'static str, handler: H) -> Self
        where
            H: Handler<T, S>,
            T: 'static,
        {
            self.list.push(RouteInfo { path, method: $method });
            self.router = self.router.route(path, $name(handler));
            self
        }
    )*};
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    methods! {
        /// Answers GET and HEAD.
        get "GET";
        /// Answers POST.
        post "POST";
        /// Answers PUT.
        put "PUT";
    }

    /// Adds another feature's routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        self.router = self.router.merge(other.router);
        self
    }

    /// Every route, in order of registration.
    pub fn list(&self) -> &[RouteInfo] {
        &self.list
    }

    /// The router that answers exactly these.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}
