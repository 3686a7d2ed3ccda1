//! `csdlgd doctor`: is this server fit to keep a province's records? It looks, beside a running server
//! too, and changes nothing; each finding says what was found and what to do about it.

mod configured;
mod disk;
mod inside;
mod machine;
mod running;

pub use running::server;

use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::terminal::say;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the package puts the configuration.
const USUAL_CONFIG: &str = "/etc/csdlgd/csdlgd.toml";

/// What is to be looked at.
#[derive(clap::Args, Debug)]
pub struct Order {
    /// Configuration file (TOML); the package's if left out and there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Data directory; overrides the configuration.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

/// How one thing stands, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As it should be.
    Ok,
    /// It could not be looked at here and now.
    NotChecked,
    /// It works, and somebody should look.
    Look,
    /// It does not work, or records are in danger.
    Broken,
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::NotChecked => "-",
            Self::Look => "look",
            Self::Broken => "broken",
        }
    }
}

/// One thing looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at: stable, for programs.
    pub check: &'static str,
    /// How it stands.
    pub state: Standing,
    /// What was found, in English.
    pub found: String,
    /// What to do; "" where nothing is to be done.
    pub remedy: String,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: Standing::Ok, found: found.into(), remedy: String::new() }
    }

    fn not_checked(check: &'static str, why: impl Into<String>) -> Self {
        Self { check, state: Standing::NotChecked, found: why.into(), remedy: String::new() }
    }

    fn look(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: Standing::Look, found: found.into(), remedy: remedy.into() }
    }

    fn broken(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, state: Standing::Broken, found: found.into(), remedy: remedy.into() }
    }
}

/// `csdlgd doctor`. Exit code 0 if all is well, 1 if something should be looked at, 2 if something is
/// broken.
pub fn run(order: &Order) -> Result<ExitCode> {
    let findings = findings(order);
    let worst = findings.iter().map(|f| f.state).max().unwrap_or(Standing::Ok);
    if order.json {
        let worst = worst.max(Standing::Ok);
        say!("{}", serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "worst": worst, "findings": findings }));
    } else {
        for finding in &findings {
            say!("{:<7} {:<16} {}", finding.state.word(), finding.check, finding.found);
            if !finding.remedy.is_empty() {
                say!("{:<24} → {}", "", finding.remedy);
            }
        }
    }
    Ok(match worst {
        Standing::Ok | Standing::NotChecked => ExitCode::SUCCESS,
        Standing::Look => ExitCode::from(1),
        Standing::Broken => ExitCode::from(2),
    })
}

/// What can be looked at in a running server without disturbing it: for those who are told by mail.
pub fn watch(app: &App) -> Vec<Finding> {
    let config = &app.config;
    let mut out = vec![disk::space(config)];
    out.push(configured::certificate(config));
    out.extend(configured::recipients(config));
    out.extend(inside::of(app, Some(std::process::id())));
    out
}

fn findings(order: &Order) -> Vec<Finding> {
    let usual = Path::new(USUAL_CONFIG);
    let path = order.config.as_deref().or_else(|| (order.data.is_none() && usual.exists()).then_some(usual));
    let config = match Config::of(path, order.data.as_deref()) {
        Ok(config) => config,
        Err(e @ Error::Io { .. }) => {
            let remedy = "see whether the path is right, and run doctor as root. Nothing else was looked at";
            return vec![Finding::broken("configuration", e.to_string(), remedy)];
        }
        Err(e) => {
            let remedy = "correct the file; the server does not start with it. Nothing else was looked at";
            return vec![Finding::broken("configuration", e.to_string(), remedy)];
        }
    };
    let server = running::server(&config.data);
    let mut out = vec![configured::file(path, &config), machine::clock(), machine::memory(&config)];
    out.push(running::handles(server));
    out.extend(running::ports(&config, server));
    out.push(configured::certificate(&config));
    out.extend(configured::recipients(&config));
    match configured::data(&config) {
        Ok(found) => {
            out.extend(found);
            out.extend(disk::look(&config));
            out.extend(inside::look(&config, server));
        }
        Err(no_directory) => out.push(no_directory),
    }
    out
}
