//! Builds the demo province in a store, through the same check and the write door as anybody, and serves
//! it. The clock stands still on one day and chance is seeded, so that the same seed gives the same chain
//! head.

use super::keys;
use super::{Params, Province, SchoolData, State as RowState, logins};
use crate::accounts::model::{Account, Token};
use crate::accounts::store as accounts;
use crate::actor::Who;
use crate::app::{App, Mode};
use crate::chance::Chance;
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::id::{AccountId, UnitId};
use crate::password;
use crate::records::bulk::{self, NewRecord, Numbers};
use crate::records::model::State;
use crate::records::ops::Checked;
use crate::records::world::ref_text;
use crate::spec::{Alone, Raw};
use crate::store::Pending;
use crate::terminal::say;
use crate::tree::Tree;
use crate::units::{ops as units, store as unit_store};
use crate::wiring::hooks;
use clap::Args;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};

/// The day on which the demo province was entered.
const DAY: Date = date(2026, 10, 5);
/// Records in one change.
const CHUNK: usize = 500;
/// Changes on their way to the disk at once.
const IN_FLIGHT: usize = 32;
/// Schools made ahead by each worker.
const AHEAD: usize = 2;
const WORKERS: usize = 2;
const PARAMS_FILE: &str = "demo.json";
const LOGINS_FILE: &str = "demo-logins.csv";
/// Tokens of the demo outlive any trial.
const TOKEN_MS: i64 = 10 * 365 * 86_400_000;

/// What the demo is told.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Data directory; made if it is not there, served again if it holds the same demo.
    #[arg(long, default_value = "demo-data")]
    pub data: PathBuf,
    /// Learners in class in the newest school year.
    #[arg(long, default_value_t = 3000)]
    pub learners: u64,
    /// The same seed gives the same province, to the last byte.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Build the data and stop.
    #[arg(long)]
    pub build_only: bool,
}

/// What a demo was built with; written when it is complete.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Built {
    learners: u64,
    seed: u64,
    version: String,
}

/// Builds the province if it is not there, and serves it.
pub fn run(options: &Options) -> Result<ExitCode> {
    let wanted = Built { learners: options.learners, seed: options.seed, version: env!("CARGO_PKG_VERSION").into() };
    if options.data.join(PARAMS_FILE).is_file() {
        let text =
            std::fs::read_to_string(options.data.join(PARAMS_FILE)).map_err(Error::path("reading", &options.data))?;
        let built: Built = serde_json::from_str(&text).map_err(|e| Error::Operator(format!("{PARAMS_FILE}: {e}")))?;
        if built != wanted {
            return Err(Error::Operator(format!(
                "{} holds another demo ({} learners, seed {}, version {}); remove it or choose another --data",
                options.data.display(),
                built.learners,
                built.seed,
                built.version
            )));
        }
    } else {
        if options.data.join(crate::store::FILE).exists() {
            return Err(Error::Operator(format!(
                "{} holds a store that is no finished demo; remove it or choose another --data",
                options.data.display()
            )));
        }
        build(options, &wanted)?;
    }
    print_logins(&options.data)?;
    keys::tell(options);
    if options.build_only {
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config { listen: options.listen, ..keys::config(options)? };
    let app = App::open(config, Mode::Serve, Clock::system(), Chance::system(), &hooks())?;
    crate::server::serve(&app, &mut |place| {
        say!("\nopen {} in a browser; stop with Ctrl+C", place.url());
        let _ = std::io::stdout().flush();
    })
}

fn build(options: &Options, built: &Built) -> Result<()> {
    let morning = Millis(crate::clock::start_of_day(DAY).0 + 7 * 3_600_000);
    let clock = Clock::fixed(morning);
    let chance = Chance::seeded(options.seed);
    let province = Province::plan(&Params::new(options.seed, options.learners, DAY))?;
    say!(
        "building a province of {} learners in {} schools, seed {}",
        province.active_learners(),
        province.schools.len(),
        options.seed
    );
    let app = App::open(keys::config(options)?, Mode::Create, clock, chance, &hooks())?;
    let plan = province.units.clone();
    for chunk in plan.chunks(500) {
        let chunk = chunk.to_vec();
        app.db.write(&Who::program(), "demo.units", move |tx| {
            for unit in &chunk {
                unit_store::put(tx, unit)?;
            }
            tx.set_unit(UnitId(1));
            Ok(())
        })?;
    }
    units::reload(&app)?;
    let count = records(&app, &province)?;
    people(&app, &province, &options.data)?;
    say!("{count} records in {} log entries; indexing", app.db.head_seq());
    crate::server::finish_index(&app)?;
    app.index()?.settle()?;
    let head = app.db.read(crate::store::Read::head)?.map(|e| crate::chance::hex(&e.hash)).unwrap_or_default();
    keys::make(options)?;
    let text = serde_json::to_string(built).map_err(|e| Error::Internal(e.to_string()))?;
    std::fs::write(options.data.join(PARAMS_FILE), text)
        .map_err(Error::path("writing", options.data.join(PARAMS_FILE)))?;
    say!("chain head {head}");
    Ok(())
}

/// One school's records, checked.
type School = Result<(UnitId, u64, Vec<Checked>)>;

/// Makes the records of all schools: generated and checked by workers, written in the schools' order.
fn records(app: &App, province: &Province) -> Result<u64> {
    let tree = app.tree();
    let total = province.schools.len();
    let mut count = 0u64;
    let mut flying: VecDeque<Pending<u64>> = VecDeque::new();
    std::thread::scope(|scope| -> Result<()> {
        let mut lanes: Vec<Receiver<School>> = Vec::new();
        for lane in 0..WORKERS {
            let (send, receive) = sync_channel(AHEAD);
            let tree = &tree;
            scope.spawn(move || {
                for ordinal in (lane..total).step_by(WORKERS) {
                    let school = province
                        .school(ordinal as u32)
                        .ok_or(Error::NotFound)
                        .and_then(|data| checked(app, tree, data));
                    if send.send(school).is_err() {
                        return;
                    }
                }
            });
            lanes.push(receive);
        }
        for ordinal in 0..total {
            let school =
                lanes[ordinal % WORKERS].recv().map_err(|_| Error::Internal("a demo worker stopped".into()))?;
            let (unit, given, mut records) = school?;
            count += records.len() as u64;
            let mut first = true;
            while !records.is_empty() {
                let rest = records.split_off(records.len().min(CHUNK));
                let given = std::mem::take(&mut first).then_some(given);
                flying.push_back(bulk::submit(app, &Who::program(), "demo.school", 0, unit, given, records));
                records = rest;
                if flying.len() >= IN_FLIGHT
                    && let Some(oldest) = flying.pop_front()
                {
                    oldest.wait()?;
                }
            }
            if (ordinal + 1) % 100 == 0 {
                say!("{} of {total} schools, {count} records", ordinal + 1);
            }
        }
        Ok(())
    })?;
    for pending in flying {
        pending.wait()?;
    }
    Ok(count)
}

/// A school's rows as a clerk's would be: typed text through the one check.
fn checked(app: &App, tree: &Tree, data: SchoolData) -> School {
    let unit = data.unit;
    let mut numbers = Numbers::after(unit, 0);
    let rows: Vec<NewRecord> = {
        let ids: Vec<_> = data.rows.iter().map(|row| (row.local, numbers.next())).collect();
        let id_of = |local: u32| {
            ids.get((local as usize).wrapping_sub(1))
                .filter(|(l, _)| *l == local)
                .or_else(|| ids.iter().find(|(l, _)| *l == local))
                .map(|(_, id)| *id)
        };
        data.rows
            .iter()
            .map(|row| {
                let kind = *app
                    .spec
                    .kind_by_key
                    .get(row.kind)
                    .ok_or_else(|| Error::Internal(format!("no kind {}", row.kind)))?;
                let id = id_of(row.local).ok_or_else(|| Error::Internal("a row without a number".into()))?;
                let mut raw = Raw::new();
                for (key, text) in &row.fields {
                    match (text, text.as_str()) {
                        (super::Text::Ref(local), _) => {
                            let to = id_of(*local).ok_or_else(|| Error::Internal("a reference to no row".into()))?;
                            raw.set(key, ref_text(to));
                        }
                        (_, Some(text)) => raw.set(key, text),
                        (_, None) => {}
                    }
                }
                let state = match row.state {
                    RowState::Active => State::Active,
                    RowState::Left => State::Left,
                    RowState::TransferredOut => State::TransferredOut,
                };
                Ok(NewRecord { id, kind, unit, year: row.year, state, raw })
            })
            .collect::<Result<_>>()?
    };
    let kinds: Vec<usize> = rows.iter().map(|r| r.kind).collect();
    let outcomes = bulk::check_all(app, tree, &Alone, rows);
    let mut records = Vec::with_capacity(outcomes.len());
    for (n, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(checked) => records.push(checked),
            Err(problems) => return Err(refused(app, kinds[n], unit, &problems)),
        }
    }
    Ok((unit, numbers.given(), records))
}

/// A demo row that the check refuses is a mistake of ours: say which rule.
fn refused(app: &App, kind: usize, unit: UnitId, problems: &[Problem]) -> Error {
    let said: Vec<String> = problems.iter().map(|p| format!("{} [{}]: {}", p.field, p.rule, p.message)).collect();
    Error::Internal(format!("demo: a {} of unit {unit} is refused: {}", app.spec.kinds[kind].key, said.join("; ")))
}

/// Accounts and their tokens, and the file that lists them.
fn people(app: &App, province: &Province, dir: &Path) -> Result<()> {
    let tree = app.tree();
    let day = app.today();
    let path = dir.join(LOGINS_FILE);
    let mut file = csv::Writer::from_path(&path).map_err(|e| Error::Internal(format!("{}: {e}", path.display())))?;
    let csv_error = |e: csv::Error| Error::Internal(format!("{LOGINS_FILE}: {e}"));
    file.write_record(["login", "password", "token", "role", "unit_code", "unit_name"]).map_err(csv_error)?;
    let all = logins(province);
    let mut id = 0u32;
    let mut memory = password::Memory::default();
    for chunk in all.chunks(500) {
        let mut made: Vec<(Account, [u8; 32], Token)> = Vec::with_capacity(chunk.len());
        for login in chunk {
            id += 1;
            let secret = app.chance.password();
            let token = format!("csdlgd_{}", app.chance.token::<32>());
            let created_ms = app.clock.now().0;
            let unit = tree.get(login.unit);
            let (code, name) = unit.map(|u| (u.main_code(day).to_owned(), u.name(day).to_owned())).unwrap_or_default();
            file.write_record([&login.login, &secret, &token, login.role.key(), &code, &name]).map_err(csv_error)?;
            let account = Account {
                id: AccountId(id),
                login: login.login.clone(),
                name: login.person.clone(),
                role: login.role,
                unit: login.unit,
                password: password::hash(&secret, &app.chance, password::Cost::Demo, &mut memory)?,
                must_change: false,
                created_ms,
                closed_ms: None,
                epoch: 0,
            };
            let hash = *blake3::hash(token.as_bytes()).as_bytes();
            made.push((
                account,
                hash,
                Token { account: AccountId(id), label: "demo".into(), created_ms, expires_ms: created_ms + TOKEN_MS },
            ));
        }
        app.db.write(&Who::program(), "demo.accounts", move |tx| {
            for (account, hash, token) in &made {
                accounts::put(tx, account)?;
                accounts::put_token(tx, hash, token)?;
            }
            tx.set_unit(UnitId(1));
            Ok(())
        })?;
    }
    file.flush().map_err(Error::path("writing", &path))?;
    Ok(())
}

/// A few logins to begin with, one for each role.
fn print_logins(dir: &Path) -> Result<()> {
    let path = dir.join(LOGINS_FILE);
    let mut file = csv::Reader::from_path(&path).map_err(|e| Error::Operator(format!("{}: {e}", path.display())))?;
    let mut seen: Vec<String> = Vec::new();
    say!("\n{:<28} {:<22} {:<20} unit", "login", "password", "role");
    for row in file.records() {
        let row = row.map_err(|e| Error::Operator(format!("{}: {e}", path.display())))?;
        let (Some(login), Some(secret), Some(role), Some(unit)) = (row.get(0), row.get(1), row.get(3), row.get(5))
        else {
            continue;
        };
        if !seen.iter().any(|r| r == role) {
            seen.push(role.to_owned());
            say!("{login:<28} {secret:<22} {role:<20} {unit}");
        }
    }
    say!("all logins, with tokens for the API: {}", path.display());
    Ok(())
}
