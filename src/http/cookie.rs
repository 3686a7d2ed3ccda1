//! The cookies: the session, and how large somebody wants the letters. Over TLS the session's name begins with `__Host-`, so that no other site of the domain can
//! set it; without TLS browsers refuse that prefix.

use crate::ui::Letters;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;

const PLAIN: &str = "session";
const SECURE: &str = "__Host-session";

/// The `Set-Cookie` value that starts a session. `token` is letters, digits, `-` and `_`; anything
/// else gives `None`. Without `max_age_s` the browser forgets it when it closes.
pub fn session_cookie(token: &str, secure: bool, max_age_s: Option<u32>) -> Option<HeaderValue> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if token.is_empty() || !token.bytes().all(fits) {
        return None;
    }
    let age = max_age_s.map_or(String::new(), |s| format!("; Max-Age={s}"));
    HeaderValue::from_str(&format!("{}={token}{}{age}", name(secure), attributes(secure))).ok()
}

/// The `Set-Cookie` value that ends it.
pub fn end_session_cookie(secure: bool) -> HeaderValue {
    HeaderValue::from_str(&format!("{}={}; Max-Age=0", name(secure), attributes(secure)))
        .unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token a request carries. Two cookies of that name are none: one of them was planted.
pub fn session_token(headers: &HeaderMap, secure: bool) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut found = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|part| part.trim().split_once('='))
        .filter_map(|(key, value)| (key == name(secure)).then_some(value));
    let token = found.next().filter(|token| !token.is_empty())?;
    found.next().is_none().then_some(token)
}

const LETTERS: &str = "letters";
/// A year.
const LETTERS_AGE_S: u32 = 31_536_000;

/// The `Set-Cookie` value that remembers how large the letters are.
pub fn letters_cookie(letters: Letters, secure: bool) -> Option<HeaderValue> {
    let text = format!("{LETTERS}={}{}; Max-Age={LETTERS_AGE_S}", letters.key(), attributes(secure));
    HeaderValue::from_str(&text).ok()
}

/// How large the letters are wanted.
pub fn letters_wanted(headers: &HeaderMap) -> Letters {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|part| part.trim().split_once('='));
    pairs.find(|(key, _)| *key == LETTERS).map_or(Letters::Normal, |(_, size)| Letters::from_key(size))
}

/// Whether a request carries a session of either name.
pub(super) fn has_session(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let names = [format!("{PLAIN}="), format!("{SECURE}=")];
    lines.any(|line| {
        let mut parts = line.split(|&b| b == b';').map(<[u8]>::trim_ascii);
        parts.any(|part| names.iter().any(|name| part.starts_with(name.as_bytes())))
    })
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

fn attributes(secure: bool) -> &'static str {
    if secure { "; Path=/; HttpOnly; SameSite=Lax; Secure" } else { "; Path=/; HttpOnly; SameSite=Lax" }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    fn carrying(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_session_goes_out_and_comes_back() {
        let set = session_cookie("Ab1-_", true, Some(36_000)).unwrap();
        assert_eq!(set, "__Host-session=Ab1-_; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=36000");
        assert_eq!(session_cookie("t", false, None).unwrap(), "session=t; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(end_session_cookie(false), "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(session_cookie("a;b", true, None).is_none() && session_cookie("", true, None).is_none());

        assert_eq!(session_token(&carrying(&["a=1; __Host-session=xyz; b=2"]), true), Some("xyz"));
        assert_eq!(session_token(&carrying(&["a=1", "session=xyz"]), false), Some("xyz"));
        // Over TLS a cookie without the prefix may come from another site of the domain.
        assert_eq!(session_token(&carrying(&["session=xyz"]), true), None);
        assert_eq!(session_token(&carrying(&["session=xyz; session=abc"]), false), None);
        assert_eq!(session_token(&carrying(&["session="]), false), None);
        assert!(has_session(&carrying(&["x=1;session=q"])) && has_session(&carrying(&["__Host-session=q"])));
        assert!(!has_session(&carrying(&["my-session=q"])));
    }
}
