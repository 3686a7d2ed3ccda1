//! What systemd is told: that the server answers, that it ends, and, again and again, that it still
//! works. Without systemd nobody listens. And what it hands over: the address, if it holds it for us, so
//! that people wait while we are started anew and are not turned away (`systemd/csdlgd.socket`).

use crate::app::App;
use crate::http::blocking;
use sd_notify::NotifyState;
pub(crate) use sd_notify::NotifyState::{Ready, Stopping};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;
use tokio::sync::watch;

/// The listening socket that is our standard input, if it is one. (Handles given by number, as
/// `LISTEN_FDS` does, can't be owned without `unsafe`.)
pub(crate) fn handed_over() -> Option<TcpListener> {
    let input = std::io::stdin().as_fd().try_clone_to_owned().ok()?;
    // With somebody at the other end it is a connection; without an address it is no socket of the internet.
    let socket = TcpStream::from(input);
    let listens = socket.local_addr().is_ok() && socket.peer_addr().is_err();
    let listener = listens.then(|| TcpListener::from(OwnedFd::from(socket)))?;
    listener.set_nonblocking(true).ok()?;
    Some(listener)
}

/// Tells the service manager; it is not there on a desk, and that is no fault.
pub(crate) fn tell(state: NotifyState<'_>) {
    let _ = sd_notify::notify(&[state]);
}

/// Says again and again that the server works, five times in the time the service manager allows, and only
/// after a task has read the store (if there is one yet): if either hangs, the manager starts the server
/// anew.
pub(crate) async fn watchdog(app: Option<App>, mut stop: watch::Receiver<bool>) {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    let mut beat = tokio::time::interval((within / 5).max(Duration::from_millis(100)));
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            _ = stop.changed() => return,
        }
        let works = match app.clone() {
            Some(app) => blocking(move || app.db.read(|tx| crate::store::Read::head(tx).map(drop))).await.is_ok(),
            None => true,
        };
        if works {
            tell(NotifyState::Watchdog);
        }
    }
}
