//! `ref` and `unit`: another record, a unit of the tree. `#number` is the thing itself (forms, files
//! we wrote); any other text is a code or a name, and is looked up among what the person may see.

use super::{Read, Reading};
use crate::spec::model::Field;
use crate::spec::value::Value;
use crate::spec::world::Found;

pub(super) fn parse(text: &str, field: &Field, reading: &Reading<'_>) -> Result<Read, String> {
    let kind = field.refers.unwrap_or_default();
    if let Some(number) = text.strip_prefix('#') {
        let id = number.parse().map_err(|_| format!("«{text}» không phải số hồ sơ."))?;
        return match reading.world.record(kind, id) {
            Some(_) => Ok(Read::plain(Value::Ref(id))),
            None => Err(format!("Không tìm thấy «{text}» trong phạm vi của thầy/cô.")),
        };
    }
    match reading.world.resolve(kind, text, reading.facts) {
        Found::One(id) => Ok(Read::plain(Value::Ref(id))),
        Found::None => Err(format!("Không tìm thấy «{text}» trong phạm vi của thầy/cô.")),
        Found::Many(n) => Err(format!("Có {n} hồ sơ «{text}»: ghi mã để biết là hồ sơ nào.")),
    }
}

pub(super) fn parse_unit(text: &str, reading: &Reading<'_>) -> Result<Read, String> {
    if let Some(number) = text.strip_prefix('#') {
        return number
            .parse()
            .map(|u| Read::plain(Value::Unit(u)))
            .map_err(|_| format!("«{text}» không phải số đơn vị."));
    }
    let unit = reading.world.resolve_unit(text);
    unit.map(|u| Read::plain(Value::Unit(u))).ok_or_else(|| format!("Không tìm thấy đơn vị «{text}»: ghi mã đơn vị."))
}
