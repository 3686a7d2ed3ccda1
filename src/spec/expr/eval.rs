//! Runs a compiled expression over a record. Nothing here panics, loops without bound or keeps what it
//! saw; what can't be said is unknown.

use super::MOST_STEPS;
use super::node::{Call, DatePart, Fact, Node, OfRecord, Op};
use crate::id::RecordId;
use crate::spec::value::{PartialDate, Value};
use crate::spec::world::{Facts, Seen, World};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::sync::Arc;

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It can't be said: something needed is empty.
    Unknown,
}

/// A record under judgement. Other records are fetched at most once, and only when asked for.
pub struct Ctx<'a> {
    values: &'a [Option<Value>],
    row: Option<&'a [(u16, Value)]>,
    facts: &'a Facts,
    levels: &'a [String],
    world: &'a dyn World,
    fetched: RefCell<Vec<((usize, RecordId), Option<Arc<Seen>>)>>,
    counted: RefCell<Vec<((usize, usize), i64)>>,
    shared: RefCell<Vec<((usize, usize), Vec<Arc<Seen>>)>>,
    steps: Cell<u32>,
}

impl<'a> Ctx<'a> {
    /// `values` has one place for each field of the kind; `levels` are the keys of the spec's levels.
    pub const fn new(
        values: &'a [Option<Value>],
        facts: &'a Facts,
        levels: &'a [String],
        world: &'a dyn World,
    ) -> Self {
        Self {
            values,
            row: None,
            facts,
            levels,
            world,
            fetched: RefCell::new(Vec::new()),
            counted: RefCell::new(Vec::new()),
            shared: RefCell::new(Vec::new()),
            steps: Cell::new(0),
        }
    }

    /// The same record, for a condition on the columns of one of its rows.
    #[must_use]
    pub fn in_row(&self, row: &'a [(u16, Value)]) -> Self {
        let mut ctx = Self::new(self.values, self.facts, self.levels, self.world);
        ctx.row = Some(row);
        ctx
    }

    fn record(&self, kind: usize, id: RecordId) -> Option<Arc<Seen>> {
        if let Some((_, seen)) = self.fetched.borrow().iter().find(|(known, _)| *known == (kind, id)) {
            return seen.clone();
        }
        let seen = self.world.record(kind, id);
        self.fetched.borrow_mut().push(((kind, id), seen.clone()));
        seen
    }

    fn count_of(&self, kind: usize, field: usize) -> i64 {
        if self.facts.id.0 == 0 {
            return 0;
        }
        if let Some((_, count)) = self.counted.borrow().iter().find(|(known, _)| *known == (kind, field)) {
            return *count;
        }
        let count = self.world.count_of(kind, field, self.facts.id) as i64;
        self.counted.borrow_mut().push(((kind, field), count));
        count
    }

    fn siblings(&self, kind: usize, field: usize, to: RecordId) -> Vec<Arc<Seen>> {
        if let Some((_, shared)) = self.shared.borrow().iter().find(|(known, _)| *known == (kind, field)) {
            return shared.clone();
        }
        let shared = self.world.siblings(kind, field, to, self.facts.id);
        self.shared.borrow_mut().push(((kind, field), shared.clone()));
        shared
    }
}

/// Why there is no value: it can't be said.
struct Unknown;

#[derive(Clone)]
enum V<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Cow<'a, str>),
    Date(PartialDate),
    Texts(Cow<'a, [String]>),
    Rows(Cow<'a, [Vec<(u16, Value)>]>),
    Row(Cow<'a, [(u16, Value)]>),
    Seen(Arc<Seen>),
    Records(Vec<Arc<Seen>>),
    List(Vec<Self>),
}

type Out<'a> = Result<V<'a>, Unknown>;

pub(super) fn holds(root: &Node, ctx: &Ctx<'_>) -> Truth {
    ctx.steps.set(0);
    let mut vars = Vec::new();
    if let Some(row) = ctx.row {
        vars.push(V::Row(Cow::Borrowed(row)));
    }
    match eval(root, ctx, &mut vars) {
        Ok(V::Bool(true)) => Truth::True,
        Ok(V::Bool(false)) => Truth::False,
        _ => Truth::Unknown,
    }
}

fn eval<'a>(node: &'a Node, ctx: &Ctx<'a>, vars: &mut Vec<V<'a>>) -> Out<'a> {
    let steps = ctx.steps.get() + 1;
    ctx.steps.set(steps);
    if steps > MOST_STEPS {
        return Err(Unknown);
    }
    Ok(match node {
        Node::Null => V::Null,
        Node::Bool(b) => V::Bool(*b),
        Node::Int(i) => V::Int(*i),
        Node::Double(d) => V::Double(*d),
        Node::Str(s) => V::Str(Cow::Borrowed(s)),
        Node::Field(index) => ctx.values.get(*index).and_then(Option::as_ref).map_or(V::Null, borrowed),
        Node::Fact(fact) => fact_of(*fact, ctx),
        Node::Var(at) => vars.get(*at).cloned().ok_or(Unknown)?,
        Node::DatePart(of, part) => match eval(of, ctx, vars)? {
            V::Date(date) => V::Int(match part {
                DatePart::Year => i64::from(date.year),
                DatePart::Month => i64::from(date.month),
                DatePart::Day => i64::from(date.day),
                DatePart::Days => date.days(),
            }),
            _ => return Err(Unknown),
        },
        Node::Column(of, column) => match eval(of, ctx, vars)? {
            V::Row(Cow::Borrowed(row)) => row.iter().find(|(c, _)| c == column).map_or(V::Null, |(_, v)| borrowed(v)),
            V::Row(Cow::Owned(row)) => row.into_iter().find(|(c, _)| c == column).map_or(V::Null, |(_, v)| owned(v)),
            _ => return Err(Unknown),
        },
        Node::Referred(field, kind) => match ctx.values.get(*field).and_then(Option::as_ref) {
            Some(Value::Ref(id)) => ctx.record(*kind, *id).map_or(V::Null, V::Seen),
            _ => V::Null,
        },
        Node::Of(of, what) => match eval(of, ctx, vars)? {
            V::Seen(seen) => of_record(&seen, *what),
            _ => return Err(Unknown),
        },
        Node::Not(a) => match eval(a, ctx, vars)? {
            V::Bool(b) => V::Bool(!b),
            _ => return Err(Unknown),
        },
        Node::Neg(a) => match eval(a, ctx, vars)? {
            V::Int(i) => V::Int(i.checked_neg().ok_or(Unknown)?),
            V::Double(d) => V::Double(-d),
            _ => return Err(Unknown),
        },
        Node::And(a, b) => both(a, b, false, ctx, vars)?,
        Node::Or(a, b) => both(a, b, true, ctx, vars)?,
        Node::If(parts) => match eval(&parts.0, ctx, vars)? {
            V::Bool(true) => eval(&parts.1, ctx, vars)?,
            V::Bool(false) => eval(&parts.2, ctx, vars)?,
            _ => return Err(Unknown),
        },
        Node::Binary(op, a, b) => binary(*op, &eval(a, ctx, vars)?, &eval(b, ctx, vars)?)?,
        Node::InTexts(a, texts) => match eval(a, ctx, vars)? {
            V::Str(s) => V::Bool(texts.binary_search_by(|t| t.as_str().cmp(&s)).is_ok()),
            V::Null => V::Bool(false),
            _ => return Err(Unknown),
        },
        Node::In(a, b) => {
            let (a, b) = (eval(a, ctx, vars)?, eval(b, ctx, vars)?);
            V::Bool(elements(b).ok_or(Unknown)?.iter().any(|e| equal(&a, e)))
        }
        Node::List(nodes) => V::List(nodes.iter().map(|n| eval(n, ctx, vars)).collect::<Result<_, _>>()?),
        Node::Index(list, at) => match (eval(list, ctx, vars)?, eval(at, ctx, vars)?) {
            (list, V::Int(at)) => {
                let mut list = elements(list).ok_or(Unknown)?;
                let at = usize::try_from(at).map_err(|_| Unknown)?;
                if at >= list.len() {
                    return Err(Unknown);
                }
                list.swap_remove(at)
            }
            _ => return Err(Unknown),
        },
        Node::Call(call, first, rest) => {
            let first = eval(first, ctx, vars)?;
            function(*call, first, rest, ctx, vars)?
        }
        Node::CountOf(kind, field) => V::Int(ctx.count_of(*kind, *field)),
        Node::Siblings(kind, field, own) => match ctx.values.get(*own).and_then(Option::as_ref) {
            Some(Value::Ref(to)) => V::Records(ctx.siblings(*kind, *field, *to)),
            _ => V::Records(Vec::new()),
        },
        Node::All(list, test) => over(list, test, false, ctx, vars)?,
        Node::Exists(list, test) => over(list, test, true, ctx, vars)?,
    })
}

/// `&&` and `||` as CEL has them: one side may settle it though the other can't be said.
fn both<'a>(a: &'a Node, b: &'a Node, settles: bool, ctx: &Ctx<'a>, vars: &mut Vec<V<'a>>) -> Out<'a> {
    let first = eval(a, ctx, vars);
    if matches!(first, Ok(V::Bool(x)) if x == settles) {
        return Ok(V::Bool(settles));
    }
    match (first, eval(b, ctx, vars)?) {
        (_, V::Bool(x)) if x == settles => Ok(V::Bool(settles)),
        (Ok(V::Bool(_)), V::Bool(x)) => Ok(V::Bool(x)),
        _ => Err(Unknown),
    }
}

fn over<'a>(list: &'a Node, test: &'a Node, settles: bool, ctx: &Ctx<'a>, vars: &mut Vec<V<'a>>) -> Out<'a> {
    let list = elements(eval(list, ctx, vars)?).ok_or(Unknown)?;
    let mut unknown = false;
    for element in list {
        vars.push(element);
        let out = eval(test, ctx, vars);
        vars.pop();
        match out {
            Ok(V::Bool(x)) if x == settles => return Ok(V::Bool(settles)),
            Ok(V::Bool(_)) => {}
            _ => unknown = true,
        }
    }
    if unknown { Err(Unknown) } else { Ok(V::Bool(!settles)) }
}

fn elements(list: V<'_>) -> Option<Vec<V<'_>>> {
    Some(match list {
        V::Null => Vec::new(),
        V::Texts(Cow::Borrowed(texts)) => texts.iter().map(|t| V::Str(Cow::Borrowed(t))).collect(),
        V::Texts(Cow::Owned(texts)) => texts.into_iter().map(|t| V::Str(Cow::Owned(t))).collect(),
        V::Rows(Cow::Borrowed(rows)) => rows.iter().map(|r| V::Row(Cow::Borrowed(r))).collect(),
        V::Rows(Cow::Owned(rows)) => rows.into_iter().map(|r| V::Row(Cow::Owned(r))).collect(),
        V::Records(records) => records.into_iter().map(V::Seen).collect(),
        V::List(list) => list,
        _ => return None,
    })
}

fn fact_of<'a>(fact: Fact, ctx: &Ctx<'a>) -> V<'a> {
    match fact {
        Fact::Id => V::Int(ctx.facts.id.0 as i64),
        Fact::Unit => V::Int(i64::from(ctx.facts.unit.0)),
        Fact::UnitType => V::Str(Cow::Borrowed(&ctx.facts.unit_type)),
        Fact::UnitLevels => {
            let has =
                |(i, level): (usize, &'a String)| ctx.facts.unit_levels.has(i).then(|| V::Str(Cow::Borrowed(level)));
            V::List(ctx.levels.iter().enumerate().filter_map(has).collect())
        }
        Fact::UnitProvince => V::Str(Cow::Borrowed(&ctx.facts.unit_province)),
        Fact::Year => V::Int(i64::from(ctx.facts.year)),
        Fact::Today => V::Date(ctx.facts.today.into()),
    }
}

fn of_record<'a>(seen: &Seen, what: OfRecord) -> V<'a> {
    match what {
        OfRecord::Field(index) => seen.fields.value(index).map_or(V::Null, |v| owned(v.into_owned())),
        OfRecord::Unit => V::Int(i64::from(seen.unit.0)),
        OfRecord::Year => V::Int(i64::from(seen.year)),
        OfRecord::State => V::Str(Cow::Owned(seen.state.clone())),
    }
}

fn borrowed(value: &Value) -> V<'_> {
    match value {
        Value::Text(text) | Value::Code(text) => V::Str(Cow::Borrowed(text)),
        Value::Int(i) => V::Int(*i),
        Value::Decimal(d) => V::Double(d.as_f64()),
        Value::Bool(b) => V::Bool(*b),
        Value::Date(date) => V::Date(*date),
        Value::Codes(codes) => V::Texts(Cow::Borrowed(codes)),
        Value::Ref(id) => V::Int(id.0 as i64),
        Value::Unit(unit) => V::Int(i64::from(unit.0)),
        Value::Rows(rows) => V::Rows(Cow::Borrowed(rows)),
    }
}

fn owned<'a>(value: Value) -> V<'a> {
    match value {
        Value::Text(text) | Value::Code(text) => V::Str(Cow::Owned(text)),
        Value::Codes(codes) => V::Texts(Cow::Owned(codes)),
        Value::Rows(rows) => V::Rows(Cow::Owned(rows)),
        Value::Int(i) => V::Int(i),
        Value::Decimal(d) => V::Double(d.as_f64()),
        Value::Bool(b) => V::Bool(b),
        Value::Date(date) => V::Date(date),
        Value::Ref(id) => V::Int(id.0 as i64),
        Value::Unit(unit) => V::Int(i64::from(unit.0)),
    }
}

fn equal(a: &V<'_>, b: &V<'_>) -> bool {
    match (a, b) {
        (V::Null, V::Null) => true,
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Str(a), V::Str(b)) => a == b,
        (V::Date(a), V::Date(b)) => a == b,
        (V::Texts(a), V::Texts(b)) => a == b,
        (V::Rows(a), V::Rows(b)) => a == b,
        (V::Row(a), V::Row(b)) => a == b,
        (V::Int(_) | V::Double(_), V::Int(_) | V::Double(_)) => compare(a, b) == Some(Ordering::Equal),
        _ => match (elements(a.clone()), elements(b.clone())) {
            (Some(a), Some(b)) if !a.is_empty() || !b.is_empty() => {
                a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| equal(a, b))
            }
            _ => false,
        },
    }
}

fn compare(a: &V<'_>, b: &V<'_>) -> Option<Ordering> {
    match (a, b) {
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        (V::Int(a), V::Double(b)) => (*a as f64).partial_cmp(b),
        (V::Double(a), V::Int(b)) => a.partial_cmp(&(*b as f64)),
        (V::Double(a), V::Double(b)) => a.partial_cmp(b),
        (V::Str(a), V::Str(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn binary<'a>(op: Op, a: &V<'a>, b: &V<'a>) -> Out<'a> {
    let order = || compare(a, b).ok_or(Unknown);
    Ok(V::Bool(match op {
        Op::Eq => equal(a, b),
        Op::Ne => !equal(a, b),
        Op::Lt => order()?.is_lt(),
        Op::Le => order()?.is_le(),
        Op::Gt => order()?.is_gt(),
        Op::Ge => order()?.is_ge(),
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => return arithmetic(op, a, b),
    }))
}

fn arithmetic<'a>(op: Op, a: &V<'a>, b: &V<'a>) -> Out<'a> {
    if let (V::Int(a), V::Int(b)) = (a, b) {
        let whole = match op {
            Op::Add => a.checked_add(*b),
            Op::Sub => a.checked_sub(*b),
            Op::Mul => a.checked_mul(*b),
            Op::Div => a.checked_div(*b),
            _ => a.checked_rem(*b),
        };
        return whole.map(V::Int).ok_or(Unknown);
    }
    if let (Op::Add, V::Str(a), V::Str(b)) = (op, a, b) {
        return Ok(V::Str(Cow::Owned(format!("{a}{b}"))));
    }
    let number = |v: &V<'_>| match v {
        V::Int(i) => Ok(*i as f64),
        V::Double(d) => Ok(*d),
        _ => Err(Unknown),
    };
    let (a, b) = (number(a)?, number(b)?);
    let out = match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        _ => a / b,
    };
    if out.is_finite() { Ok(V::Double(out)) } else { Err(Unknown) }
}

fn function<'a>(call: Call, first: V<'a>, rest: &'a [Node], ctx: &Ctx<'a>, vars: &mut Vec<V<'a>>) -> Out<'a> {
    Ok(match (call, first) {
        (Call::Size, V::Str(s)) => V::Int(s.chars().count() as i64),
        (Call::Size, list) => V::Int(elements(list).ok_or(Unknown)?.len() as i64),
        (Call::ToInt, V::Int(i)) => V::Int(i),
        (Call::ToInt, V::Double(d)) if d.abs() < 9e18 => V::Int(d as i64),
        (Call::ToInt, V::Str(s)) => V::Int(s.trim().parse().map_err(|_| Unknown)?),
        (Call::ToDouble, V::Int(i)) => V::Double(i as f64),
        (Call::ToDouble, V::Double(d)) => V::Double(d),
        (Call::ToDouble, V::Str(s)) => V::Double(s.trim().parse().ok().filter(|d: &f64| d.is_finite()).ok_or(Unknown)?),
        (Call::ToString, V::Str(s)) => V::Str(s),
        (Call::ToString, V::Int(i)) => V::Str(Cow::Owned(i.to_string())),
        (Call::ToString, V::Double(d)) => V::Str(Cow::Owned(d.to_string())),
        (Call::StartsWith | Call::EndsWith | Call::Contains, V::Str(s)) => {
            match eval(rest.first().ok_or(Unknown)?, ctx, vars)? {
                V::Str(part) => V::Bool(match call {
                    Call::StartsWith => s.starts_with(&*part),
                    Call::EndsWith => s.ends_with(&*part),
                    _ => s.contains(&*part),
                }),
                _ => return Err(Unknown),
            }
        }
        (Call::Substring, V::Str(s)) => {
            let mut ends = [0usize, usize::MAX];
            for (end, node) in ends.iter_mut().zip(rest) {
                match eval(node, ctx, vars)? {
                    V::Int(i) => *end = usize::try_from(i).map_err(|_| Unknown)?,
                    _ => return Err(Unknown),
                }
            }
            let [from, to] = ends;
            let offset = |n: usize| s.char_indices().map(|(at, _)| at).chain([s.len()]).nth(n);
            let start = offset(from).ok_or(Unknown)?;
            let end = if to == usize::MAX { s.len() } else { offset(to).ok_or(Unknown)? };
            match s {
                Cow::Borrowed(s) => V::Str(Cow::Borrowed(s.get(start..end).ok_or(Unknown)?)),
                Cow::Owned(s) => V::Str(Cow::Owned(s.get(start..end).ok_or(Unknown)?.to_string())),
            }
        }
        _ => return Err(Unknown),
    })
}
