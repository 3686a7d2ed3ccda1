//! Why a file can't be read, and the sentence that tells a person what to do about it. Must never
//! carry the text of a cell: what is said here may be logged.

use super::limits::Limits;
use crate::codec;
use crate::error::{Error, Result};

macro_rules! whys {
    ($($(#[$doc:meta])* $name:ident = $byte:literal,)*) => {
        /// What is wrong with the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Why { $($(#[$doc])* $name = $byte,)* }

        impl Why {
            fn from_byte(byte: u8) -> Option<Self> {
                match byte { $($byte => Some(Self::$name),)* _ => None }
            }
        }
    };
}

whys! {
    /// No bytes, or no sheet with anything in it.
    Empty = 1,
    /// Encrypted.
    Password = 2,
    /// It says it is a spreadsheet, but can't be read to the end.
    Damaged = 3,
    /// An .xlsb.
    BinaryWorkbook = 4,
    /// A web page or XML named .xls.
    WebPage = 5,
    /// A Word document.
    Word = 6,
    /// A PDF.
    Pdf = 7,
    /// A picture.
    Picture = 8,
    /// A packed file with no workbook in it.
    Archive = 9,
    /// Anything else.
    Unknown = 10,
    /// A csv that is not Unicode.
    Encoding = 11,
    /// A csv with a quote that is never closed.
    Quote = 12,
    /// An .xls older than Excel 97.
    OldWorkbook = 13,
    /// A formula's error of an unknown sort: its cell can't be told.
    CellError = 14,
    /// `Limits::file_bytes`.
    FileBytes = 20,
    /// `Limits::unpacked_bytes`, `shared_bytes`.
    UnpackedBytes = 21,
    /// `Limits::entries`.
    Entries = 22,
    /// `Limits::sheets`.
    Sheets = 23,
    /// `Limits::rows`.
    Rows = 24,
    /// `Limits::columns`.
    Columns = 25,
    /// `Limits::cells`.
    Cells = 26,
    /// `Limits::cell_chars`.
    CellChars = 27,
    /// `Limits::row_bytes`.
    RowBytes = 28,
    /// `Limits::memory_bytes`, or the child was stopped from outside.
    Memory = 29,
    /// `Limits::cpu_s`.
    Time = 30,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub why: Why,
    /// The sheet, or "".
    pub sheet: String,
    /// Address of a cell, or number of a row or line, or "".
    pub place: String,
}

impl Trouble {
    /// With the whole file.
    pub fn new(why: Why) -> Self {
        Self { why, sheet: String::new(), place: String::new() }
    }

    /// At a cell, row or line.
    pub fn at(why: Why, sheet: &str, place: impl ToString) -> Self {
        Self { why, sheet: sheet.to_owned(), place: place.to_string() }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.push(self.why as u8);
        codec::put_str(out, &self.sheet);
        codec::put_str(out, &self.place);
    }

    pub(super) fn get(reader: &mut codec::Reader<'_>) -> Result<Self> {
        let why = Why::from_byte(reader.byte()?).ok_or_else(|| Error::damaged("unknown trouble"))?;
        Ok(Self { why, sheet: reader.str()?.to_owned(), place: reader.str()?.to_owned() })
    }

    /// For the person: what happened, where, what to do.
    pub fn sentence(&self, limits: &Limits) -> String {
        let place = &self.place;
        let sheet =
            if self.sheet.is_empty() { String::new() } else { format!(" của trang tính «{}»", self.sheet) };
        match self.why {
            Why::Empty => "Tệp không có dữ liệu nào. Thầy/cô kiểm tra lại đã chọn đúng tệp và đã lưu tệp chưa.".into(),
            Why::Password => "Tệp được đặt mật khẩu nên không đọc được. Thầy/cô mở tệp bằng Excel, vào Tệp → Thông tin → Bảo vệ sổ làm việc → Mã hóa bằng mật khẩu, xóa mật khẩu rồi lưu và gửi lại.".into(),
            Why::Damaged => format!(
                "Tệp bị hỏng hoặc chưa tải xong{}. Thầy/cô mở tệp bằng Excel, chọn Lưu thành dạng Excel Workbook (.xlsx) rồi gửi lại.",
                if place.is_empty() { sheet } else { format!(" (đọc đến dòng {place}{sheet} thì dừng)") }
            ),
            Why::BinaryWorkbook => "Tệp ở dạng Excel nhị phân (.xlsb), hệ thống không đọc dạng này. Thầy/cô mở tệp bằng Excel, chọn Lưu thành dạng Excel Workbook (.xlsx) rồi gửi lại.".into(),
            Why::OldWorkbook => "Tệp ở dạng Excel quá cũ (trước Excel 97). Thầy/cô mở tệp bằng Excel, chọn Lưu thành dạng Excel Workbook (.xlsx) rồi gửi lại.".into(),
            Why::WebPage => "Tệp là trang web hoặc XML mang tên bảng tính. Thầy/cô mở tệp bằng Excel, chọn Lưu thành dạng Excel Workbook (.xlsx) rồi gửi lại.".into(),
            Why::Word => "Tệp là văn bản Word, không phải bảng tính. Thầy/cô chép bảng sang Excel, lưu dạng .xlsx rồi gửi lại.".into(),
            Why::Pdf => "Tệp là PDF, không phải bảng tính. Thầy/cô gửi tệp Excel (.xlsx) hoặc CSV gốc.".into(),
            Why::Picture => "Tệp là ảnh, không phải bảng tính. Thầy/cô gửi tệp Excel (.xlsx) hoặc CSV gốc.".into(),
            Why::Archive => "Tệp là tệp nén, bên trong không phải một bảng tính. Thầy/cô giải nén rồi gửi từng tệp Excel (.xlsx).".into(),
            Why::Unknown => "Tệp không phải bảng tính. Hệ thống đọc được .xlsx, .xls, .ods và .csv. Thầy/cô chọn lại tệp.".into(),
            Why::Encoding => format!(
                "Tệp CSV không dùng bảng mã Unicode (thấy ở dòng {place}), chữ tiếng Việt sẽ bị sai. Thầy/cô mở tệp gốc bằng Excel, chọn Lưu thành dạng «CSV UTF-8» hoặc .xlsx rồi gửi lại."
            ),
            Why::Quote => format!(
                "Tệp CSV thiếu dấu nháy kép đóng (\") từ dòng {place}, các dòng sau bị dính vào nhau. Thầy/cô sửa ô đó rồi gửi lại."
            ),
            Why::CellError => format!(
                "Từ dòng {place}{sheet} có ô lỗi công thức (bắt đầu bằng #) không đọc được. Thầy/cô tìm ô có dấu # gần đó, sửa hoặc xóa rồi gửi lại."
            ),
            Why::FileBytes => format!("Tệp lớn hơn {} MB. Thầy/cô xóa ảnh và các trang tính không cần, hoặc chia thành nhiều tệp rồi gửi lại.", limits.file_bytes >> 20),
            Why::UnpackedBytes => "Tệp giải nén ra quá lớn. Thường do cả nghìn dòng trống còn định dạng: thầy/cô chép riêng phần có dữ liệu sang tệp mới rồi gửi lại.".into(),
            Why::Entries => format!("Tệp có hơn {} thành phần bên trong. Thầy/cô chép riêng phần có dữ liệu sang tệp mới rồi gửi lại.", limits.entries),
            Why::Sheets => format!("Tệp có hơn {} trang tính. Thầy/cô chia thành nhiều tệp rồi gửi lại.", limits.sheets),
            Why::Rows => format!(
                "Ô {place}{sheet} nằm quá dòng {}. Nếu ô đó thừa, thầy/cô xóa các dòng cuối; nếu không, chia thành nhiều tệp rồi gửi lại.", limits.rows
            ),
            Why::Columns => format!(
                "Ô {place}{sheet} nằm quá cột thứ {}. Thầy/cô xóa các cột thừa bên phải rồi gửi lại.", limits.columns
            ),
            Why::Cells => format!("Tệp có hơn {} ô có dữ liệu. Thầy/cô chia thành nhiều tệp rồi gửi lại.", limits.cells),
            Why::CellChars => format!("Ô {place}{sheet} dài hơn {} ký tự. Thầy/cô rút ngắn nội dung ô đó rồi gửi lại.", limits.cell_chars),
            Why::RowBytes => format!("Dòng {place}{sheet} có quá nhiều chữ. Thầy/cô rút ngắn dòng đó rồi gửi lại."),
            Why::Memory => "Tệp cần quá nhiều bộ nhớ để đọc. Thầy/cô chép riêng phần có dữ liệu sang tệp mới (.xlsx) rồi gửi lại.".into(),
            Why::Time => "Đọc tệp mất quá lâu nên đã dừng. Thầy/cô chép riêng phần có dữ liệu sang tệp mới (.xlsx), hoặc chia thành nhiều tệp rồi gửi lại.".into(),
        }
    }

    /// As the error of a request.
    pub fn into_error(self, limits: &Limits) -> Error {
        Error::Bad(self.sentence(limits))
    }
}
