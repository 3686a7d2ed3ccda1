//! Bodies that tell their connection how far they are. They change no byte.

use super::watched::{State, Working};
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

/// An answer; the connection waits for the next request once it is all handed over.
pub(super) struct Answer {
    pub(super) body: Body,
    pub(super) working: Working,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.working.makes(frame.is_pending());
        let frame = ready!(frame);
        let bytes = frame.as_ref().and_then(|f| f.as_ref().ok()?.data_ref().map(Bytes::len));
        self.working.hands_over(bytes.unwrap_or(0));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What a request sends; the connection knows whether it was read to its end.
pub(super) struct Sent {
    body: Incoming,
    state: Arc<State>,
}

impl Sent {
    pub(super) fn new(body: Incoming, state: Arc<State>) -> Self {
        state.unread.store(!body.is_end_stream(), Ordering::Relaxed);
        Self { body, state }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.state.unread.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
