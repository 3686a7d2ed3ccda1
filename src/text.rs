//! (being built)
/// stand-in
pub fn sort_key(s: &str) -> Vec<u8> { s.as_bytes().to_vec() }
