//! Who uses the province: its clerks and an officer of the Sở, from the demo's list of logins, and what
//! they would look at and look for. Picked evenly and without chance.

use crate::http::{Client, Pass, escape};
use crate::load::Chance;
use crate::table::Times;
use crate::{Result, err};
use serde_json::Value;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Schools that take part at most.
const SCHOOLS: usize = 64;
/// Pages of 200 records read of each.
const PAGES: usize = 3;

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    login: String,
    password: String,
    role: String,
    /// Their token, for programs.
    pub(crate) token: String,
}

/// A record and its newest version that the server has acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Pupil {
    /// Its number.
    pub(crate) id: String,
    /// Its version.
    pub(crate) version: u64,
    /// Their name.
    pub(crate) name: String,
    code: String,
    born: String,
}

/// A school with its clerk.
pub(crate) struct School {
    /// Its clerk.
    pub(crate) clerk: Person,
    /// Some of its pupils.
    pub(crate) pupils: Vec<Pupil>,
    /// Addresses of its list's pages.
    pub(crate) lists: Vec<String>,
}

/// Everybody in the list of logins.
pub(crate) fn everybody(data: &Path) -> Result<Vec<Person>> {
    let mut file = csv::Reader::from_path(data.join("demo-logins.csv"))?;
    let mut people = Vec::new();
    for row in file.records() {
        let row = row?;
        let field = |n: usize| row.get(n).unwrap_or_default().to_owned();
        people.push(Person { login: field(0), password: field(1), token: field(2), role: field(3) });
    }
    Ok(people)
}

/// The first of a role.
pub(crate) fn first<'a>(people: &'a [Person], role: &str) -> Result<&'a Person> {
    Ok(people.iter().find(|p| p.role == role).ok_or_else(|| format!("no {role} among the logins"))?)
}

/// Schools evenly out of all, with some of their pupils.
pub(crate) fn schools(people: &[Person], address: SocketAddr) -> Result<Vec<School>> {
    let clerks: Vec<&Person> = people.iter().filter(|p| p.role == "school_clerk").collect();
    let wanted = clerks.len().min(SCHOOLS);
    let schools = (0..wanted).map(|n| school(clerks[n * clerks.len() / wanted], address));
    let schools: Vec<School> =
        schools.filter(|s| s.as_ref().map_or(true, |s| !s.pupils.is_empty())).collect::<Result<_>>()?;
    if schools.is_empty() { err("no school has pupils") } else { Ok(schools) }
}

fn school(clerk: &Person, address: SocketAddr) -> Result<School> {
    let mut client = Client::connect(address, &Pass::Bearer(clerk.token.clone()))?;
    let mut school = School { clerk: clerk.clone(), pupils: Vec::new(), lists: Vec::new() };
    let mut after = String::new();
    for _ in 0..PAGES {
        let path = format!("/api/v1/records/pupil?limit=200{after}");
        let page: Value = serde_json::from_str(&client.get(&path)?.text()?)?;
        let records = page["records"].as_array().ok_or("no list of records")?;
        let Some(unit) = records.first().and_then(|r| r["unit"].as_str()) else { break };
        // Named, because it is not the own unit of everybody who looks.
        school.lists.push(format!("/records/pupil?unit={unit}{after}"));
        for record in records {
            let field = |key: &str| record["fields"][key].as_str().unwrap_or_default().to_owned();
            school.pupils.push(Pupil {
                id: record["id"].as_str().ok_or("no id")?.to_owned(),
                version: record["version"].as_u64().ok_or("no version")?,
                name: field("full_name"),
                code: field("learner_code"),
                born: field("birth_date"),
            });
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", escape(next)),
            None => break,
        }
    }
    Ok(school)
}

/// Signs in by the form; the session's token.
pub(crate) fn sign_in(person: &Person, address: SocketAddr) -> Result<Pass> {
    let mut client = Client::connect(address, &Pass::None)?;
    let form = format!("login={}&password={}", escape(&person.login), escape(&person.password));
    let answer = client.ask("POST", "/login", "content-type: application/x-www-form-urlencoded\r\n", &form, 303)?;
    let token = answer.set_cookie.strip_prefix("session=").and_then(|c| c.split(';').next());
    Ok(Pass::Session(token.ok_or("no session was given")?.to_owned()))
}

/// Signs all in twice, one after the other, and tells how long the second time took: at the first the
/// demo's cheap password is hashed anew.
pub(crate) fn sign_all_in(people: &[&Person], address: SocketAddr) -> Result<(Vec<Pass>, Times)> {
    let (mut passes, mut times) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    for person in people {
        if known.insert(&person.login) {
            sign_in(person, address)?;
        }
        let start = Instant::now();
        passes.push(sign_in(person, address)?);
        times.push(start.elapsed());
    }
    Ok((passes, Times::one_by_one(times)))
}

/// What somebody would type to find a pupil: half whole names, the rest names without marks, codes,
/// names with a date of birth.
pub(crate) fn question(pupil: &Pupil, chance: &mut Chance) -> String {
    match chance.below(8) {
        0..4 => pupil.name.clone(),
        4 | 5 => plain(&last_words(&pupil.name)),
        6 if !pupil.code.is_empty() => pupil.code.clone(),
        _ => {
            let date: Vec<&str> = pupil.born.rsplit('-').collect();
            format!("{} {}", last_words(&pupil.name), date.join("/"))
        }
    }
}

/// The first letters of a name, as one types them.
pub(crate) fn beginning(pupil: &Pupil, chance: &mut Chance) -> String {
    let length = 3 + chance.below(10);
    plain(&pupil.name).chars().take(length).collect::<String>().trim_end().to_owned()
}

/// The name of new pupil number `n`: names have letters only.
pub(crate) fn name(n: usize) -> String {
    const DIGITS: [&str; 10] = ["Không", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín"];
    let words: Vec<&str> = n.to_string().bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    format!("Nguyễn Thị {}", words.join(" "))
}

fn last_words(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    words[words.len().saturating_sub(2)..].join(" ")
}

fn plain(name: &str) -> String {
    let lower = name.to_lowercase().replace('đ', "d");
    lower.nfd().filter(|c| !is_combining_mark(*c)).collect()
}
