//! What handlers, jobs and commands are given: the open store, the spec, the index, the tree.

use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::Crowd;
use crate::id::AccountId;
use crate::metrics::Metrics;
use crate::names::{Access, Names};
use crate::password::Gate;
use crate::search::Index;
use crate::spec::Spec;
use crate::spec::doc::Dictionary;
use crate::store::{Db, Derivers, Options};
use crate::tally::Tally;
use crate::tls::Tls;
use crate::tree::Tree;
use arc_swap::ArcSwap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The open installation. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] holds.
pub struct Parts {
    /// The store.
    pub db: Db,
    /// The schema.
    pub spec: Arc<Spec>,
    /// Stable numbers of the schema's names.
    pub names: Arc<Names>,
    /// The search index; nothing when opened for reading only without one.
    pub index: Option<Index>,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub chance: Chance,
    /// Where passwords are computed.
    pub gate: Gate,
    /// Settings.
    pub config: Config,
    /// What units' records come to.
    pub tally: Tally,
    /// Requests at once, by account.
    pub crowd: Crowd<AccountId>,
    /// What the server did.
    pub metrics: Metrics,
    /// The certificate it shows, once it does.
    pub tls: OnceLock<Tls>,
    /// What only changes with the schema, drawn when first asked for.
    pub drawn: Drawn,
    tree: ArcSwap<Tree>,
}

/// Pages and documents that only change with the schema.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The data dictionary.
    pub dictionary: OnceLock<Dictionary>,
    /// The OpenAPI document.
    pub openapi: OnceLock<String>,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Registers a feature's derivations; the shell hands in all of them.
pub type RegisterDerivers<'a> = &'a dyn Fn(&mut Derivers, &Arc<Spec>, &Arc<Names>);
/// Reads the tree from the store.
pub type ReadTree<'a> = &'a dyn Fn(&Db) -> Result<Tree>;

/// The hooks by which the shell ties features to the ground.
pub struct Hooks<'a> {
    /// See [`RegisterDerivers`].
    pub derivers: RegisterDerivers<'a>,
    /// See [`ReadTree`].
    pub tree: ReadTree<'a>,
}

/// How an installation is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Read and write; the directory must hold a store.
    Serve,
    /// Read and write; the directory must not hold one.
    Create,
    /// Read only, also beside a running server.
    ReadOnly,
}

impl App {
    /// Opens (or makes) the installation in `config.data`.
    pub fn open(config: Config, mode: Mode, clock: Clock, chance: Chance, hooks: &Hooks<'_>) -> Result<Self> {
        let spec = Arc::new(Spec::load(config.spec_overlay.as_deref())?);
        let dir = config.data.clone();
        let options = Options {
            cache_bytes: config.cache_mib << 20,
            reserve_bytes: config.reserve_mib << 20,
            clock: clock.clone(),
            ..Options::default()
        };
        let db = match mode {
            Mode::Serve => Db::open(&dir, options)?,
            Mode::Create => Db::create(&dir, options)?,
            Mode::ReadOnly => Db::open_read_only(&dir, options)?,
        };
        let access = if mode == Mode::ReadOnly { Access::ReadOnly } else { Access::Write };
        let names = Arc::new(Names::bind(&db, &spec, access)?);
        let mut derivers = Derivers::default();
        (hooks.derivers)(&mut derivers, &spec, &names);
        db.set_derivers(derivers, &mut |rows| tracing::info!(rows, "making derived rows anew"))?;
        let index = if mode == Mode::ReadOnly {
            None
        } else {
            Some(Index::open_later(&dir.join("index"), &spec.fingerprint_hex())?)
        };
        let tree = (hooks.tree)(&db)?;
        let gate = Gate::new(&chance)?;
        Ok(Self(Arc::new(Parts {
            db,
            spec,
            names,
            index,
            clock,
            chance,
            gate,
            config,
            tally: Tally::default(),
            crowd: Crowd::default(),
            metrics: Metrics::default(),
            tls: OnceLock::new(),
            drawn: Drawn::default(),
            tree: ArcSwap::from_pointee(tree),
        })))
    }

    /// The tree as it is now.
    pub fn tree(&self) -> Arc<Tree> {
        self.0.tree.load_full()
    }

    /// Replaces the tree after a change of units.
    pub fn set_tree(&self, tree: Tree) {
        self.0.tree.store(Arc::new(tree));
    }

    /// The index, or an error where it was not opened.
    pub fn index(&self) -> Result<&Index> {
        self.0.index.as_ref().ok_or_else(|| Error::Internal("the index is not open here".into()))
    }

    /// Today as a day number.
    pub fn today(&self) -> crate::tree::Day {
        crate::tree::day_of(self.clock.today())
    }
}
