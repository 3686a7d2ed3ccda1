//! The pages of units, as each role sees them.

use crate::support::{LOGINS, Province};

#[test]
fn everybody_signs_in_and_sees_the_first_page() {
    let p = Province::new();
    for (login, ..) in LOGINS {
        let cookie = p.sign_in(login);
        p.get(&cookie, "/account").is(200).says(login);
    }
    assert!(p.get("", "/account").is(303).location().starts_with("/login"));
}
