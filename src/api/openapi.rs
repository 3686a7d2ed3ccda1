//! The OpenAPI 3.1 document, drawn from the table of operations and the spec's kinds. The same spec
//! gives the same document, to the last byte: a test keeps a copy.

use super::kinds::fields_schema;
use super::table::{OPERATIONS, Operation, Parameter};
use crate::http::KEY_MAX;
use crate::records::model::State;
use crate::spec::Spec;
use serde_json::{Map, Value, json};

/// The whole document.
pub fn document(spec: &Spec) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for op in OPERATIONS {
        let path = paths.entry(op.path).or_insert_with(|| json!({}));
        path[op.method.to_lowercase()] = operation(op);
    }
    let mut schemas = schemas();
    for kind in &spec.kinds {
        schemas.insert(format!("fields.{}", kind.key), fields_schema(spec, kind));
    }
    let any_fields: Vec<Value> = spec.kinds.iter().map(|k| reference(&format!("fields.{}", k.key))).collect();
    schemas.insert("Fields".into(), json!({ "description": "Các trường của loại hồ sơ ở địa chỉ. The fields of the kind in the path.", "anyOf": any_fields }));
    let kinds: Vec<Value> = spec.kinds.iter().map(|k| k.key.as_str().into()).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "csdlgd",
            "version": "1",
            "summary": "CSDL ngành giáo dục của một tỉnh. A province's education database.",
            "x-spec": spec.version,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Mã truy cập tạo ở trang Tài khoản của tôi. An access token, made on the page of one's account.",
            } },
            "parameters": {
                "kind": { "name": "kind", "in": "path", "required": true, "schema": { "type": "string", "enum": kinds } },
                "id": { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[0-9]+$" } },
                "list": { "name": "list", "in": "path", "required": true, "schema": { "type": "string" } },
                "key": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": false,
                    "description": "Gửi lại cùng yêu cầu với cùng khóa: nhận câu trả lời lần đầu, không lưu hai lần. The same request again with the same key gets the first answer and is not carried out twice.",
                    "schema": { "type": "string", "minLength": 1, "maxLength": KEY_MAX },
                },
            },
            "schemas": schemas,
        },
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn said(vi: &str, en: &str) -> String {
    format!("{vi} / {en}")
}

fn operation(op: &Operation) -> Value {
    let mut parameters: Vec<Value> = op
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect();
    parameters.extend(op.query.iter().map(parameter));
    if op.once {
        parameters.push(json!({ "$ref": "#/components/parameters/key" }));
    }
    let content = if op.answer.is_empty() {
        json!({ "text/html": {} })
    } else {
        json!({ "application/json": { "schema": reference(op.answer) } })
    };
    let mut responses = Map::new();
    responses.insert(op.status.to_string(), json!({ "description": "OK", "content": content }));
    let error = |status: u16| {
        let schema = if status == 409 { "Stale" } else { "Error" };
        json!({ "description": meaning(status), "content": { "application/json": { "schema": reference(schema) } } })
    };
    for status in op.refusals.iter().copied().chain(op.token.then_some(401)) {
        responses.insert(status.to_string(), error(status));
    }
    responses.insert("default".into(), error(500));
    let mut out = json!({
        "operationId": op.id,
        "summary": said(op.vi, op.en),
        "parameters": parameters,
        "responses": responses,
    });
    if !op.body.is_empty() {
        out["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": reference(op.body) } } });
    }
    if !op.token {
        out["security"] = json!([]);
    }
    out
}

fn parameter(p: &Parameter) -> Value {
    let one = json!({ "type": p.ty });
    let schema = if p.several { json!({ "type": "array", "items": one }) } else { one };
    json!({ "name": p.name, "in": "query", "required": false, "description": said(p.vi, p.en), "schema": schema })
}

/// What a refusal means, in both languages.
pub(super) fn meaning(status: u16) -> &'static str {
    match status {
        400 => "Tham số hoặc nội dung không đọc được. / A parameter or the body can't be read.",
        401 => "Thiếu mã truy cập, hoặc mã đã hết hạn, đã hủy. / No token, or it has ended.",
        403 => "Thấy được nhưng không được làm việc này. / It may be seen, but this may not be done.",
        404 => {
            "Không có, hoặc ngoài phạm vi: hai điều không bao giờ được phân biệt. / Not there, or out of scope: the two are never told apart."
        }
        409 => {
            "Đã có người lưu trước; kèm hồ sơ hiện tại. / Somebody saved before; the record as it is now comes with it."
        }
        415 => "Cần Content-Type: application/json. / Content-Type: application/json is needed.",
        422 => "Nội dung trái quy tắc; problems chỉ từng trường. / The input breaks rules; problems names each field.",
        _ => {
            "Lỗi khác; xem error.code. 503 kèm Retry-After: gửi lại với cùng Idempotency-Key. / Anything else; see error.code. 503 with Retry-After: send again with the same Idempotency-Key."
        }
    }
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn listed(name: &str, item: &str, next: Value) -> Value {
    object(json!({ name: { "type": "array", "items": reference(item) }, "next": next }))
}

fn body(needed: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": needed, "properties": properties, "additionalProperties": false })
}

fn schemas() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let maybe_text = || json!({ "type": ["string", "null"] });
    let int = || json!({ "type": "integer" });
    let maybe_int = || json!({ "type": ["integer", "null"] });
    let time = || json!({ "type": "string", "format": "date-time" });
    let state = || json!({ "type": "string", "enum": State::ALL.map(State::key) });
    let array = |item: Value| json!({ "type": "array", "items": item });
    let unit_given = || json!({ "type": ["string", "integer"] });
    let error = || {
        json!({
            "code": text(),
            "message": text(),
            "problems": array(reference("Problem")),
            "current_version": int(),
        })
    };
    let all = json!({
        "Anything": {},
        "Problem": object(json!({
            "field": text(),
            "message": text(),
            "severity": { "type": "string", "enum": ["warning", "error"] },
            "rule": text(),
        })),
        "Error": object(json!({ "error": object(error()) })),
        "Stale": object(json!({ "error": object(error()), "record": reference("Record") })),
        "Saved": object(json!({ "kind": text(), "id": text(), "version": int() })),
        "Record": object(json!({
            "kind": text(),
            "id": text(),
            "version": int(),
            "unit": text(),
            "year": maybe_int(),
            "state": state(),
            "verified": { "type": "boolean" },
            "title": text(),
            "fields": reference("Fields"),
            "masked": array(text()),
            "problems": array(reference("Problem")),
        })),
        "Records": listed("records", "Record", maybe_text()),
        "NewRecord": body(&["fields"], json!({ "unit": unit_given(), "year": int(), "fields": reference("Fields") })),
        "Save": body(&["version", "fields"], json!({ "version": int(), "fields": reference("Fields") })),
        "State": body(&["version", "state"], json!({ "version": int(), "state": state() })),
        "Version": body(&["version"], json!({ "version": int() })),
        "Restore": body(&["version", "restore"], json!({ "version": int(), "restore": int() })),
        "FieldChange": object(json!({ "field": text(), "before": {}, "after": {}, "masked": { "type": "boolean" } })),
        "RecordVersion": object(json!({
            "seq": int(),
            "time": time(),
            "login": text(),
            "action": text(),
            "batch": maybe_int(),
            "version": int(),
            "state": state(),
            "changes": array(reference("FieldChange")),
        })),
        "History": object(json!({ "versions": array(reference("RecordVersion")) })),
        "Hit": object(json!({
            "kind": text(),
            "id": text(),
            "title": text(),
            "subtitle": text(),
            "unit": text(),
            "year": maybe_int(),
            "state": text(),
        })),
        "Count": object(json!({ "value": text(), "count": int() })),
        "Found": object(json!({
            "total": int(),
            "complete": { "type": "boolean", "description": "false while the index is made anew: only a part is found" },
            "hits": array(reference("Hit")),
            "facets": { "type": "object", "additionalProperties": array(reference("Count")) },
        })),
        "Touched": object(json!({
            "kind": text(),
            "id": text(),
            "version": maybe_int(),
            "unit": text(),
            "year": maybe_int(),
            "state": maybe_text(),
        })),
        "Entry": object(json!({
            "seq": int(),
            "time": time(),
            "action": text(),
            "login": text(),
            "unit": maybe_text(),
            "batch": maybe_int(),
            "records": array(reference("Touched")),
            "units": array(text()),
        })),
        "Changes": object(json!({ "entries": array(reference("Entry")), "next": int(), "more": { "type": "boolean" } })),
        "Unit": object(json!({
            "id": text(),
            "name": text(),
            "type": text(),
            "levels": array(text()),
            "codes": { "type": "object", "additionalProperties": text() },
            "administrative": maybe_text(),
            "professional": maybe_text(),
            "state": text(),
            "facts": { "type": "object" },
            "events": array(json!({ "type": "object" })),
        })),
        "Units": listed("units", "Unit", maybe_text()),
        "NewOutage": object(json!({ "text": text(), "from": time(), "to": time(), "sooner": { "type": "boolean" } })),
        "Outage": object(json!({ "outage": { "type": ["object", "null"], "properties": {
            "text": text(), "from": time(), "to": time(), "begun": { "type": "boolean" },
        } } })),
        "Me": object(json!({
            "login": text(),
            "name": text(),
            "role": text(),
            "unit": text(),
            "unit_name": text(),
            "scope": { "oneOf": [{ "const": "all" }, array(text())] },
            "read_only": { "type": "boolean" },
            "rights": array(text()),
            "today": { "type": "string", "format": "date" },
            "school_year": int(),
        })),
        "Spec": object(json!({
            "name": text(),
            "version": text(),
            "fingerprint": text(),
            "levels": array(json!({ "type": "object" })),
            "unit_types": array(json!({ "type": "object" })),
            "lists": array(json!({ "type": "object" })),
            "kinds": array(json!({ "type": "object" })),
        })),
        "CodeList": object(json!({ "key": text(), "label": text(), "source": text(), "codes": array(json!({ "type": "object" })) })),
    });
    match all {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
