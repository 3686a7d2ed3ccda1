//! What the API says to programs.

phrases! {
    JSON_WRONG_TYPE = "Nội dung gửi lên cần là JSON (Content-Type: application/json).";
    JSON_CUT = "Nội dung JSON bị cắt giữa chừng. Hãy gửi lại.";
    BAD_KEY = "Idempotency-Key cần là một đoạn 1–128 ký tự ASCII không dấu cách, chỉ gửi một lần.";
    BAD_CHANGES_START = "Tham số after lớn hơn số của thay đổi mới nhất. Có thể kho đã được khôi phục từ bản sao lưu: hãy đọc lại từ đầu (after=0).";
    NO_SUCH_FIELD_VALUE = "Giá trị này không đọc được: cần chữ, số, đúng/sai, danh sách mã hoặc bảng.";
}

/// A JSON body that can't be read.
pub fn json_wrong(line: usize, column: usize, why: &str) -> String {
    format!("Nội dung JSON không đọc được ở dòng {line}, cột {column}: {why}")
}

/// A query parameter that can't be read.
pub fn bad_parameter(name: &str, wanted: &str) -> String {
    format!("Tham số {name} không đọc được: cần {wanted}.")
}
