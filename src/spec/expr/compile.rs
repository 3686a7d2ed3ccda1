//! From what `cel` parsed to our own tree: every name is looked up, every type compared, everything
//! outside the closed language refused with a sentence that says what to write instead.

use super::node::{Call, DatePart, Fact, Node, OfRecord, Op, Ty};
use super::{Expr, MOST_BYTES, MOST_DEPTH, MOST_SIGNS};
use crate::spec::closest;
use crate::spec::model::{Field, FieldType, Kind};
use cel::common::ast::{ComprehensionExpr, Expr as Ast, IdedExpr, LiteralValue};

/// What an expression may speak of.
pub struct Env<'a> {
    /// The kind of the record it is about.
    pub kind: &'a Kind,
    /// All kinds.
    pub kinds: &'a [Kind],
    /// For a condition on a column of rows: the rows field; the names are then its columns.
    pub row_of: Option<usize>,
}

const FACTS: &[&str] = &["id", "unit", "unit_type", "unit_levels", "unit_province", "year", "today"];
const CALLS: &[&str] = &[
    "size",
    "startsWith",
    "endsWith",
    "contains",
    "int",
    "double",
    "string",
    "substring",
    "count_of",
    "siblings",
    "all",
    "exists",
];

/// Deepest tree.
const MOST_LEVELS: usize = 80;
/// A condition with so many operators, and brackets inside one another, fits any stack.
const USUAL_SIGNS: usize = 40;
const USUAL_BRACKETS: usize = 5;
const STACK_BYTES: usize = 64 << 20;

struct Compiler<'a> {
    env: &'a Env<'a>,
    vars: Vec<(String, Ty)>,
    uses: Vec<usize>,
    asks_world: bool,
    mistakes: Vec<String>,
    depth: usize,
}

pub(super) fn condition(source: &str, env: &Env<'_>) -> Result<Expr, Vec<String>> {
    if source.len() > MOST_BYTES {
        return Err(vec![format!("the condition is longer than {MOST_BYTES} bytes")]);
    }
    let (brackets, signs) = size_of(source);
    if brackets > MOST_DEPTH {
        return Err(vec![format!("the condition has more than {MOST_DEPTH} brackets inside one another")]);
    }
    if signs > MOST_SIGNS {
        return Err(vec![format!(
            "the condition has more than {MOST_SIGNS} operators and brackets: make it several rules"
        )]);
    }
    // The parser goes down a level for each operator and a dozen for each bracket: a long condition gets a stack of its own.
    if signs <= USUAL_SIGNS && brackets <= USUAL_BRACKETS {
        return bounded(source, env);
    }
    let alone = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || bounded(source, env));
        thread.map(std::thread::ScopedJoinHandle::join)
    });
    match alone {
        Ok(Ok(compiled)) => compiled,
        _ => Err(vec!["the condition can't be read".into()]),
    }
}

fn bounded(source: &str, env: &Env<'_>) -> Result<Expr, Vec<String>> {
    let parsed = cel::parser::Parser::new().max_recursion_depth(90).parse(source).map_err(|e| {
        let say = |e: &cel::ParseError| {
            format!("the condition can't be read at character {}: {}", e.pos.1.max(1), first_line(&e.msg))
        };
        e.errors.iter().take(2).map(say).collect::<Vec<_>>()
    })?;
    let mut compiler =
        Compiler { env, vars: Vec::new(), uses: Vec::new(), asks_world: false, mistakes: Vec::new(), depth: 0 };
    if let Some(rows) = env.row_of {
        compiler.vars.push((String::new(), Ty::Row(env.kind.index, rows)));
    }
    let (root, ty) = compiler.node(&parsed);
    if compiler.mistakes.is_empty() && !matches!(ty, Ty::Bool | Ty::Null) {
        compiler.mistakes.push(format!("a condition must be true or false, this one is {ty}"));
    }
    if !compiler.mistakes.is_empty() {
        return Err(compiler.mistakes);
    }
    compiler.uses.sort_unstable();
    compiler.uses.dedup();
    Ok(Expr { source: source.into(), root, uses: compiler.uses, asks_world: compiler.asks_world })
}

/// Brackets inside one another, and operators, points and brackets in all, outside of quotes. The parser goes
/// down a level for each, so both are bounded before it is asked.
fn size_of(source: &str) -> (usize, usize) {
    let (mut now, mut most, mut signs, mut quote) = (0usize, 0usize, 0usize, None);
    for c in source.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => {
                signs += 1;
                now += 1;
                most = most.max(now);
            }
            (None, ')' | ']' | '}') => now = now.saturating_sub(1),
            (None, '+' | '-' | '*' | '/' | '%' | '!' | '<' | '>' | '=' | '&' | '|' | '?' | ':' | '.') => signs += 1,
            _ => {}
        }
    }
    (most, signs)
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

type Typed = (Node, Ty);

impl Compiler<'_> {
    fn wrong(&mut self, message: String) -> Typed {
        if !self.mistakes.contains(&message) {
            self.mistakes.push(message);
        }
        (Node::Null, Ty::Null)
    }

    fn node(&mut self, at: &IdedExpr) -> Typed {
        self.depth += 1;
        let out = if self.depth > MOST_LEVELS {
            self.wrong("the condition is nested too deeply".into())
        } else {
            match &at.expr {
                Ast::Literal(literal) => self.literal(literal),
                Ast::Ident(name) => self.name(name),
                Ast::Select(select) if select.test => {
                    self.wrong(format!("`has(…)` is not used here: write `{} != null`", select.field))
                }
                Ast::Select(select) => self.member(&select.operand, &select.field),
                Ast::List(list) => self.list(&list.elements),
                Ast::Call(call) => self.call(&call.func_name, call.target.as_deref(), &call.args),
                Ast::Comprehension(all_or_exists) => self.over_list(all_or_exists),
                Ast::Map(_) | Ast::Struct(_) => self.wrong("`{…}` is not used in conditions".into()),
                Ast::Unspecified => self.wrong("the condition is empty".into()),
            }
        };
        self.depth -= 1;
        out
    }

    fn literal(&mut self, literal: &LiteralValue) -> Typed {
        match literal {
            LiteralValue::Boolean(b) => (Node::Bool(*b.inner()), Ty::Bool),
            LiteralValue::Int(i) => (Node::Int(*i.inner()), Ty::Int),
            LiteralValue::Double(d) => (Node::Double(*d.inner()), Ty::Double),
            LiteralValue::String(s) => (Node::Str(s.inner().into()), Ty::Str),
            LiteralValue::Null => (Node::Null, Ty::Null),
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                self.wrong("bytes and unsigned numbers are not used in conditions".into())
            }
        }
    }

    fn name(&mut self, name: &str) -> Typed {
        if let Some(at) = self.vars.iter().rposition(|(var, _)| var == name) {
            return (Node::Var(at), self.vars[at].1.clone());
        }
        if let Some(rows) = self.env.row_of {
            let field = &self.env.kind.fields[rows];
            if let Some(column) = field.column_index(name) {
                return (
                    Node::Column(Box::new(Node::Var(0)), column as u16),
                    type_of(&field.columns[column], self.env.kind.index, None),
                );
            }
        }
        if let Some(field) = self.env.kind.field_index(name) {
            self.uses.push(field);
            return (Node::Field(field), type_of(&self.env.kind.fields[field], self.env.kind.index, Some(field)));
        }
        if name == "record" {
            return (Node::Null, Ty::Facts);
        }
        if let Some(key) = name.strip_suffix("_rec") {
            return self.referred(key);
        }
        let mut names: Vec<&str> = self.env.kind.fields.iter().map(|f| f.key.as_str()).collect();
        names.push("record");
        let kind = &self.env.kind.key;
        self.wrong(format!("`{name}` is no field of `{kind}`{}", closest(name, names)))
    }

    fn referred(&mut self, key: &str) -> Typed {
        let refs = || self.env.kind.fields.iter().filter(|f| f.refers.is_some()).map(|f| f.key.as_str());
        match self.env.kind.field_index(key) {
            Some(field) if self.env.kind.fields[field].refers.is_some() => {
                self.uses.push(field);
                self.asks_world = true;
                let kind = self.env.kind.fields[field].refers.unwrap_or_default();
                (Node::Referred(field, kind), Ty::Record(kind))
            }
            Some(_) => self.wrong(format!("`{key}_rec`: `{key}` does not refer to a record")),
            None => {
                let near = closest(key, refs());
                self.wrong(format!("`{key}_rec`: `{key}` is no field of `{}`{near}", self.env.kind.key))
            }
        }
    }

    fn member(&mut self, operand: &IdedExpr, key: &str) -> Typed {
        let (node, ty) = self.node(operand);
        let node = Box::new(node);
        match ty {
            Ty::Facts => match key {
                "id" => (Node::Fact(Fact::Id), Ty::Int),
                "unit" => (Node::Fact(Fact::Unit), Ty::Int),
                "unit_type" => (Node::Fact(Fact::UnitType), Ty::Str),
                "unit_levels" => (Node::Fact(Fact::UnitLevels), Ty::List(Box::new(Ty::Str))),
                "unit_province" => (Node::Fact(Fact::UnitProvince), Ty::Str),
                "year" => (Node::Fact(Fact::Year), Ty::Int),
                "today" => (Node::Fact(Fact::Today), Ty::Date),
                _ => self.wrong(format!("`record` has no `{key}`{}", closest(key, FACTS.iter().copied()))),
            },
            Ty::Date => match key {
                "year" => (Node::DatePart(node, DatePart::Year), Ty::Int),
                "month" => (Node::DatePart(node, DatePart::Month), Ty::Int),
                "day" => (Node::DatePart(node, DatePart::Day), Ty::Int),
                "days" => (Node::DatePart(node, DatePart::Days), Ty::Int),
                _ => self.wrong(format!("a date has year, month, day and days, not `{key}`")),
            },
            Ty::Row(kind, field) => {
                let rows = &self.env.kinds[kind].fields[field];
                if let Some(column) = rows.column_index(key) {
                    (Node::Column(node, column as u16), type_of(&rows.columns[column], kind, None))
                } else {
                    let near = closest(key, rows.columns.iter().map(|c| c.key.as_str()));
                    self.wrong(format!("`{key}` is no column of `{}`{near}", rows.key))
                }
            }
            Ty::Record(kind) => match key {
                "_unit" => (Node::Of(node, OfRecord::Unit), Ty::Int),
                "_year" => (Node::Of(node, OfRecord::Year), Ty::Int),
                "_state" => (Node::Of(node, OfRecord::State), Ty::Str),
                _ => {
                    let kind = &self.env.kinds[kind];
                    if let Some(field) = kind.field_index(key) {
                        (Node::Of(node, OfRecord::Field(field)), type_of(&kind.fields[field], kind.index, Some(field)))
                    } else {
                        let near = closest(key, kind.fields.iter().map(|f| f.key.as_str()));
                        self.wrong(format!("`{key}` is no field of `{}`{near}", kind.key))
                    }
                }
            },
            Ty::Null => (Node::Null, Ty::Null),
            _ => self.wrong(format!("`.{key}` can't be asked of {ty}")),
        }
    }

    fn list(&mut self, elements: &[IdedExpr]) -> Typed {
        let mut of = Ty::Null;
        let mut nodes = Vec::with_capacity(elements.len());
        for element in elements {
            let (node, ty) = self.node(element);
            match join(&of, &ty) {
                Some(ty) => of = ty,
                None => return self.wrong(format!("a list can't mix {of} and {ty}")),
            }
            nodes.push(node);
        }
        (Node::List(nodes), Ty::List(Box::new(of)))
    }

    fn call(&mut self, name: &str, target: Option<&IdedExpr>, args: &[IdedExpr]) -> Typed {
        use cel::common::ast::operators as ops;
        match (name, target, args) {
            (ops::LOGICAL_NOT, None, [a]) => {
                let a = self.bool(a, "!");
                (Node::Not(Box::new(a)), Ty::Bool)
            }
            (ops::LOGICAL_AND, None, [a, b]) => {
                (Node::And(Box::new(self.bool(a, "&&")), Box::new(self.bool(b, "&&"))), Ty::Bool)
            }
            (ops::LOGICAL_OR, None, [a, b]) => {
                (Node::Or(Box::new(self.bool(a, "||")), Box::new(self.bool(b, "||"))), Ty::Bool)
            }
            (ops::CONDITIONAL, None, [c, a, b]) => {
                let c = self.bool(c, "?:");
                let ((a, ta), (b, tb)) = (self.node(a), self.node(b));
                match join(&ta, &tb) {
                    Some(ty) => (Node::If(Box::new((c, a, b))), ty),
                    None => self.wrong(format!("`?:` gives {ta} or {tb}: both must be the same")),
                }
            }
            (ops::NEGATE, None, [a]) => {
                let (a, ty) = self.node(a);
                if !ty.is_number() {
                    return self.wrong(format!("`-` needs a number, not {ty}"));
                }
                (Node::Neg(Box::new(a)), ty)
            }
            (ops::IN, None, [a, b]) => self.is_in(a, b),
            (ops::INDEX, None, [a, b]) => {
                let ((a, ta), (b, tb)) = (self.node(a), self.node(b));
                match (ta, tb) {
                    (Ty::List(of), Ty::Int) => (Node::Index(Box::new(a), Box::new(b)), *of),
                    (ta, _) => self.wrong(format!("`[…]` picks from a list by a whole number, not from {ta}")),
                }
            }
            ("count_of", None, _) => self.count_of(args),
            ("siblings", None, _) => self.siblings(args),
            (_, None, [a, b]) => match operator(name) {
                Some((op, sign)) => self.binary(op, sign, a, b),
                None => self.function(name, target, args),
            },
            _ => self.function(name, target, args),
        }
    }

    fn bool(&mut self, at: &IdedExpr, sign: &str) -> Node {
        let (node, ty) = self.node(at);
        if !matches!(ty, Ty::Bool | Ty::Null) {
            self.wrong(format!("`{sign}` needs true or false, not {ty}"));
        }
        node
    }

    fn binary(&mut self, op: Op, sign: &str, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let ((a, ta), (b, tb)) = (self.node(a), self.node(b));
        let Some(ty) = join(&ta, &tb) else {
            return self.wrong(format!("`{sign}` between {ta} and {tb} is never right"));
        };
        let out = match op {
            Op::Eq | Op::Ne => Some(Ty::Bool),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => match ty {
                Ty::Int | Ty::Double | Ty::Str => Some(Ty::Bool),
                Ty::Date => return self.wrong(format!("two dates are compared by their days: `a.days {sign} b.days`")),
                _ => None,
            },
            Op::Add if ty == Ty::Str => Some(Ty::Str),
            Op::Add | Op::Sub | Op::Mul | Op::Div if ty.is_number() => Some(ty.clone()),
            Op::Rem if ty == Ty::Int => Some(Ty::Int),
            _ => None,
        };
        match out {
            Some(out) => (Node::Binary(op, Box::new(a), Box::new(b)), out),
            None => self.wrong(format!("`{sign}` can't be used with {ty}")),
        }
    }

    fn is_in(&mut self, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let ((a, ta), (b, tb)) = (self.node(a), self.node(b));
        if tb == Ty::Null {
            return (Node::Null, Ty::Bool);
        }
        let Ty::List(of) = &tb else {
            return self.wrong(format!("`in` needs a list on its right, not {tb}"));
        };
        if join(&ta, of).is_none() {
            return self.wrong(format!("`in` looks for {ta} in a list of {of}"));
        }
        let texts = match &b {
            Node::List(nodes) => nodes
                .iter()
                .map(|n| if let Node::Str(s) = n { Some(s.clone()) } else { None })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        match texts {
            Some(mut texts) => {
                texts.sort_unstable();
                (Node::InTexts(Box::new(a), texts), Ty::Bool)
            }
            None => (Node::In(Box::new(a), Box::new(b)), Ty::Bool),
        }
    }

    fn function(&mut self, name: &str, target: Option<&IdedExpr>, args: &[IdedExpr]) -> Typed {
        let call = match name {
            "size" => Call::Size,
            "startsWith" => Call::StartsWith,
            "endsWith" => Call::EndsWith,
            "contains" => Call::Contains,
            "int" => Call::ToInt,
            "double" => Call::ToDouble,
            "string" => Call::ToString,
            "substring" => Call::Substring,
            _ => return self.wrong(format!("there is no `{name}` here{}", closest(name, CALLS.iter().copied()))),
        };
        let mut typed: Vec<Typed> = target.into_iter().chain(args).map(|a| self.node(a)).collect();
        let types: Vec<Ty> = typed.iter().map(|(_, ty)| ty.clone()).collect();
        let text = |ty: &Ty| matches!(ty, Ty::Str | Ty::Null);
        let fits = match (call, types.as_slice()) {
            (Call::Size, [ty]) => matches!(ty, Ty::Str | Ty::List(_) | Ty::Null).then_some(Ty::Int),
            (Call::StartsWith | Call::EndsWith | Call::Contains, [a, b]) if target.is_some() => {
                (text(a) && text(b)).then_some(Ty::Bool)
            }
            (Call::ToInt, [ty]) => (ty.is_number() || text(ty)).then_some(Ty::Int),
            (Call::ToDouble, [ty]) => (ty.is_number() || text(ty)).then_some(Ty::Double),
            (Call::ToString, [ty]) => (ty.is_number() || text(ty)).then_some(Ty::Str),
            (Call::Substring, [a, rest @ ..]) if target.is_some() && matches!(rest.len(), 1 | 2) => {
                (text(a) && rest.iter().all(|ty| *ty == Ty::Int)).then_some(Ty::Str)
            }
            _ => None,
        };
        match fits {
            Some(ty) => {
                let first = Box::new(typed.remove(0).0);
                (Node::Call(call, first, typed.into_iter().map(|(n, _)| n).collect()), ty)
            }
            None => self.wrong(format!("`{name}` is not used so: {}", usage(call))),
        }
    }

    fn count_of(&mut self, args: &[IdedExpr]) -> Typed {
        let Some((kind, field)) = self.kind_and_ref("count_of", args) else { return (Node::Null, Ty::Int) };
        if self.env.kinds[kind].fields[field].refers != Some(self.env.kind.index) {
            let (kind, field) = (&self.env.kinds[kind].key, &self.env.kinds[kind].fields[field].key);
            return self.wrong(format!("count_of: `{kind}.{field}` does not refer to `{}`", self.env.kind.key));
        }
        (Node::CountOf(kind, field), Ty::Int)
    }

    fn siblings(&mut self, args: &[IdedExpr]) -> Typed {
        let Some((kind, field)) = self.kind_and_ref("siblings", args) else { return (Node::Null, Ty::Null) };
        let of = &self.env.kinds[kind];
        let key = &of.fields[field].key;
        match self.env.kind.field_index(key).filter(|&own| self.env.kind.fields[own].refers == of.fields[field].refers)
        {
            Some(own) => {
                self.uses.push(own);
                (Node::Siblings(kind, field, own), Ty::List(Box::new(Ty::Record(kind))))
            }
            None => {
                self.wrong(format!("siblings: `{}` has no reference `{key}` of its own to share", self.env.kind.key))
            }
        }
    }

    fn kind_and_ref(&mut self, name: &str, args: &[IdedExpr]) -> Option<(usize, usize)> {
        let text = |a: &IdedExpr| match &a.expr {
            Ast::Literal(LiteralValue::String(s)) => Some(s.inner().to_string()),
            _ => None,
        };
        let [kind, field] = args else {
            self.wrong(format!("`{name}` is written {name}(\"kind\", \"reference field\")"));
            return None;
        };
        let (Some(kind), Some(field)) = (text(kind), text(field)) else {
            self.wrong(format!("`{name}` is written {name}(\"kind\", \"reference field\")"));
            return None;
        };
        self.asks_world = true;
        let Some(of) = self.env.kinds.iter().find(|k| k.key == kind) else {
            let near = closest(&kind, self.env.kinds.iter().map(|k| k.key.as_str()));
            self.wrong(format!("{name}: there is no kind `{kind}`{near}"));
            return None;
        };
        if let Some(index) = of.field_index(&field).filter(|&i| of.fields[i].refers.is_some()) {
            Some((of.index, index))
        } else {
            let refs = of.fields.iter().filter(|f| f.refers.is_some()).map(|f| f.key.as_str());
            let near = closest(&field, refs);
            self.wrong(format!("{name}: `{field}` is no reference field of `{kind}`{near}"));
            None
        }
    }

    /// `all` and `exists` arrive spelled out as loops; they are known by their step.
    fn over_list(&mut self, loop_: &ComprehensionExpr) -> Typed {
        use cel::common::ast::operators as ops;
        let start = match &loop_.accu_init.expr {
            Ast::Literal(LiteralValue::Boolean(b)) => Some(*b.inner()),
            _ => None,
        };
        let step = match &loop_.loop_step.expr {
            Ast::Call(call) if call.args.len() == 2 => Some((call.func_name.as_str(), &call.args[1])),
            _ => None,
        };
        let (all, test) = match (start, step) {
            (Some(true), Some((ops::LOGICAL_AND, test))) => (true, test),
            (Some(false), Some((ops::LOGICAL_OR, test))) => (false, test),
            _ => return self.wrong("only `all` and `exists` go over lists here".into()),
        };
        let (list, ty) = self.node(&loop_.iter_range);
        let Ty::List(of) = ty else {
            return self.wrong(format!("`all` and `exists` need a list, not {ty}"));
        };
        self.vars.push((loop_.iter_var.clone(), *of));
        let test = Box::new(self.bool(test, if all { "all" } else { "exists" }));
        self.vars.pop();
        (if all { Node::All(Box::new(list), test) } else { Node::Exists(Box::new(list), test) }, Ty::Bool)
    }
}

fn operator(name: &str) -> Option<(Op, &'static str)> {
    use cel::common::ast::operators as ops;
    Some(match name {
        ops::EQUALS => (Op::Eq, "=="),
        ops::NOT_EQUALS => (Op::Ne, "!="),
        ops::LESS => (Op::Lt, "<"),
        ops::LESS_EQUALS => (Op::Le, "<="),
        ops::GREATER => (Op::Gt, ">"),
        ops::GREATER_EQUALS => (Op::Ge, ">="),
        ops::ADD => (Op::Add, "+"),
        ops::SUBSTRACT => (Op::Sub, "-"),
        ops::MULTIPLY => (Op::Mul, "*"),
        ops::DIVIDE => (Op::Div, "/"),
        ops::MODULO => (Op::Rem, "%"),
        _ => return None,
    })
}

const fn usage(call: Call) -> &'static str {
    match call {
        Call::Size => "size(text or list)",
        Call::StartsWith => "text.startsWith(\"…\")",
        Call::EndsWith => "text.endsWith(\"…\")",
        Call::Contains => "text.contains(\"…\")",
        Call::ToInt => "int(number or text)",
        Call::ToDouble => "double(number or text)",
        Call::ToString => "string(number or text)",
        Call::Substring => "text.substring(from, to)",
    }
}

/// The type both may be compared as, if there is one.
fn join(a: &Ty, b: &Ty) -> Option<Ty> {
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (Ty::Null, other) | (other, Ty::Null) => Some(other.clone()),
        (Ty::Int, Ty::Double) | (Ty::Double, Ty::Int) => Some(Ty::Double),
        (Ty::List(a), Ty::List(b)) => join(a, b).map(|of| Ty::List(Box::new(of))),
        _ => None,
    }
}

/// The type of a field; `index` is its place in the kind, `None` for a column.
fn type_of(field: &Field, kind: usize, index: Option<usize>) -> Ty {
    match field.ty {
        FieldType::Integer | FieldType::Year | FieldType::Ref | FieldType::Unit => Ty::Int,
        FieldType::Decimal => Ty::Double,
        FieldType::Bool => Ty::Bool,
        FieldType::Date => Ty::Date,
        FieldType::Codes => Ty::List(Box::new(Ty::Str)),
        FieldType::Rows => Ty::List(Box::new(Ty::Row(kind, index.unwrap_or_default()))),
        _ => Ty::Str,
    }
}
