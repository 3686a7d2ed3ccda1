//! The files of `assets/`, embedded in the binary and addressed by their content: an address never
//! changes what it means, so browsers may keep it for ever.

use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, OnceLock};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// One embedded file, ready to be sent.
pub struct Asset {
    /// Its address, `/a/<hash>/<name>`.
    pub url: String,
    /// The hash in the address, 16 hex digits.
    pub hash: String,
    /// For the `Content-Type` header.
    pub content_type: &'static str,
    /// As it is.
    pub plain: Vec<u8>,
    /// Packed when first asked for.
    packed: OnceLock<Option<Vec<u8>>>,
}

impl Asset {
    /// gzip, `None` where it would not be smaller.
    pub fn gzip(&self) -> Option<&[u8]> {
        let smaller = || pack(&self.plain).filter(|packed| packed.len() < self.plain.len());
        self.packed.get_or_init(smaller).as_deref()
    }
}

static ALL: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    Files::iter().filter_map(|name| Some((name.to_string(), load(&name, &Files::get(&name)?.data)))).collect()
});

/// Reads every file now rather than at the first page.
pub fn prepare() {
    LazyLock::force(&ALL);
}

/// The file of that name.
pub fn get(name: &str) -> Option<&'static Asset> {
    ALL.get(name)
}

/// The address of a file of `assets/`; of no use, but harmless, if there is no such file.
pub fn url(name: &str) -> &'static str {
    get(name).map_or("/a/missing", |asset| asset.url.as_str())
}

fn load(name: &str, data: &[u8]) -> Asset {
    let hash = blake3::hash(data).to_hex()[..16].to_owned();
    Asset {
        url: format!("/a/{hash}/{name}"),
        hash,
        content_type: content_type(name),
        plain: data.to_vec(),
        packed: OnceLock::new(),
    }
}

fn pack(data: &[u8]) -> Option<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(data).ok()?;
    packer.finish().ok()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("jpg") => "image/jpeg",
        Some("csv") => "text/csv; charset=utf-8",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
