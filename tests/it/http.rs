//! Through the socket.
