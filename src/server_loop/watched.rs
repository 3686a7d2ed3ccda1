//! A stream that gives up: after silence where a request should be, and after an answer nobody takes, or
//! takes too slowly. It never looks at the bytes. What the kernel keeps for the other side it does not see: there
//! the kernel's own clock counts (`hold_to`).

use super::LoopLimits;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep};

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Its first byte.
    FirstByte,
    /// The rest of a request's header.
    Header,
    /// Nothing: we are working (a body's pace is the limits' matter).
    Work,
    /// The next request.
    Next,
    /// Somebody to take an answer (HTTP/2 only: there a slow reader does not hold up the socket).
    Taking,
}

const WAITING: [Waiting; 4] = [Waiting::FirstByte, Waiting::Header, Waiting::Work, Waiting::Next];

/// What was written and is not on its way yet lies in the buffers of TLS and of the kernel: so much at most.
const BETWEEN_BYTES: u64 = 192 * 1024;

/// Shared by a connection's stream, its service and its bodies.
#[derive(Debug)]
pub(super) struct State {
    /// In HTTP/2 only until the first request.
    waiting: AtomicU8,
    /// Whether a request's body is not read to its end.
    pub(super) unread: AtomicBool,
    /// Whether many requests run at once: HTTP/2.
    many: bool,
    /// Requests whose answer has not begun.
    at_work: AtomicUsize,
    /// Answers on their way.
    answering: AtomicUsize,
    /// Of them, those whose next piece we are making.
    making: AtomicUsize,
    /// Requests begun and ended, pieces of answers taken: silence counts from the last.
    steps: AtomicU64,
    began: Instant,
    pace_bytes_per_s: u64,
    /// Of answers, what was given to be written and is not.
    unwritten: AtomicU64,
    /// How long the slowest line is busy with what was written, ms since it began.
    busy_until_ms: AtomicU64,
}

impl State {
    /// Of a connection that began now, whose slowest line takes so many bytes a second.
    pub(super) fn new(many: bool, pace_bytes_per_s: u32) -> Self {
        Self {
            waiting: AtomicU8::new(Waiting::FirstByte as u8),
            unread: AtomicBool::new(false),
            many,
            at_work: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            making: AtomicUsize::new(0),
            steps: AtomicU64::new(0),
            began: Instant::now(),
            pace_bytes_per_s: u64::from(pace_bytes_per_s.max(1)),
            unwritten: AtomicU64::new(0),
            busy_until_ms: AtomicU64::new(0),
        }
    }

    pub(super) fn waiting(&self) -> Waiting {
        if self.many && self.steps.load(Ordering::Acquire) > 0 {
            return if self.at_work.load(Ordering::Acquire) + self.making.load(Ordering::Acquire) > 0 {
                Waiting::Work
            } else if self.answering.load(Ordering::Acquire) > 0 {
                Waiting::Taking
            } else {
                Waiting::Next
            };
        }
        WAITING[usize::from(self.waiting.load(Ordering::Acquire)) % WAITING.len()]
    }

    /// Whether a request has begun.
    pub(super) fn is_asked(&self) -> bool {
        self.steps.load(Ordering::Acquire) > 0
    }

    pub(super) fn wait_for(&self, what: Waiting) {
        self.waiting.store(what as u8, Ordering::Release);
    }

    /// Something happened: silence begins anew.
    pub(super) fn step(&self) {
        self.steps.fetch_add(1, Ordering::AcqRel);
    }

    /// So much went out. Only answers count: what else we say is said because the other side makes us.
    fn writes(&self, bytes: usize) {
        let mut counted = 0;
        let _ = self.unwritten.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
            counted = left.min(bytes as u64);
            Some(left - counted)
        });
        let now = self.began.elapsed().as_millis() as u64;
        let takes = |bytes: u64| bytes * 1000 / self.pace_bytes_per_s;
        let busy = self.busy_until_ms.load(Ordering::Acquire).max(now) + takes(counted);
        self.busy_until_ms.store(busy.min(now + takes(BETWEEN_BYTES)), Ordering::Release);
    }

    /// Since when even the slowest line has nothing left to take: not before now.
    fn silent_since(&self) -> Instant {
        Instant::now().max(self.began + Duration::from_millis(self.busy_until_ms.load(Ordering::Acquire)))
    }

    /// Bytes came where none were owed: another request begins. In HTTP/2 they may be anything.
    fn came(&self) {
        let begins = match self.waiting() {
            Waiting::FirstByte => true,
            Waiting::Next => !self.many,
            _ => false,
        };
        if begins {
            self.wait_for(Waiting::Header);
        }
    }
}

/// While it lives, the connection is working; after it, it waits for the next request.
pub(super) struct Working {
    state: Arc<State>,
    answering: bool,
    making: bool,
}

impl Working {
    pub(super) fn new(state: Arc<State>) -> Self {
        state.wait_for(Waiting::Work);
        state.at_work.fetch_add(1, Ordering::AcqRel);
        state.step();
        Self { state, answering: false, making: false }
    }

    /// The answer begins.
    pub(super) fn answers(&mut self) {
        self.answering = true;
        self.state.answering.fetch_add(1, Ordering::AcqRel);
        self.state.at_work.fetch_sub(1, Ordering::AcqRel);
        self.state.step();
    }

    /// The next piece of the answer is asked for, and we make it or have made it.
    pub(super) fn makes(&mut self, making: bool) {
        match (self.making, making) {
            (false, true) => self.state.making.fetch_add(1, Ordering::AcqRel),
            (true, false) => self.state.making.fetch_sub(1, Ordering::AcqRel),
            _ => return,
        };
        self.making = making;
        self.state.step();
    }

    /// A piece of the answer is taken.
    pub(super) fn hands_over(&self, bytes: usize) {
        self.state.unwritten.fetch_add(bytes as u64, Ordering::AcqRel);
        self.state.step();
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let of = if self.answering { &self.state.answering } else { &self.state.at_work };
        of.fetch_sub(1, Ordering::AcqRel);
        self.makes(false);
        self.state.step();
        self.state.wait_for(Waiting::Next);
    }
}

/// The stream.
pub(super) struct Watched<S> {
    stream: S,
    state: Arc<State>,
    limits: Arc<LoopLimits>,
    /// Places for connections.
    all: Arc<Semaphore>,
    /// What `alarm` was set for, and after which step.
    armed: Option<(Waiting, u64)>,
    /// Since when nothing comes.
    since: Instant,
    alarm: Pin<Box<Sleep>>,
    stalled: bool,
    stall: Pin<Box<Sleep>>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, state: Arc<State>, limits: Arc<LoopLimits>, all: Arc<Semaphore>) -> Self {
        Self {
            stream,
            state,
            limits,
            all,
            armed: None,
            since: Instant::now(),
            alarm: Box::pin(sleep(Duration::ZERO)),
            stalled: false,
            stall: Box::pin(sleep(Duration::ZERO)),
        }
    }

    fn within(&self, waiting: Waiting) -> Option<Duration> {
        match waiting {
            Waiting::FirstByte => Some(self.limits.first_byte_within),
            Waiting::Header => Some(self.limits.header_within),
            Waiting::Work => None,
            Waiting::Next if self.is_crowded() => Some(self.limits.idle_crowded_within),
            Waiting::Next => Some(self.limits.idle_within),
            Waiting::Taking => Some(self.limits.stall_within),
        }
    }

    /// Whether three quarters of all places are taken.
    fn is_crowded(&self) -> bool {
        self.all.available_permits() < self.limits.connections / 4
    }

    /// Nothing came: is it time to give up?
    fn nothing_came(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let waiting = self.state.waiting();
        let now = (waiting, self.state.steps.load(Ordering::Acquire));
        let Some(within) = self.within(waiting) else {
            self.armed = None;
            return Poll::Pending;
        };
        // Who idles is looked at in between: others may need the place by then.
        let look_after = if waiting == Waiting::Next { within.min(self.limits.idle_crowded_within) } else { within };
        if self.armed != Some(now) {
            self.armed = Some(now);
            self.since = if waiting == Waiting::Taking { self.state.silent_since() } else { Instant::now() };
            self.alarm.as_mut().reset(self.since + look_after);
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            let left = within.saturating_sub(self.since.elapsed());
            if left.is_zero() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(Instant::now() + left.min(look_after));
        }
        Poll::Pending
    }

    /// The other side took something, or should have.
    fn wrote(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(outcome) = &written {
            self.state.writes(*outcome.as_ref().unwrap_or(&0));
            self.stalled = false;
            // Silence counts from the last byte of the answer; in HTTP/2 we write for other reasons too.
            if !self.state.many {
                self.armed = None;
            }
            return written;
        }
        if !self.stalled {
            self.stalled = true;
            self.stall.as_mut().reset(self.state.silent_since() + self.limits.stall_within);
        }
        self.stall.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if read.is_pending() {
            // While an answer is still on its way, only `stall` counts.
            return if this.stalled { Poll::Pending } else { this.nothing_came(cx) };
        }
        if buf.filled().len() > before {
            this.state.came();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() && !self.stalled {
            return flushed;
        }
        // Over TLS what could not be written waits here.
        self.wrote(cx, flushed.map_ok(|()| 0)).map_ok(drop)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
