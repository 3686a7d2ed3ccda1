//! (being built)
use crate::app::App;
use crate::http::Routes;

/// The routes of this feature.
pub fn routes() -> Routes<App> {
    Routes::new()
}
