//! How the server is: the page «Sức khoẻ hệ thống» for the province's administrators, and a listener of
//! its own for what watches servers. Neither says anything of a person.

mod look;
mod probes;
mod page;

pub(crate) use probes::{Ops, routes as ops_routes};

use crate::app::App;
use crate::error::Result;
use crate::http::{Routes, blocking};
use std::time::Duration;
use tokio::sync::watch;

const MINUTE: Duration = Duration::from_mins(1);

/// The routes of the page.
pub fn routes() -> Routes<App> {
    Routes::new().get("/health", page::page).post("/health/run", page::run)
}

/// Ends a minute of the figures kept for the page.
pub fn turn(app: &App) {
    app.metrics.turn(app.clock.now(), look::sample(app));
}

/// Ends each minute until told to stop.
pub(crate) async fn watch(app: App, mut stop: watch::Receiver<bool>) -> Result<()> {
    loop {
        tokio::select! {
            () = tokio::time::sleep(MINUTE) => {}
            _ = stop.changed() => return Ok(()),
        }
        let app = app.clone();
        blocking(move || {
            turn(&app);
            Ok(())
        })
        .await?;
    }
}
