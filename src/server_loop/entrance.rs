//! Where people come in: the address taken, and the certificate shown there.

use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::tls::Tls;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// An address that is listened on.
#[derive(Debug)]
pub struct Entrance {
    /// The socket.
    pub listener: TcpListener,
    /// The certificate shown; nothing where TLS does not begin here.
    pub tls: Option<Tls>,
    /// Counts the connections.
    pub metrics: Metrics,
}

impl Entrance {
    /// Without TLS.
    pub fn plain(listener: TcpListener) -> Self {
        Self { listener, tls: None, metrics: Metrics::default() }
    }
}

/// Takes the address, or says in plain words why not and what to do.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| {
        let port = address.port();
        match e.kind() {
            io::ErrorKind::AddrInUse => Error::Operator(format!(
                "{address} is taken: another program (perhaps csdlgd itself, already running) listens on port {port}. \
                 See which one with `ss -ltnp 'sport = :{port}'`, stop it, or set another address as `listen` in the \
                 configuration."
            )),
            io::ErrorKind::PermissionDenied => Error::Operator(format!(
                "not allowed to listen on {address}: ports below 1024 need a right that the service has and a plain \
                 user has not. Start it with `systemctl start csdlgd`, or set a higher port as `listen` in the \
                 configuration."
            )),
            io::ErrorKind::AddrNotAvailable => Error::Operator(format!(
                "{address} is not an address of this machine (`ip address` lists them). Set `listen` in the \
                 configuration to one of them, or to 0.0.0.0:{port} for all."
            )),
            _ => Error::Io { what: format!("listening on {address}"), source: e },
        }
    })
}
