//! A range of network addresses as an operator writes it: `10.1.0.0/16`, `fd00::/8`, or one address.

use serde::Deserialize;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The addresses that share their first bits. Kept with the bits after those as zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Subnet {
    first: IpAddr,
    /// How many bits are shared: up to 32, or 128.
    bits: u32,
}

impl Subnet {
    /// Whether the address lies in it. An IPv4 address written as IPv6 is the IPv4 address.
    pub fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && cut(address, self.bits) == self.first
    }
}

/// The address with only its first bits.
fn cut(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl From<IpAddr> for Subnet {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { first: address, bits: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl FromStr for Subnet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no address (192.0.2.7) and no range of addresses (192.0.2.0/24)");
        let Some((address, bits)) = text.trim().split_once('/') else {
            return text.trim().parse::<IpAddr>().map(Self::from).map_err(|_| wrong());
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits: u32 = bits.parse().map_err(|_| wrong())?;
        if bits > if address.is_ipv4() { 32 } else { 128 } {
            return Err(wrong());
        }
        let first = cut(address, bits);
        if first != address {
            return Err(format!("'{text}' has bits after its first {bits}; {first}/{bits} may be meant"));
        }
        Ok(Self { first, bits })
    }
}

impl TryFrom<String> for Subnet {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
mod tests {
    use super::*;

    fn has(range: &str, address: &str) -> bool {
        range.parse::<Subnet>().unwrap().has(address.parse().unwrap())
    }

    #[test]
    fn a_range_has_its_addresses_and_no_others() {
        assert!(has("10.1.0.0/16", "10.1.255.255") && !has("10.1.0.0/16", "10.2.0.0"));
        assert!(has("10.1.0.0/16", "::ffff:10.1.0.1"), "the same address in another spelling");
        assert!(has("192.0.2.7", "192.0.2.7") && !has("192.0.2.7", "192.0.2.8"));
        assert!(has("0.0.0.0/0", "203.0.113.9") && !has("0.0.0.0/0", "2001:db8::1"));
        assert!(has("fd00::/8", "fdff::1") && !has("fd00::/8", "fe00::1"));
        assert!(has("::/0", "2001:db8::1") && has("::1", "::1"));
    }

    #[test]
    fn a_mistake_is_named() {
        let why = |text: &str| text.parse::<Subnet>().unwrap_err();
        for wrong in ["", "10.1.0.0/33", "10.1.0.0/-1", "proxy.local", "10.1/16", "::/129"] {
            assert!(why(wrong).contains("is no address"), "{wrong}");
        }
        assert!(why("10.1.2.3/16").contains("10.1.0.0/16 may be meant"));
    }
}
