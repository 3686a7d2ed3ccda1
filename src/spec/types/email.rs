//! `email`: one address, in small letters after the @.

use super::Read;
use crate::spec::value::Value;

pub(super) fn parse(text: &str) -> Result<Read, String> {
    let text = text.trim_start_matches("mailto:");
    let wrong = || "Thư điện tử có dạng ten@truong.edu.vn; mỗi ô một địa chỉ.".to_string();
    let (name, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let name_fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label_fits = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let name_ok = (1..=64).contains(&name.len())
        && name.chars().all(name_fits)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..");
    let domain_ok = domain.contains('.') && domain.split('.').all(label_fits);
    if !name_ok || !domain_ok {
        return Err(wrong());
    }
    Ok(Read::plain(Value::Text(format!("{name}@{}", domain.to_ascii_lowercase()))))
}
