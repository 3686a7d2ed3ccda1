//! What redb complains of, as our errors: damaged bytes say so, everything else stops the store. Nowhere
//! else is redb's own error looked at.

use crate::error::Error;
use std::io;

macro_rules! from_redb {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Error {
            fn from(e: $kind) -> Self { from_redb(redb::Error::from(e)) }
        }
    )*};
}
from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError,
    redb::SavepointError
);

fn from_redb(e: redb::Error) -> Error {
    match e {
        redb::Error::Corrupted(detail) => Error::damaged(detail),
        redb::Error::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => Error::damaged("the file ends too early"),
        other => Error::StoreStopped(other.to_string()),
    }
}
