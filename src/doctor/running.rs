//! The server that runs, if one does: which process holds the store, what it may open, whether the port
//! is its own. Other people's processes can only be looked into by root.

use super::Finding;
use crate::config::Config;
use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// A connection, a file of the index, a segment: a busy day takes some thousands.
const HANDLES_MIN: u64 = 8192;
/// In /proc/net/tcp: waits for connections.
const LISTENS: &str = "0A";

/// The process that has the store of `data` open, if we may see it.
pub fn server(data: &Path) -> Option<u32> {
    let store = fs::canonicalize(data.join(crate::store::FILE)).ok()?;
    others().find(|pid| open_files(*pid).contains(&store))
}

fn others() -> impl Iterator<Item = u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
}

fn open_files(pid: u32) -> Vec<PathBuf> {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).collect()
}

/// How many files the server may have open at once.
pub(super) fn handles(server: Option<u32>) -> Finding {
    let (limit, whose) = match server {
        Some(pid) => (limit_of(pid), format!("process {pid}")),
        None => (rlimit::getrlimit(rlimit::Resource::NOFILE).ok().map(|(soft, _)| soft), "this shell".to_owned()),
    };
    let Some(limit) = limit else { return Finding::not_checked("file handles", "the limit can't be read") };
    let found = format!("{whose} may have {limit} open at once");
    if limit >= HANDLES_MIN {
        return Finding::ok("file handles", found);
    }
    if server.is_none() {
        return Finding::ok("file handles", format!("{found}; the service has a limit of its own (65536)"));
    }
    Finding::look(
        "file handles",
        found,
        "start it with the package's unit (LimitNOFILE=65536), or after ulimit -n 65536",
    )
}

fn limit_of(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    if soft == "unlimited" { Some(u64::MAX) } else { soft.parse().ok() }
}

/// Whether the addresses of the configuration are free to listen on, or the server's already.
pub(super) fn ports(config: &Config, server: Option<u32>) -> Vec<Finding> {
    if let Some(pid) = server
        && fs::read_link(format!("/proc/{pid}/fd/0")).is_ok_and(|file| file.to_string_lossy().starts_with("socket:"))
    {
        return vec![Finding::ok("port", format!("systemd holds the address for process {pid} (csdlgd.socket)"))];
    }
    let all = [Some(config.listen), config.tls.redirect, config.ops.listen];
    let empty = !config.data.join(crate::store::FILE).exists();
    all.into_iter().flatten().map(|at| port(at, server, empty)).collect()
}

/// Who listens for us while no process has the store open: systemd, or the server of a directory that is
/// still `empty`.
fn waiting(at: SocketAddr, empty: bool) -> Option<String> {
    let sockets = listening(at);
    let mut listeners = others().filter(|pid| open_files(*pid).iter().any(|file| sockets.contains(file)));
    listeners.find_map(|pid| match fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim() {
        "csdlgd" if empty && !has_a_store(pid) => {
            Some(format!("{at} is held by the server, process {pid}, which shows its first page"))
        }
        "systemd" => Some(format!("systemd holds {at}, and starts the server for the first who comes")),
        _ => None,
    })
}

fn has_a_store(pid: u32) -> bool {
    open_files(pid).iter().any(|file| file.ends_with(crate::store::FILE))
}

fn port(at: SocketAddr, server: Option<u32>, empty: bool) -> Finding {
    let find = format!("see who it is: ss -ltnp 'sport = :{}'; end that one, or set another 'listen'", at.port());
    match (TcpListener::bind(at), server) {
        (Ok(_), None) => Finding::ok("port", format!("{at} is free; no server runs on this store")),
        (Ok(_), Some(pid)) => Finding::look(
            "port",
            format!("process {pid} has the store open and does not listen on {at}"),
            "it still starts, is another command, or was started with --listen or another configuration",
        ),
        (Err(e), Some(pid)) if e.kind() == ErrorKind::AddrInUse && listens(pid, at) => {
            Finding::ok("port", format!("{at} is held by the server, process {pid}"))
        }
        (Err(e), _) if e.kind() == ErrorKind::AddrInUse => match waiting(at, empty) {
            Some(found) => Finding::ok("port", found),
            None => Finding::broken("port", format!("another program listens on {at}"), find),
        },
        (Err(e), _) if e.kind() == ErrorKind::PermissionDenied => Finding::look(
            "port",
            format!("{at} needs a right this user does not have"),
            "run doctor as root; for ports below 1024 use a reverse proxy or systemd's socket",
        ),
        (Err(e), _) if e.kind() == ErrorKind::AddrNotAvailable => Finding::broken(
            "port",
            format!("this machine has no address {}", at.ip()),
            "compare with 'ip address', and correct 'listen'",
        ),
        (Err(e), _) => Finding::broken("port", format!("{at}: {e}"), find),
    }
}

fn listens(pid: u32, at: SocketAddr) -> bool {
    let sockets = listening(at);
    open_files(pid).iter().any(|file| sockets.contains(file))
}

/// The sockets that listen on the port of `at`, as they are called among a process's open files.
fn listening(at: SocketAddr) -> Vec<PathBuf> {
    let port = format!(":{:04X}", at.port());
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    tables
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let here = columns.get(1)?.ends_with(&port) && *columns.get(3)? == LISTENS;
            here.then(|| columns.get(9).map(|inode| PathBuf::from(format!("socket:[{inode}]"))))?
        })
        .collect()
}
