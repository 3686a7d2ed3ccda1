//! Ten thousand things that can happen to files: each one is noticed and named, and none is half
//! restored.

use super::{Kept, refused, stranger};
use crate::support::Province;
use csdlgd::backup::keys::Identity;
use csdlgd::backup::plan::{Moment, follow_on};
use csdlgd::backup::sealed::Sealed;
use csdlgd::backup::through::read_through;
use csdlgd::error::{Error, Result};
use std::path::{Path, PathBuf};

/// A small deterministic source of chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Frame, signature, every byte; then every entry with a key.
fn examine(path: &Path, key: &Identity) -> Result<u64> {
    let sealed = Sealed::open(path)?;
    sealed.check()?;
    read_through(&sealed, key)
}

/// One change of a file's bytes that leaves them other than they were.
fn spoil(good: &[u8], dice: &mut Dice) -> (String, Vec<u8>) {
    let mut bytes = good.to_vec();
    let at = dice.roll(bytes.len());
    let block = |dice: &mut Dice| dice.roll(good.len() / 512) * 512;
    let what = match dice.roll(8) {
        0 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        1 | 2 => {
            let bit = dice.roll(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        3 => {
            let (a, b) = (block(dice), block(dice));
            for i in 0..512 {
                bytes.swap(a + i, b + i);
            }
            format!("blocks at {a} and {b} exchanged")
        }
        4 => {
            let (from, to) = (block(dice), block(dice));
            let copy = good[from..from + 512].to_vec();
            bytes.splice(to..to, copy);
            format!("block at {from} said again at {to}")
        }
        5 => {
            let a = block(dice);
            bytes.drain(a..a + 512);
            format!("block at {a} gone")
        }
        6 => {
            let len = 1 + dice.roll(64);
            bytes.extend(std::iter::repeat_n(dice.roll(256) as u8, len));
            format!("{len} bytes more at the end")
        }
        _ => {
            let end = (at + 1 + dice.roll(2000)).min(bytes.len());
            bytes[at..end].fill(0);
            format!("zeros from {at} to {end}")
        }
    };
    (what, bytes)
}

/// Five files of one server: a full backup, three segments, a later full backup; and an identity.
fn files(dir: &Path) -> (Province, Kept, Vec<PathBuf>) {
    let province = Province::new();
    let kept = Kept::of(&province.app, &province.clock, &dir.join("disk"));
    let mut files = vec![kept.full().sealed.path];
    for n in 0..3 {
        province.account(&format!("moi{n}.vt"), csdlgd::actor::Role::SchoolClerk, province.school);
        kept.ship();
    }
    files.extend(kept.segments());
    files.push(kept.full().sealed.path);
    assert_eq!(files.len(), 5);
    (province, kept, files)
}

#[test]
fn ten_thousand_damaged_files_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (_province, kept, files) = files(dir.path());
    let originals: Vec<Vec<u8>> = files.iter().map(|f| std::fs::read(f).unwrap()).collect();
    let place = dir.path().join("spoilt.tar");
    let mut dice = Dice(11);
    let (mut damaged, mut unnoticed) = (0, Vec::new());
    while damaged < 10_000 {
        // Mostly segments: they are small, and read as fast as they are written.
        let file = if dice.roll(20) == 0 { 0 } else { 1 + dice.roll(3) };
        let (what, bytes) = spoil(&originals[file], &mut dice);
        if bytes == originals[file] {
            continue;
        }
        damaged += 1;
        std::fs::write(&place, &bytes).unwrap();
        match examine(&place, &kept.keys[0]) {
            Err(Error::Operator(said)) if said.contains("spoilt.tar") => {}
            other => unnoticed.push(format!("file {file}, {what}: {other:?}")),
        }
    }
    assert!(unnoticed.is_empty(), "{} of {damaged}:\n{}", unnoticed.len(), unnoticed.join("\n"));
    for (file, bytes) in files.iter().zip(&originals) {
        std::fs::write(&place, bytes).unwrap();
        examine(&place, &kept.keys[0]).unwrap();
        examine(file, &kept.keys[1]).unwrap();
    }
}

/// Parts of one genuine file in the frame of another, a stale manifest, a manifest signed by a stranger.
#[test]
fn what_is_genuine_elsewhere_is_forged_here() {
    let dir = tempfile::tempdir().unwrap();
    let (_province, kept, files) = files(dir.path());
    let place = dir.path().join("forged.tar");
    let members = |path: &Path| {
        let mut archive = tar::Archive::new(std::fs::File::open(path).unwrap());
        let read = |e: std::io::Result<tar::Entry<'_, std::fs::File>>| {
            let mut entry = e.unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
        };
        archive.entries().unwrap().map(read).collect::<Vec<_>>()
    };
    let write = |members: &[(String, Vec<u8>)]| {
        let mut archive = tar::Builder::new(std::fs::File::create(&place).unwrap());
        for (name, bytes) in members {
            let mut header = tar::Header::new_ustar();
            header.set_path(name).unwrap();
            header.set_mode(0o600);
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(0);
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            archive.append(&header, &bytes[..]).unwrap();
        }
        archive.finish().unwrap();
    };
    let (old, new) = (members(&files[0]), members(&files[4]));
    write(&new);
    examine(&place, &kept.keys[0]).unwrap();

    let mixed = |at: usize| {
        let mut m = new.clone();
        m[at] = old[at].clone();
        m
    };
    for (forged, why) in [
        (mixed(0), "does not hold the parts its manifest names"),
        (mixed(1), "does not hold the parts its manifest names"),
        (mixed(2), "is not signed by the server it names"),
        (mixed(3), "is not signed by the server it names"),
        (new[1..].to_vec(), "does not hold the parts its manifest names"),
        (new[..3].to_vec(), "it has no manifest at its end"),
        (vec![new[1].clone(), new[0].clone(), new[2].clone(), new[3].clone()], "does not hold the parts"),
    ] {
        write(&forged);
        let said = refused(examine(&place, &kept.keys[0]));
        assert!(said.contains(why), "«{why}» is not said in: {said}");
    }
    // A newer form, truly signed, is refused by its version and not as damaged.
    let manifest = String::from_utf8(new[2].1.clone()).unwrap().replace("\"format\": 1", "\"format\": 2");
    let mut newer = new.clone();
    newer[3].1 = kept.site.signer.sign(manifest.as_bytes()).to_vec();
    newer[2].1 = manifest.into_bytes();
    write(&newer);
    assert!(refused(examine(&place, &kept.keys[0])).contains("was made by a newer csdlgd"));
    // Signed by somebody, but not by the server the sheet names.
    let stranger = tempfile::tempdir().unwrap();
    let strange = csdlgd::backup::signer::Signer::of(stranger.path(), &csdlgd::chance::Chance::seeded(5)).unwrap();
    let manifest = String::from_utf8(new[2].1.clone()).unwrap().replace(&kept.site.signer.public(), &strange.public());
    let mut forged = new.clone();
    forged[3].1 = strange.sign(manifest.as_bytes()).to_vec();
    forged[2].1 = manifest.into_bytes();
    write(&forged);
    assert!(refused(examine(&place, &kept.keys[0])).contains("it is forged"));
}

/// Segments missing, exchanged, renamed, from another server: nothing is restored, and the file is named.
#[test]
fn a_broken_row_of_segments_restores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (province, kept, files) = files(dir.path());
    let into = dir.path().join("new");
    let original: Vec<Vec<u8>> = files.iter().map(|f| std::fs::read(f).unwrap()).collect();
    std::fs::remove_file(&files[4]).unwrap();
    let broken = |why: &str| {
        let said = refused(kept.restore(&files[0], Moment::Newest, &into));
        assert!(said.contains(why), "«{why}» is not said in: {said}");
        assert!(!into.join("store.redb").exists() && !into.join(".restoring").exists());
    };
    for missing in 1..3 {
        std::fs::remove_file(&files[missing]).unwrap();
        broken("a link is missing");
        std::fs::write(&files[missing], &original[missing]).unwrap();
    }
    std::fs::write(&files[2], &original[3]).unwrap();
    broken("which is not what its name says");
    let mut flipped = original[2].clone();
    flipped[700] ^= 1;
    std::fs::write(&files[2], &flipped).unwrap();
    broken("is not what was written");
    // Another server's segment with the right name.
    let other = stranger();
    let theirs = Kept::of(&other.app, &other.clock, &dir.path().join("theirs"));
    let theirs = Kept { recipients: kept.recipients.clone(), ..theirs };
    theirs.full();
    for n in 0..3 {
        other.account(&format!("moi{n}.vt"), csdlgd::actor::Role::SchoolClerk, other.school);
        theirs.ship();
    }
    std::fs::copy(&theirs.segments()[1], &files[2]).unwrap();
    broken("was made by another server");
    // All good again: it comes back.
    std::fs::write(&files[2], &original[2]).unwrap();
    let restored = kept.restore(&files[0], Moment::Newest, &into).unwrap();
    assert_eq!(restored.at.seq, province.app.db.head_seq());
    // Said twice, in another day's directory: no harm.
    let twice = files[2].parent().unwrap().with_file_name("2026-11-06");
    std::fs::create_dir(&twice).unwrap();
    std::fs::copy(&files[2], twice.join(files[2].file_name().unwrap())).unwrap();
    kept.restore(&files[0], Moment::Newest, &dir.path().join("again")).unwrap();
    let segments = kept.target.segments().unwrap();
    assert_eq!(segments.len(), 4);
    assert_eq!(follow_on(segments[0].first - 1, &segments).0.len(), 3);
}
