//! (being built)
use crate::app::App;
use axum::Router;

/// The routes of this feature.
pub fn routes() -> Router<App> {
    Router::new()
}
