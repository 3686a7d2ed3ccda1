//! What a data officer is told about a slip of the pen: file, line, and what to do.

use super::*;

const FIELD: &str = "[[field]]\nkey = \"x1\"\nlabel = \"X\"\nsection = \"identity\"\n";

/// A small specification, since the whole one takes long to read a hundred times.
fn small() -> Files {
    const HEAD: &str = "group = \"learners\"\nplace = \"unit_year\"\ntitle = [\"full_name\"]\norder = \"full_name\"\nlist = [\"full_name\"]\n\
        [[section]]\nkey = \"identity\"\nlabel = \"Chung\"\n";
    let field = |key: &str, rest: &str| {
        format!("[[field]]\nkey = \"{key}\"\nlabel = \"{key}\"\nsection = \"identity\"\n{rest}\n")
    };
    let kind = |key: &str, fields: &str| {
        let name = field("full_name", "type = \"person_name\"");
        format!("key = \"{key}\"\nlabel = \"{key}\"\nplural = \"{key}\"\n{HEAD}{name}{fields}")
    };
    let sex = field("sex", "type = \"code\"\ncodes = \"sex\"");
    let pupil = sex + &field("birth_date", "type = \"date\"") + &field("disabled", "type = \"bool\"");
    let enrolment =
        field("pupil", "type = \"ref\"\nref = \"pupil\"") + &field("class", "type = \"ref\"\nref = \"class\"");
    let mut files = Files::default();
    let mut add = |path: &str, text: String| files.add(path, path.into(), Cow::Owned(text), false);
    add("spec.toml", "name = \"Nhỏ\"\nversion = \"1\"".into());
    add("units.toml", include_str!("../../../data-spec/units.toml").into());
    add(
        "codes/lists.toml",
        "[sex]\nlabel = \"S\"\nsource = \"S\"\n[ethnicity]\nlabel = \"E\"\nsource = \"E\"\n".into(),
    );
    add("codes/sex.csv", include_str!("../../../data-spec/codes/sex.csv").into());
    add("codes/ethnicity.csv", include_str!("../../../data-spec/codes/ethnicity.csv").into());
    add("kinds/pupil.toml", kind("pupil", &pupil));
    add("kinds/class.toml", kind("class", ""));
    add("kinds/enrolment.toml", kind("enrolment", &enrolment));
    files
}

/// What is said of a file laid on top of it.
fn said(path: &str, text: &str) -> Vec<String> {
    let mut files = small();
    files.add(path, format!("own/{path}"), Cow::Owned(text.to_string()), true);
    match Spec::from_files(files) {
        Ok(_) => Vec::new(),
        Err(Error::Spec(lines)) => lines,
        Err(other) => panic!("{other}"),
    }
}

/// A field of `pupil` with these further lines.
fn field(lines: &str) -> Vec<String> {
    said("kinds/pupil.toml", &format!("{FIELD}{lines}\n"))
}

#[test]
fn each_mistake_in_a_field_is_named() {
    let at = |line: usize, what: &str| format!("own/kinds/pupil.toml:{line}: {what}");
    let table: &[(&str, &[(usize, &str)])] = &[
        ("type = \"txt\"", &[(5, "there is no type `txt`: did you mean `text`?")]),
        ("type = 3", &[(5, "`type` must be text in quotes, not this whole number")]),
        ("typ = \"text\"", &[(1, "`type` is missing"), (5, "`typ` is no key here: did you mean `type`?")]),
        ("type = \"code\"", &[(1, "`codes` is missing: the code list")]),
        (
            "type = \"code\"\ncodes = \"etnicity\"",
            &[(6, "there is no code list `etnicity`: did you mean `ethnicity`?")],
        ),
        ("type = \"ref\"\nref = \"pupill\"", &[(6, "there is no kind `pupill`: did you mean `pupil`?")]),
        ("type = \"ref\"", &[(1, "`ref` is missing: the kind it refers to")]),
        (
            "type = \"text\"\nlength = 0",
            &[(6, "`length` must be a whole number from 1 to 100000, not this whole number")],
        ),
        ("type = \"text\"\nmin = 1", &[(6, "`min` is only for numbers, not for text")]),
        ("type = \"integer\"\nmin = 5\nmax = 1", &[(7, "`max` is smaller than `min`")]),
        (
            "type = \"text\"\npattern = \"^[0-9$\"\npattern_hint = \"số\"",
            &[(6, "the pattern can't be read: unclosed character class")],
        ),
        (
            "type = \"text\"\npattern = \"[0-9]+\"\npattern_hint = \"số\"",
            &[(6, "a pattern must begin with ^ and end with $, so that it speaks of the whole text")],
        ),
        (
            "type = \"text\"\npattern = \"^(a{500}){500}$\"\npattern_hint = \"số\"",
            &[(6, "the pattern is too big: use smaller repetitions")],
        ),
        (
            "type = \"text\"\npattern = \"^a$\"",
            &[(6, "`pattern_hint` is missing: what a person is told when the pattern fails")],
        ),
        (
            "type = \"text\"\nlevels = [\"TH\", \"THSC\"]",
            &[(6, "there is no level `THSC`: the levels are MN TH THCS THPT GDTX")],
        ),
        ("type = \"text\"\nfrom_year = 2025\nuntil_year = 2020", &[(7, "`until_year` lies before `from_year`")]),
        ("type = \"text\"\nunique = \"school\"", &[(6, "`unique` must be province, unit or unit_year, not `school`")]),
        ("type = \"text\"\nrequired = \"yes\"", &[(6, "`required` must be true or false, not text")]),
        ("type = \"rows\"", &[(1, "a rows field needs [[field.column]]")]),
        (
            "type = \"text\"\nrequired = true\nrequired_if = \"true\"",
            &[(7, "`required` and `required_if` exclude one another")],
        ),
    ];
    for (lines, expected) in table {
        let expected: Vec<String> = expected.iter().map(|(line, what)| at(*line, what)).collect();
        assert_eq!(field(lines), expected, "{lines}");
    }
}

#[test]
fn each_mistake_in_a_condition_is_named() {
    let table = [
        ("sexx == '01'", "`sexx` is no field of `pupil`: did you mean `sex`?"),
        ("sex == 1", "`==` between text and a whole number is never right"),
        ("sex in ['01', 2]", "a list can't mix text and a whole number"),
        ("sex", "a condition must be true or false, this one is text"),
        ("birth_date < birth_date", "two dates are compared by their days: `a.days < b.days`"),
        ("birth_date.weekday == 1", "a date has year, month, day and days, not `weekday`"),
        ("record.unit_tipe == 'so'", "`record` has no `unit_tipe`: did you mean `unit_type`?"),
        ("sex.matches('0.')", "there is no `matches` here"),
        ("has(record.year)", "`has(…)` is not used here: write `year != null`"),
        ("sex_rec.name == 'x'", "`sex_rec`: `sex` does not refer to a record"),
        ("count_of('enrolment', 'class') > 0", "count_of: `enrolment.class` does not refer to `pupil`"),
        ("count_of('enrollment', 'pupil') > 0", "count_of: there is no kind `enrollment`: did you mean `enrolment`?"),
        ("size(1) > 0", "`size` is not used so: size(text or list)"),
        ("disabled && sex", "`&&` needs true or false, not text"),
        ("[1, 2].map(x, x * 2) == [2, 4]", "only `all` and `exists` go over lists here"),
        ("{'a': 1}.a == 1", "`{…}` is not used in conditions"),
        ("full_name + 1 == 'x'", "`+` between text and a whole number is never right"),
    ];
    for (condition, expected) in table {
        let said = field(&format!("type = \"text\"\nrequired_if = \"{condition}\""));
        assert_eq!(said, [format!("own/kinds/pupil.toml:6: {expected}")], "{condition}");
    }
    let broken = field("type = \"text\"\nrequired_if = \"sex == \"");
    assert!(
        broken.len() == 1 && broken[0].starts_with("own/kinds/pupil.toml:6: the condition can't be read at character "),
        "{broken:?}"
    );
    let wide = [
        "(".repeat(200),
        "!".repeat(3000),
        "1+".repeat(900) + "1 > 0",
        "[".repeat(30) + &"]".repeat(30),
        "sex".to_string() + &".a".repeat(199),
        "sex".to_string() + &"['a']".repeat(300),
    ];
    for wide in wide {
        assert!(!field(&format!("type = \"text\"\nrequired_if = \"{wide}\"")).is_empty(), "{wide}");
    }
    assert_eq!(field(&format!("type = \"text\"\nrequired_if = \"{}1 > 0\"", "1+".repeat(70))), Vec::<String>::new());
    for deep in [
        "!".repeat(249) + "yes",
        "-".repeat(248) + "1 > 0",
        "sex".to_string() + &"['a']".repeat(249),
        "sex".to_string() + &".a".repeat(249),
    ] {
        field(&format!("type = \"text\"\nrequired_if = \"{deep}\""));
    }
}

#[test]
fn each_mistake_elsewhere_is_named() {
    const HEADER: &str = "code,name,valid_from,valid_to,levels,maps_2025,extra\n";
    const RULE: &str = "[[rule]]\nid = \"r1\"\nkind = \"pupil\"\nseverity = \"error\"\nfields = [\"sex\"]\nneeds = [\"sex\"]\ncheck = \"sex == '01'\"\n";
    const SHEET: &str =
        "key = \"s1\"\nlabel = \"S\"\nrow_is = \"pupil\"\nkinds = [\"pupil\"]\n[[column]]\nkey = \"A\"\n";
    let table: &[(&str, String, &str)] = &[
        (
            "kinds/pupil.toml",
            "title = [\"full_nam\"]".into(),
            "1: there is no field `full_nam`: did you mean `full_name`?",
        ),
        ("kinds/pupil.toml", "group = \"learner\"".into(), "1: there is no group `learner`: did you mean `learners`?"),
        ("kinds/pupil.toml", "key = \"learner\"".into(), "1: `key` must be the name of the file, `pupil`"),
        ("kinds/pupil.toml", "label = \"x".into(), "1: invalid basic string, expected `\"`"),
        ("kinds/pupil.toml", "label = \"a\"\nlabel = \"b\"".into(), "2: duplicate key"),
        (
            "codes/sex.csv",
            "code;name\n".into(),
            "1: the first line must be code,name,valid_from,valid_to,levels,maps_2025,extra or code,name,valid_from,valid_to,parent",
        ),
        (
            "codes/sex.csv",
            format!("{HEADER}03,Khác,01/7/2025,,,,\n"),
            "2: `valid_from` must be a day like 2025-07-01, not `01/7/2025`",
        ),
        ("codes/sex.csv", format!("{HEADER}03,Khác\n"), "2: 2 values where the header has 7"),
        (
            "codes/sex.csv",
            format!("{HEADER}03,Khác,,,,,\n03,Nữa,,,,,\n"),
            "3: code `03` stands here twice for the same time",
        ),
        ("codes/sex.csv", format!("{HEADER}03,,,,XX,,\n"), "2: the name of code `03` is empty"),
        (
            "codes/new.csv",
            format!("{HEADER}03,Khác,,,,,\n"),
            "1: the list `new` has no table [new] in codes/lists.toml",
        ),
        ("codes/lists.toml", "[new]\nlabel = \"N\"\nsource = \"S\"".into(), "1: the file codes/new.csv is missing"),
        (
            "units.toml",
            "[[type]]\nkey = \"x\"\nlabel = \"X\"\nplural = \"X\"\nshort = \"X\"\nmay_stand_under = [\"xaa\"]".into(),
            "6: there is no unit type `xaa`: did you mean `xa`?",
        ),
        (
            "fields-of-duty.toml",
            "[[duty]]\nkey = \"a\"\nlabel = \"A\"\noffice = \"A\"\nkinds = [\"clas\"]".into(),
            "5: there is no kind `clas`: did you mean `class`?",
        ),
        (
            "rules/x.toml",
            format!("{RULE}message = \"Sai {{2}}.\""),
            "8: the message shows {2}, but `needs` names 1 field(s)",
        ),
        ("rules/x.toml", format!("{RULE}mesage = \"Sai.\""), "8: `mesage` is no key here: did you mean `message`?"),
        (
            "rules/x.toml",
            RULE.replace("fields = [\"sex\"]", "fields = [\"sez\"]") + "message = \"Sai.\"",
            "5: `pupil` has no field `sez`: did you mean `sex`?",
        ),
        (
            "sheets/x.toml",
            format!("{SHEET}to = \"pupil.fullname\""),
            "7: `pupil` has no field `fullname`: did you mean `full_name`?",
        ),
        ("sheets/x.toml", format!("{SHEET}to = \"unit.nam\""), "7: a unit has no `nam`: did you mean `name`?"),
        (
            "sheets/x.toml",
            format!("{SHEET}to = \"pupil.sex\"\ncodes = {{ \"1\" = \"77\" }}"),
            "8: `77` is no code of the field's list",
        ),
        ("notes.toml", "a = 1".into(), "1: no such file belongs to a specification: see data-spec/README.md"),
    ];
    for (path, text, expected) in table {
        let said = said(path, text);
        let expected = format!("own/{path}:{expected}");
        assert!(said.contains(&expected), "{path}\n{text}\nexpected {expected}\nsaid {said:#?}");
    }
}

#[test]
fn all_mistakes_come_at_once_in_order() {
    let text = format!("{FIELD}type = \"txt\"\n{}type = \"code\"\n", FIELD.replace("x1", "x2"));
    let said = said("kinds/pupil.toml", &text);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("own/kinds/pupil.toml:5:") && said[1].starts_with("own/kinds/pupil.toml:6:"));
}
