//! The page «Sao lưu & khôi phục»: for a person who is not a programmer, what is protected, what is not,
//! and what to do next; the challenge that proves a key; the register of media; the recovery sheet.

mod followers;
mod lost;
mod page;
mod pull;
mod sheet;

pub(crate) use page::standing;

pub use lost::notice as lost_notice;

use crate::app::App;
use crate::http::Routes;

/// The routes.
pub fn routes() -> Routes<App> {
    Routes::new()
        .get("/backup", page::page)
        .post("/backup/now", page::now)
        .post("/backup/challenge", page::challenge)
        .post("/backup/answer", page::answer)
        .post("/backup/media", page::register)
        .post("/backup/followers", followers::add)
        .post("/backup/followers/withdraw", followers::withdraw)
        .post("/follow/offer", pull::offer)
        .post("/follow/piece", pull::piece)
        .post("/backup/lost/seen", lost::seen)
        .get("/backup/sheet", sheet::page)
}
