//! How many of something each party has at once: connections of an address, requests of an account.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The parties that have any. Cheap to clone.
#[derive(Debug)]
pub struct Crowd<K>(Arc<Mutex<HashMap<K, usize>>>);

/// One party's place; given back when dropped.
#[derive(Debug)]
pub struct Place<K: Hash + Eq> {
    crowd: Crowd<K>,
    party: K,
}

impl<K> Clone for Crowd<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Hash + Eq + Copy> Crowd<K> {
    /// A place for one more of `party`, unless it has `most` already.
    pub fn take(&self, party: K, most: usize) -> Option<Place<K>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(party).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { crowd: self.clone(), party })
    }
}

impl<K: Hash + Eq> Drop for Place<K> {
    fn drop(&mut self) {
        let mut held = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.party) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.party);
            }
        }
    }
}

/// Whose an address is: an IPv6 /64 is one line of one subscriber.
pub fn party(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_party_and_given_back() {
        let crowd = Crowd::default();
        let take = |peer: &str| crowd.take(party(peer.parse().unwrap()), 2);
        let first = take("2001:db8::1").unwrap();
        let _second = take("2001:db8::2").unwrap();
        assert!(take("2001:db8::3").is_none(), "the same /64");
        assert!(take("2001:db8:0:1::1").is_some(), "another one");
        drop(first);
        assert!(take("2001:db8::3").is_some());
        let v4 = (take("192.0.2.1").unwrap(), take("::ffff:192.0.2.1").unwrap());
        assert!(take("192.0.2.1").is_none(), "the same address in another spelling");
        drop(v4);
        assert_eq!(crowd.0.lock().unwrap().len(), 1, "nothing is kept about who left");
    }
}
