//! `bool`: yes or no, as forms tick it and sheets write it.

use super::Read;
use crate::spec::value::Value;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    let yes = match crate::text::fold(text).as_str() {
        "co" | "x" | "1" | "true" | "yes" | "y" | "on" | "dung" | "v" | "✓" | "✔" | "√" | "☑" => true,
        "khong" | "0" | "false" | "no" | "n" | "off" | "sai" | "ko" | "☐" => false,
        _ => return Err("Ghi «Có» hoặc «Không» (hoặc x, 1, 0).".into()),
    };
    Ok(Read::plain(Value::Bool(yes)))
}

pub(super) const fn show(yes: bool) -> &'static str {
    if yes { "Có" } else { "Không" }
}
