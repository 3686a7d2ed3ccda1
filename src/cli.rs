//! The command line: what an operator types. Texts here are English; each error says what to do next.
//! Exit codes: 0 done, 1 not done (or found wrong), 2 done but something was refused, 75 the store
//! stopped writing and the service manager should start us anew.

use crate::app::{App, Mode};
use crate::backup::cli as backup;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::follow::cli as follow;
use crate::install::open;
use crate::owner;
use crate::server::Place;
use crate::terminal::{self, complain, say};
use crate::tls::Origin;
use crate::wiring::hooks;
use crate::{demo, doctor, exchange, install, logging, mail, server, setup, spec, upgrade, upkeep};
use clap::{CommandFactory, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "csdlgd",
    version,
    about = "A province's education database as one program",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the database in a data directory.
    Serve {
        /// Configuration file (TOML).
        #[arg(long)]
        config: Option<PathBuf>,
        /// Data directory; overrides the configuration.
        #[arg(long)]
        data: Option<PathBuf>,
        /// Address to listen on; overrides the configuration.
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Generate a province to look at, and serve it on loopback.
    Demo(demo::Options),
    /// Make an empty province: its Sở, its administrative units, one administrator.
    Init {
        /// Everything the first page asks, from a file (TOML); the package has one to begin with:
        /// /usr/share/doc/csdlgd/init.toml. Told again, it changes nothing. A service that waits with its first page
        /// serves the province then.
        #[arg(long, conflicts_with_all = ["data", "province", "admin", "spec"])]
        config: Option<PathBuf>,
        /// Data directory to make.
        #[arg(long, required_unless_present = "config")]
        data: Option<PathBuf>,
        /// Code of the province in the statistics office's list (30 Hải Dương, 19 Thái Nguyên).
        #[arg(long, required_unless_present = "config")]
        province: Option<String>,
        /// Login of the first administrator.
        #[arg(long, required_unless_present = "config")]
        admin: Option<String>,
        /// A directory laid over the embedded data-spec.
        #[arg(long)]
        spec: Option<PathBuf>,
    },
    /// Import a csv or xlsx file laid out as one of the ministry's templates.
    Import {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// Login in whose name, and within whose scope, it is imported.
        #[arg(long = "as")]
        login: String,
        /// Layout: schools, pupils, classes, staff.
        #[arg(long)]
        sheet: String,
        /// School year (its first calendar year); the current one if left out.
        #[arg(long)]
        year: Option<u16>,
        /// Unit the rows belong to, by code, where the file does not say.
        #[arg(long)]
        unit: Option<String>,
        /// A directory laid over the embedded data-spec.
        #[arg(long)]
        spec: Option<PathBuf>,
        /// The file.
        file: PathBuf,
    },
    /// Check every byte of a store; also beside a running server.
    Verify {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// A directory laid over the embedded data-spec.
        #[arg(long)]
        spec: Option<PathBuf>,
    },
    /// Look whether this server is fit: clock, disk, rights, port, store, index, backups; each with the remedy.
    ///
    /// Changes nothing, and works beside a running server. Exit code 0: all is well; 1: something should be
    /// looked at; 2: something is broken.
    Doctor(doctor::Order),
    /// Mail to those who look after the server.
    Mail {
        #[command(subcommand)]
        command: mail::cli::Command,
    },
    /// Take over the store of an older version; the package does it by itself.
    Upgrade {
        #[command(subcommand)]
        command: upgrade::Command,
    },
    /// Undo an import as a whole.
    Undo {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// Login in whose name it is undone.
        #[arg(long = "as")]
        login: String,
        /// The batch number the import printed.
        batch: u64,
    },
    /// The schema: check it, count its coverage, print its dictionary.
    Spec {
        #[command(subcommand)]
        command: SpecCommand,
    },
    /// The search index.
    Index {
        #[command(subcommand)]
        command: IndexCommand,
    },
    /// Search from the command line: one JSON object a line.
    Search {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// Login in whose scope is searched.
        #[arg(long = "as")]
        login: String,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// What to look for.
        query: Vec<String>,
    },
    /// Accounts, for an administrator on the server itself.
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Make a key that opens backups, on another machine or a USB stick.
    Keygen(backup::Keygen),
    /// Encrypted backups: make, check, keep.
    Backup {
        #[command(subcommand)]
        command: backup::Backup,
    },
    /// The second host: pull a server's backups, keep a standby, make it the master.
    Follow {
        #[command(subcommand)]
        command: follow::Follow,
    },
    /// Restore a backup into a new data directory, to any moment.
    Restore(backup::Restore),
    #[command(hide = true)]
    Internal {
        #[command(subcommand)]
        command: InternalCommand,
    },
}

#[derive(Subcommand)]
enum SpecCommand {
    /// Check the embedded schema, or one with DIR laid over it.
    Check {
        /// Overlay directory.
        dir: Option<PathBuf>,
    },
    /// Count how much of the official standard is accounted for.
    Coverage {
        /// Overlay directory.
        #[arg(long)]
        spec: Option<PathBuf>,
    },
    /// Print the data dictionary as one HTML page.
    Doc {
        /// Overlay directory.
        #[arg(long)]
        spec: Option<PathBuf>,
        /// Write here instead of standard output.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum IndexCommand {
    /// How far the index is.
    Status {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
    },
    /// Make the index anew (the server must be stopped).
    Rebuild {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// A directory laid over the embedded data-spec.
        #[arg(long)]
        spec: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Give an account a new password and print it once; its second step ends (the server must be stopped).
    Reset {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// The account's login.
        login: String,
    },
    /// Make an account and print its first password once (the server must be stopped).
    Add {
        /// Data directory.
        #[arg(long)]
        data: PathBuf,
        /// The new login.
        login: String,
        /// system_admin, department_officer, office_admin, office_viewer, school_admin, school_clerk, teacher.
        #[arg(long)]
        role: String,
        /// Its unit, by code (or #number); the Sở if left out.
        #[arg(long)]
        unit: Option<String>,
        /// The person's name.
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Subcommand)]
enum InternalCommand {
    /// Reads an untrusted spreadsheet inside limits; the server starts it, nobody else.
    ReadSheet {
        /// What the parent says.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Writes the manual's pages and what shells complete into a directory, for the package.
    Manual {
        /// The directory, made if missing.
        dir: PathBuf,
    },
}

impl Command {
    /// Directories a command writes into and then ends. Run as root, it hands over what it made there.
    fn writes(&self) -> Vec<PathBuf> {
        match self {
            Self::Init { config: Some(file), .. } => setup::writes(file),
            Self::Init { data: Some(data), .. }
            | Self::Import { data, .. }
            | Self::Undo { data, .. }
            | Self::Index { command: IndexCommand::Rebuild { data, .. } }
            | Self::Account { command: AccountCommand::Reset { data, .. } | AccountCommand::Add { data, .. } } => {
                vec![data.clone()]
            }
            Self::Backup { command } => command.writes(),
            Self::Follow { command } => command.writes(),
            Self::Restore(order) => order.writes(),
            _ => Vec::new(),
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return if e.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    if let Command::Internal { command: InternalCommand::ReadSheet { args } } = cli.command {
        return ExitCode::from(exchange::reader::child_main(&args) as u8);
    }
    let following = matches!(cli.command, Command::Follow { command: follow::Follow::Pull(_) });
    let serving = following || matches!(cli.command, Command::Serve { .. } | Command::Demo(_));
    if serving {
        crate::heaps::give_back();
    }
    logging::start(serving);
    crate::http::log_panics();
    let written = cli.command.writes();
    let outcome = run(cli.command);
    for dir in written {
        if let Err(e) = owner::hand_over(&dir) {
            complain!("csdlgd: {e}");
        }
    }
    match outcome {
        Ok(code) if code == ExitCode::SUCCESS && !terminal::is_whole() => ExitCode::FAILURE,
        Ok(code) => code,
        Err(Error::StoreStopped(why)) => {
            complain!("csdlgd: the store stopped writing: {why}");
            ExitCode::from(75)
        }
        Err(e) => {
            complain!("csdlgd: {e}");
            ExitCode::FAILURE
        }
    }
}

fn manual(dir: &Path) -> Result<ExitCode> {
    std::fs::create_dir_all(dir).map_err(Error::path("make directory", dir))?;
    clap_mangen::generate_to(Cli::command(), dir).map_err(Error::path("writing into", dir))?;
    let mut completion = Vec::new();
    clap_complete::generate(clap_complete::Shell::Bash, &mut Cli::command(), "csdlgd", &mut completion);
    let file = dir.join("csdlgd.bash");
    std::fs::write(&file, completion).map_err(Error::path("writing", file))?;
    Ok(ExitCode::SUCCESS)
}

fn print_setup(place: &Place, code: &str) {
    say!("no province here yet; open {}/setup?code={code}", place.url());
    say!("set-up code: {code}");
    print_certificate(place);
}

/// What to compare with what the browser shows.
fn print_certificate(place: &Place) {
    if let Some(facts) = &place.certificate {
        if facts.origin == Origin::SelfMade {
            say!("self-made certificate, which no browser knows: compare before going on");
        }
        say!("certificate until {}, SHA-256 {}", facts.until.display(), facts.fingerprint);
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve { config, data, listen } => {
            let read = || {
                let mut settings = Config::of(config.as_deref(), data.as_deref())?;
                if let Some(listen) = listen {
                    settings.listen = listen;
                }
                Ok::<_, Error>(settings)
            };
            let settings = read()?;
            if setup::is_needed(&settings) && !setup::serve(&settings, &mut print_setup)? {
                return Ok(ExitCode::SUCCESS);
            }
            // With what the first page was told.
            let settings = read()?;
            let app = App::open(settings, Mode::Serve, Clock::system(), Chance::system(), &hooks())?;
            server::serve(&app, &mut |place| {
                say!("csdlgd listens on {}", place.url());
                print_certificate(place);
                if let Some(ops) = place.ops {
                    say!("health and figures at http://{ops}/healthz, /readyz, /metrics");
                }
            })
        }
        Command::Demo(options) => demo::run(&options),
        Command::Init { config: Some(file), .. } => setup::init(&file),
        Command::Init { data: Some(data), province: Some(province), admin: Some(admin), spec, .. } => {
            install::init(data, spec, &province, &admin)
        }
        Command::Init { .. } => Err(Error::Operator("init needs --config, or --data, --province and --admin".into())),
        Command::Import { data, login, sheet, year, unit, spec, file } => {
            let app = open(data, spec, Mode::Serve)?;
            let code = exchange::command(&app, &login, &sheet, year, unit.as_deref(), &file)?;
            server::finish_index(&app)?;
            Ok(code)
        }
        Command::Verify { data, spec } => upkeep::verify(data, spec),
        Command::Doctor(order) => doctor::run(&order),
        Command::Mail { command } => mail::cli::run(&command),
        Command::Upgrade { command } => upgrade::run(&command),
        Command::Undo { data, login, batch } => {
            let app = open(data, None, Mode::Serve)?;
            let actor = crate::sessions::ops::by_login(&app, &login)?;
            let undone = exchange::undo(&app, &actor, batch).map_err(|e| match e {
                Error::NotFound => Error::Operator(format!(
                    "{login} may undo no batch {batch}: its number is the one 'csdlgd import' printed"
                )),
                other => other,
            })?;
            say!("batch {batch} undone: {} rows put back, {} removed", undone.restored, undone.removed);
            server::finish_index(&app)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Spec { command } => spec_command(command),
        Command::Index { command } => upkeep::index(&command_of(command)),
        Command::Search { data, login, limit, query } => upkeep::search(data, &login, &query.join(" "), limit),
        Command::Account { command: AccountCommand::Reset { data, login } } => install::reset(data, &login),
        Command::Account { command: AccountCommand::Add { data, login, role, unit, name } } => {
            install::add_account(data, &login, &role, unit.as_deref(), name.as_deref())
        }
        Command::Keygen(args) => backup::keygen(&args),
        Command::Backup { command } => backup::backup(&command),
        Command::Follow { command } => follow::follow(&command),
        Command::Restore(args) => backup::restore(&args),
        Command::Internal { command: InternalCommand::Manual { dir } } => manual(&dir),
        Command::Internal { command: InternalCommand::ReadSheet { .. } } => Ok(ExitCode::SUCCESS),
    }
}

fn command_of(command: IndexCommand) -> upkeep::IndexTask {
    match command {
        IndexCommand::Status { data } => upkeep::IndexTask::Status(data),
        IndexCommand::Rebuild { data, spec } => upkeep::IndexTask::Rebuild(data, spec),
    }
}

fn spec_command(command: SpecCommand) -> Result<ExitCode> {
    match command {
        SpecCommand::Check { dir } => say!("{}", spec::cli_check(dir.as_deref())?),
        SpecCommand::Coverage { spec } => say!("{}", spec::cli_coverage(spec.as_deref())?),
        SpecCommand::Doc { spec, out } => {
            let page = spec::cli_doc(spec.as_deref())?;
            match out {
                Some(path) => std::fs::write(&path, page).map_err(Error::path("writing", path))?,
                None => say!("{page}"),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
