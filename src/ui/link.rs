//! Building addresses inside the program. Every value put into a query is escaped here; nothing else
//! joins strings into addresses. Nothing personal belongs in one: addresses end up in logs.

use std::fmt;

/// An address with query parameters, `/tim?q=an&trang=2`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Link {
    text: String,
    has_query: bool,
}

impl Link {
    /// A path inside the program, with its leading slash.
    pub fn to(path: impl Into<String>) -> Self {
        let text = path.into();
        let has_query = text.contains('?');
        Self { text, has_query }
    }

    /// With one more parameter; an empty value is left out.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if value.is_empty() {
            return self;
        }
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        escape_into(&mut self.text, key);
        self.text.push('=');
        escape_into(&mut self.text, &value);
        self
    }

    /// With all of these parameters.
    #[must_use]
    pub fn with_all<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (key, value) in pairs {
            self = self.with(key, value);
        }
        self
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.text
    }
}

/// One component of an address, percent-escaped (everything but letters, digits and `-._~`).
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

fn escape_into(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// Whether `next` is an address inside this program that may be redirected to: one leading slash, no
/// second one (`//evil`), no backslash, no control character.
pub fn is_inside(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 1024
        && !next.chars().any(|c| c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped_and_empty_ones_left_out() {
        let link = Link::to("/search").with("q", "Nguyễn & Đỗ").with("kind", "").with("page", 2);
        assert_eq!(link.to_string(), "/search?q=Nguy%E1%BB%85n%20%26%20%C4%90%E1%BB%97&page=2");
        assert_eq!(Link::to("/a?b=1").with("c", 2).to_string(), "/a?b=1&c=2");
    }

    #[test]
    fn only_addresses_of_this_program_are_inside() {
        for good in ["/", "/records/pupil/5?tab=1", "/search?q=a%2F%2Fb"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in ["", "x", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "javascript:x"] {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
