//! People who look: pages of lists and records, searches. Every answer is checked for its status, and
//! one of each sort for what stands in it.

use crate::http::{Client, Pass, escape};
use crate::load::{Chance, Work};
use crate::people::{School, beginning, question};
use crate::{Result, err};
use std::net::SocketAddr;

/// A client that asks for one thing after the other.
pub(crate) struct Looker {
    client: Client,
    paths: Vec<String>,
    at: usize,
}

impl Work for Looker {
    fn once(&mut self) -> Result<()> {
        self.client.get(&self.paths[self.at % self.paths.len()])?;
        self.at += 1;
        Ok(())
    }
}

impl Looker {
    /// One that asks for the same over and over.
    pub(crate) fn of(path: &str, pass: &Pass, address: SocketAddr) -> Result<Self> {
        Ok(Self { client: Client::connect(address, pass)?, paths: vec![path.to_owned()], at: 0 })
    }

    /// Ends the connection.
    pub(crate) fn close(&self) {
        self.client.close();
    }

    /// Connects anew.
    pub(crate) fn reconnect(&mut self) -> Result<()> {
        self.client.reconnect()
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A page of a school's list of pupils: 50 rows, the first page or a later one.
    List,
    /// A pupil's page, with their enrolments, results and the rest.
    Record,
    /// Lists and records by turns.
    Either,
    /// A page of hits.
    Search,
    /// A few hits while typing.
    Suggest,
}

/// Clients `0..count`: each one of `passes` in turn, looking at that pass's school, or at any school if
/// the pass sees the whole province.
pub(crate) fn readers(
    what: What,
    count: usize,
    schools: &[School],
    passes: &[Pass],
    address: SocketAddr,
) -> Result<Vec<Looker>> {
    (0..count)
        .map(|number| {
            let own = if passes.len() == 1 { schools } else { &schools[number % passes.len()..=number % passes.len()] };
            let paths = addresses(what, own, number);
            Ok(Looker { client: Client::connect(address, &passes[number % passes.len()])?, paths, at: 0 })
        })
        .collect()
}

/// A thousand addresses in an order that is the same in every run.
fn addresses(what: What, schools: &[School], number: usize) -> Vec<String> {
    let mut chance = Chance::new(number);
    (0..1000)
        .map(|turn| {
            let school = chance.one(schools);
            let list = matches!(what, What::List) || (what == What::Either && turn % 2 == 0);
            if list {
                return chance.one(&school.lists).clone();
            }
            let pupil = chance.one(&school.pupils);
            match what {
                What::Search => format!("/search?q={}", escape(&question(pupil, &mut chance))),
                What::Suggest => format!("/search/suggest?q={}", escape(&beginning(pupil, &mut chance))),
                What::List | What::Record | What::Either => format!("/records/pupil/{}", pupil.id),
            }
        })
        .collect()
}

/// Sees to it that the pages hold what they should, once for each sort.
pub(crate) fn look(school: &School, pass: &Pass, address: SocketAddr) -> Result<()> {
    let mut client = Client::connect(address, pass)?;
    let pupil = &school.pupils[school.pupils.len() / 2];
    let list = &school.lists[0];
    for (path, name) in [
        (list.clone(), &school.pupils[0].name),
        (format!("/records/pupil/{}", pupil.id), &pupil.name),
        (format!("/search?q={}", escape(&pupil.name)), &pupil.name),
    ] {
        let page = client.get(&path)?.text()?;
        // In hits the words asked for are marked.
        let page = page.replace("<mark>", "").replace("</mark>", "");
        if !page.contains(name.as_str()) {
            return err(format!("{path} does not show the pupil it is about"));
        }
    }
    let query = format!("/search/suggest?q={}", escape(&pupil.name));
    if client.get(&query)?.text()?.trim() == "[]" { err("nobody is suggested") } else { Ok(()) }
}
