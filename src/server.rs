//! The server: routes, followers, ordered shutdown.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{self, Settings};
use crate::records::follow;
use crate::server_loop::{self, LoopLimits};
use crate::{account_pages, api, home, records, sessions, unit_pages};
use axum::Router;
use axum::middleware::from_fn_with_state;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Exit code that asks the service manager for a restart (EX_TEMPFAIL).
const RESTART: u8 = 75;

/// All routes, with who asks found out, and the whole stack around them.
pub fn router(app: &App) -> Router {
    let routes = Router::new()
        .merge(home::routes())
        .merge(sessions::pages::routes())
        .merge(account_pages::routes())
        .merge(unit_pages::routes())
        .merge(records::pages::routes())
        .merge(api::routes())
        .layer(from_fn_with_state(app.clone(), sessions::identify))
        .with_state(app.clone());
    let run = u32::from_be_bytes(app.chance.bytes::<4>());
    http::layers(routes, Settings { system: sessions::system_name(app), run, ..Settings::default() })
}

/// Brings the index up to the newest entry; for commands that change the store without a server.
pub fn finish_index(app: &App) -> Result<()> {
    follow::catch_up(app, &follow::Progress::default())
}

/// Serves until told to stop. `ready` hears the address once it answers.
pub fn serve(app: &App, ready: &mut dyn FnMut(SocketAddr)) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::io("starting the runtime"))?;
    let (stop_sender, stop) = watch::channel(false);
    let progress = Arc::new(follow::Progress::default());
    let follower = {
        let (app, progress, stop, handle) = (app.clone(), Arc::clone(&progress), stop.clone(), runtime.handle().clone());
        std::thread::Builder::new()
            .name("index-follower".into())
            .spawn(move || follow::run(&app, &progress, &stop, &handle))
            .map_err(Error::io("starting the index follower"))?
    };
    let outcome = runtime.block_on(async {
        let listener = server_loop::listen(app.config.listen).await?;
        let address = listener.local_addr().map_err(Error::io("asking for the address"))?;
        let router = router(app);
        let served = tokio::spawn(server_loop::serve(listener, router, LoopLimits::default(), stop.clone()));
        ready(address);
        let why = wait_for_end(app).await;
        let _ = stop_sender.send(true);
        let cut = served.await.unwrap_or(0);
        tracing::info!(cut, "stopped");
        Ok::<_, Error>(why)
    });
    let _ = stop_sender.send(true);
    let _ = follower.join();
    let index_done = finish_index(app);
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match outcome? {
        End::Asked => {
            index_done?;
            Ok(ExitCode::SUCCESS)
        }
        End::StoreStopped => Ok(ExitCode::from(RESTART)),
    }
}

enum End {
    Asked,
    StoreStopped,
}

/// Waits for a signal, or for the store to stop writing.
async fn wait_for_end(app: &App) -> End {
    let mut head = app.db.follow();
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return End::Asked;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return End::Asked,
            _ = int.recv() => return End::Asked,
            changed = head.changed() => {
                if app.db.is_stopped() {
                    return End::StoreStopped;
                }
                if changed.is_err() {
                    return End::Asked;
                }
            }
        }
    }
}
