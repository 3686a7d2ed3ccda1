//! Certificates fetched from an authority that speaks ACME (RFC 8555). The authority comes to our own
//! entrance to see that the name is ours (TLS-ALPN-01, RFC 8737): nothing else has to be opened. The
//! account and the certificate are kept beside the store; what fails is tried again, later each time, since
//! authorities count.

use super::pair::{Origin, Pair};
use super::{Shown, put, read_text};
use crate::clock::Millis;
use crate::config;
use crate::error::{Result, with_causes};
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder,
    OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

const FILE: &str = "acme.pem";
const ACCOUNT: &str = "acme-account.json";
/// The whole conversation may take so long.
const WITHIN: Duration = Duration::from_mins(5);
const MINUTE_MS: i64 = 60_000;
/// After so many failures in a row, so long until the next try.
const AGAIN_MS: [i64; 5] = [MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS, 60 * MINUTE_MS, 360 * MINUTE_MS];

#[derive(Debug)]
pub(super) struct Acme {
    dir: PathBuf,
    names: Vec<String>,
    authority: config::Acme,
    tries: Mutex<Tries>,
}

#[derive(Debug, Default)]
struct Tries {
    failed: usize,
    not_before: Millis,
}

/// The account as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    directory: String,
    credentials: AccountCredentials,
}

impl Acme {
    pub(super) fn new(dir: PathBuf, names: Vec<String>, authority: config::Acme) -> Self {
        Self { dir, names, authority, tries: Mutex::default() }
    }

    /// The certificate of an earlier run, if it is for these names.
    pub(super) fn kept(&self) -> Result<Option<Pair>> {
        let path = self.dir.join(FILE);
        let Some(text) = read_text(&path)? else { return Ok(None) };
        match Pair::parse(text.as_bytes(), text.as_bytes(), Origin::Acme) {
            Ok(pair) => Ok(self.names.iter().all(|name| pair.facts.names.contains(name)).then_some(pair)),
            Err(why) => {
                tracing::warn!(file = %path.display(), why, "the certificate kept there is fetched anew");
                Ok(None)
            }
        }
    }

    /// Fetches a certificate if `shown` needs another and it is time to try. Nothing if not.
    pub(super) async fn renew(&self, shown: &Shown, now: Millis) -> Option<Result<Pair, String>> {
        let facts = shown.pair.load().facts.clone();
        let needed = facts.origin != Origin::Acme || now >= facts.renew_at();
        if !needed || now < self.tries().not_before {
            return None;
        }
        let fetched = match timeout(WITHIN, self.fetch(shown)).await {
            Ok(fetched) => fetched,
            Err(_) => Err("it took longer than five minutes".into()),
        };
        shown.challenges.store(Arc::default());
        let mut tries = self.tries();
        if fetched.is_ok() {
            *tries = Tries::default();
        } else {
            let wait_ms = AGAIN_MS[tries.failed.min(AGAIN_MS.len() - 1)];
            *tries = Tries { failed: tries.failed + 1, not_before: Millis(now.0 + wait_ms) };
        }
        Some(fetched.map_err(|why| format!("no certificate from {}: {why}", self.authority.directory)))
    }

    fn tries(&self) -> std::sync::MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, shown: &Shown) -> Result<Pair, String> {
        let account = self.account().await?;
        let wanted: Vec<Identifier> = self.names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&wanted)).await.map_err(said)?;
        let mut authorizations = order.authorizations();
        let mut challenges = HashMap::new();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(said)?;
            if authorization.status != AuthorizationStatus::Pending {
                continue;
            }
            let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
            let mut challenge = challenge.ok_or("the authority offers no TLS-ALPN-01")?;
            let name = challenge.identifier().to_string();
            let proof = proof(&name, challenge.key_authorization().digest().as_ref())?;
            challenges.insert(name, Arc::new(proof));
            shown.challenges.store(Arc::new(challenges.clone()));
            challenge.set_ready().await.map_err(said)?;
        }
        let status = order.poll_ready(&RetryPolicy::default().timeout(WITHIN)).await.map_err(said)?;
        if status != OrderStatus::Ready {
            return Err("the authority could not see that the name leads here (port 443 from the internet?)".into());
        }
        let key = KeyPair::generate().map_err(said)?;
        let mut request = CertificateParams::new(self.names.as_slice()).map_err(said)?;
        request.distinguished_name = DistinguishedName::new();
        let request = request.serialize_request(&key).map_err(said)?;
        order.finalize_csr(request.der()).await.map_err(said)?;
        let chain = order.poll_certificate(&RetryPolicy::default().timeout(WITHIN)).await.map_err(said)?;
        let text = key.serialize_pem() + &chain;
        let pair = Pair::parse(text.as_bytes(), text.as_bytes(), Origin::Acme)?;
        put(&self.dir, FILE, text.as_bytes()).map_err(said)?;
        Ok(pair)
    }

    /// The account of an earlier run; a new one the first time, and with another authority.
    async fn account(&self) -> Result<Account, String> {
        let directory = self.authority.directory.clone();
        let text = read_text(&self.dir.join(ACCOUNT)).map_err(said)?;
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        if let Some(kept) = kept.filter(|kept| kept.directory == directory) {
            return self.builder()?.from_credentials(kept.credentials).await.map_err(said);
        }
        let contact: Vec<&str> = self.authority.contact.as_deref().into_iter().collect();
        let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) = self.builder()?.create(&wanted, directory.clone(), None).await.map_err(said)?;
        let kept = serde_json::to_vec(&Kept { directory, credentials }).map_err(said)?;
        put(&self.dir, ACCOUNT, &kept).map_err(said)?;
        Ok(account)
    }

    fn builder(&self) -> Result<AccountBuilder, String> {
        match &self.authority.root {
            Some(path) => Account::builder_with_root(path).map_err(said),
            None => Account::builder().map_err(said),
        }
    }
}

/// What the authority wants to see under a name.
fn proof(name: &str, digest: &[u8]) -> Result<CertifiedKey, String> {
    let key = KeyPair::generate().map_err(said)?;
    let mut wanted = CertificateParams::new([name.to_owned()]).map_err(said)?;
    wanted.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = wanted.self_signed(&key).map_err(said)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    // Not `from_der`: it reads the certificate and refuses the extension that is all of its purpose.
    Ok(CertifiedKey::new(vec![certificate.der().clone()], ring::sign::any_supported_type(&key).map_err(said)?))
}

fn said(e: impl Error) -> String {
    with_causes(&e)
}
