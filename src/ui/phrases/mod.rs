//! What the features' pages say, one file for each part of the program; [`super::words`] gives them all
//! under one name and holds the words of the frame, forms and errors.
//!
//! # One voice
//!
//! A kind colleague at the next desk, who respects the reader's time.
//!
//! - **Whom**: the reader is «thầy/cô», never «bạn» or «người dùng»; the program does not call itself
//!   anything. The subject is left out where Vietnamese leaves it out: «Đã lưu hồ sơ.»
//! - **Buttons and links** begin with the verb and name the thing: «Thêm người học», «Xem danh sách». No
//!   «Click», «OK», «Submit». One act, one word, everywhere: Thêm, Sửa, Lưu, Xem, Lọc, Tìm, In, Tải về.
//! - **Headings and labels** are nouns without a full stop; sentences end with one.
//! - **A refusal** says what happened, where, what to do, and who can help, in that order, and whether
//!   anything was saved. It never blames: «chưa đúng», not «sai»; «Thầy/cô nhập lại», not «không hợp lệ».
//! - **Words** are those of the glossary: «người học», «đơn vị», «hồ sơ». No English where Vietnamese
//!   has a word; no abbreviation the reader does not write on paper (Sở GDĐT, UBND, THCS stay).
//! - **Dates** are 05/09/2026, school years 2026–2027, figures 1.234,5. Quotation marks are «».
//! - Names of fields, codes and kinds are never written here: they come from the schema.

macro_rules! phrases {
    ($($name:ident = $text:literal;)*) => { $(
        #[expect(missing_docs, reason = "the sentence says it")]
        pub const $name: &str = $text;
    )* };
}

mod accounts;
mod api;
mod backup;
mod figures;
mod health;
mod help;
mod home;
mod mail;
mod outage;
mod own_account;
mod records;
mod reforms;
mod search;
mod setup;
mod units;

pub use accounts::*;
pub use api::*;
pub use backup::*;
pub use figures::*;
pub use health::*;
pub use help::*;
pub use home::*;
pub use mail::*;
pub use outage::*;
pub use own_account::*;
pub use records::*;
pub use reforms::*;
pub use search::*;
pub use setup::*;
pub use units::*;

phrases! {
    SYSTEM = "CSDL giáo dục";
    NAV_PUPILS = "Người học";
    NAV_CLASSES = "Lớp";
    NAV_STAFF = "Nhân sự";
    NAV_ALL_KINDS = "Các loại hồ sơ";
    NAV_UNITS = "Đơn vị";
    NAV_ACCOUNTS = "Tài khoản";
}
