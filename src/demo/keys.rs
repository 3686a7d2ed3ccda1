//! Two keys made for trying backups out, in a directory of their own beside the demo's data, and a
//! configuration that names them. Named as what they are: whoever has this machine has the keys too.

use super::build::Options;
use crate::backup::keys::{Identity, generate};
use crate::backup::site;
use crate::clock::Clock;
use crate::config::{Config, TRIAL_KEY};
use crate::error::{Error, Result};
use crate::terminal::say;
use std::path::PathBuf;

/// The configuration in the demo's data directory.
const CONFIG: &str = "demo.toml";
const NAMES: [&str; 2] = [TRIAL_KEY, "demo-2.key"];

/// `demo-data-keys` beside `demo-data`.
fn directory(options: &Options) -> PathBuf {
    let name = options.data.file_name().map_or_else(|| "demo".into(), |n| n.to_string_lossy().into_owned());
    options.data.with_file_name(format!("{name}-keys"))
}

/// The demo's configuration; keys that are there already are used again.
pub(super) fn config(options: &Options) -> Result<Config> {
    let path = options.data.join(CONFIG);
    let read = if path.is_file() { Config::read(&path)? } else { Config::default() };
    Ok(Config { data: options.data.clone(), reserve_mib: 64, ..read })
}

/// Makes the keys and the configuration.
pub(super) fn make(options: &Options) -> Result<()> {
    let dir = directory(options);
    std::fs::create_dir_all(&dir).map_err(Error::path("making directory", &dir))?;
    let mut recipients = Vec::new();
    for name in NAMES {
        let path = dir.join(name);
        let there = path.is_file();
        let key = if there { Identity::read(&path)? } else { generate(&path, Clock::system().now())? };
        recipients.push(key.recipient());
    }
    let text = |path: &PathBuf| {
        let path = std::path::absolute(path).map_err(Error::path("looking for", path))?;
        Ok::<_, Error>(toml::Value::String(path.display().to_string()))
    };
    let config = format!(
        "# A demo's settings: for trying out only, its secret keys lie on the same machine.\n\
         data = {}\n[backup]\nrecipients = [\"{}\", \"{}\"]\ntrial_keys = {}\n",
        text(&options.data)?,
        recipients[0],
        recipients[1],
        text(&dir)?
    );
    site::replace(&options.data.join(CONFIG), config.as_bytes())
}

/// What one may try.
pub(super) fn tell(options: &Options) {
    let (data, keys) = (options.data.display(), directory(options));
    say!("\nbackups, to be tried out with two demo keys in {}:", keys.display());
    say!("  csdlgd backup now --data {data} --config {}", options.data.join(CONFIG).display());
    say!("  csdlgd backup verify {data}/backups --identity {}", keys.join(NAMES[1]).display());
    say!("  csdlgd restore {data}/backups --identity {} --data again", keys.join(NAMES[0]).display());
}
