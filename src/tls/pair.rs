//! A certificate with its private key, checked, and what can be said of it in public.

use crate::clock::Millis;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Where a certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The operator's files.
    Files,
    /// Made here: no browser knows who signed it.
    SelfMade,
    /// Fetched from an authority.
    Acme,
}

/// What can be said of a certificate in public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Where it comes from.
    pub origin: Origin,
    /// The names and addresses it is for.
    pub names: Vec<String>,
    /// Good from.
    pub from: Millis,
    /// Good until.
    pub until: Millis,
    /// SHA-256 of the certificate, as browsers show it: `AB:CD:…`.
    pub fingerprint: String,
}

impl Facts {
    /// When two thirds of its life are over: time for another.
    pub fn renew_at(&self) -> Millis {
        Millis(self.until.0 - (self.until.0 - self.from.0) / 3)
    }
}

/// The certificate with its private key.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) facts: Facts,
}

impl Pair {
    /// From PEM: the certificate first, then those that lead to its authority. The reason why not is for
    /// the operator.
    pub(super) fn parse(chain: &[u8], key: &[u8], origin: Origin) -> Result<Self, String> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|e| format!("the certificate is no PEM: {e}"))?;
        let leaf = chain.first().ok_or("the certificate file holds no certificate (PEM is expected)")?;
        let facts = facts(leaf, origin)?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|e| format!("the key file holds no private key (PEM without a password is expected): {e}"))?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|e| match e {
            rustls::Error::InconsistentKeys(_) => "the key does not belong to the certificate".to_owned(),
            e => format!("the key can't be used: {e}"),
        })?;
        Ok(Self { key: Arc::new(key), facts })
    }
}

fn facts(leaf: &CertificateDer<'_>, origin: Origin) -> Result<Facts, String> {
    let (_, read) = X509Certificate::from_der(leaf).map_err(|e| format!("the certificate can't be read: {e}"))?;
    let names = match read.subject_alternative_name() {
        Ok(Some(names)) => names.value.general_names.iter().filter_map(name).collect(),
        _ => Vec::new(),
    };
    let millis = |at: x509_parser::time::ASN1Time| Millis(at.timestamp().saturating_mul(1000));
    Ok(Facts {
        origin,
        names,
        from: millis(read.validity().not_before),
        until: millis(read.validity().not_after),
        fingerprint: fingerprint(leaf),
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            Some(v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok()?.to_string())
        }
        _ => None,
    }
}

/// SHA-256 of a certificate (DER), as browsers show it: `AB:CD:…`.
pub fn fingerprint(certificate: &[u8]) -> String {
    let suite = ring::cipher_suite::TLS13_AES_128_GCM_SHA256.tls13().expect("a suite of TLS 1.3");
    let hash = suite.common.hash_provider.hash(certificate);
    hash.as_ref().iter().fold(String::new(), |mut out, byte| {
        let colon = if out.is_empty() { "" } else { ":" };
        let _ = write!(out, "{colon}{byte:02X}");
        out
    })
}
