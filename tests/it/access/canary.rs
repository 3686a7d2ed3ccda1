//! Records that sing when they are seen: every text of every field of every kind holds a word that
//! stands in one unit's records only.

use crate::support::Province;
use csdlgd::actor::Who;
use csdlgd::app::App;
use csdlgd::id::{AccountId, RecordId, UnitId};
use csdlgd::records::model::{Header, Record, Row, State};
use csdlgd::records::store;
use csdlgd::sessions::ops::by_login;
use csdlgd::spec::{Decimal, Field, FieldType, PartialDate, Place, Value};

/// The school year of the records that have one.
pub(super) const YEAR: u16 = 2026;

/// What a request may be about: a unit with a record of each kind, an account with a token.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The unit.
    pub(super) unit: UnitId,
    /// The word of its records.
    pub(super) word: &'static str,
    /// The number of its record of the first kind; those of the other kinds follow.
    pub(super) first: RecordId,
    /// An account there.
    pub(super) account: AccountId,
    /// Its login.
    pub(super) login: &'static str,
    /// The name of a token of that account.
    pub(super) token: String,
}

impl Target {
    /// The unit of a login, with records in it.
    pub(super) fn made(p: &Province, unit: UnitId, login: &'static str, word: &'static str) -> Self {
        let first = RecordId::new(unit, 1);
        let token = csdlgd::accounts::ops::token_name(blake3::hash(p.token(login).as_bytes()).as_bytes());
        let account = by_login(&p.app, login).unwrap().account;
        fill(&p.app, unit, first, word);
        Self { unit, word, first, account, login, token }
    }

    /// Nothing of which exists; the numbers look as if they were of `like`'s unit.
    pub(super) fn none(like: &Self) -> Self {
        Self {
            unit: UnitId(987_654),
            word: "Tuqenohil",
            first: RecordId::new(like.unit, 98_765),
            account: AccountId(98_765),
            login: "khong.co",
            token: "0123456789abcdef".into(),
        }
    }

    /// Its record of a kind.
    pub(super) fn record(&self, kind: usize) -> RecordId {
        RecordId(self.first.0 + kind as u64)
    }
}

/// Puts one record of each kind into a unit, past every check: what rules refuse must not leak either.
fn fill(app: &App, unit: UnitId, first: RecordId, word: &'static str) {
    let parts = app.clone();
    app.db
        .write(&Who::program(), "demo.school", move |tx| {
            for (k, kind) in parts.spec.kinds.iter().enumerate() {
                let year = if kind.place == Place::UnitYear { YEAR } else { 0 };
                let header = Header { version: 1, unit, year, state: State::Active, verified: false };
                let fields = kind.fields.iter().enumerate();
                let fields = fields.map(|(at, field)| (at, value(field, unit, first, word))).collect();
                let record = Record { id: RecordId(first.0 + k as u64), kind: k, header, fields };
                store::put(tx, parts.names.kind(k), record.id, &Row::encode(&record, &parts.names))?;
            }
            tx.set_unit(unit);
            store::set_given(tx, unit, parts.spec.kinds.len() as u64)
        })
        .unwrap();
}

fn value(field: &Field, unit: UnitId, first: RecordId, word: &str) -> Value {
    match field.ty {
        FieldType::Text | FieldType::LongText | FieldType::PersonName => Value::Text(format!("{word} {}", field.key)),
        FieldType::IdentityCode => Value::Text(format!("{word}{}", field.key)),
        FieldType::Phone => Value::Text(format!("09{:08}", unit.0)),
        FieldType::Email => Value::Text(format!("{word}@truong.vn")),
        FieldType::Integer => Value::Int(3),
        FieldType::Year => Value::Int(2020),
        FieldType::Decimal => Value::Decimal(Decimal { units: 35, scale: 1 }),
        FieldType::Date => Value::Date(PartialDate { year: 2015, month: 3, day: 8 }),
        FieldType::Bool => Value::Bool(true),
        FieldType::Code | FieldType::PlaceProvince | FieldType::PlaceDistrict | FieldType::PlaceCommune => {
            Value::Code(word.into())
        }
        FieldType::Codes => Value::Codes(vec![word.into()]),
        FieldType::Ref => Value::Ref(RecordId(first.0 + field.refers.unwrap() as u64)),
        FieldType::Unit => Value::Unit(unit),
        FieldType::Rows => {
            let cells = field.columns.iter().enumerate();
            Value::Rows(vec![cells.map(|(c, column)| (c as u16, value(column, unit, first, word))).collect()])
        }
    }
}
