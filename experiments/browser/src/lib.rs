//! The experiments of chapter 6 for a page in a browser.
//!
//! The page's workers compile this crate to WebAssembly and talk to it by four functions. A request
//! is JSON, written to the memory that [`room`] makes; [`call`] answers it with JSON at [`reply`].
//! Files come as bytes, in the memory that [`file()`] makes. [`Session`] says what can be asked
//! for.
//!
//! Draws and formulas are those of the native programs: the same seed gives the same images,
//! weights, mini-batches, dropout masks and trials, and the same numbers up to the rounding of
//! `f32`, since WebAssembly has no fused multiply-add.

mod activations;
mod data;
mod network;
mod ravine;
mod session;
mod symmetry;

use std::cell::RefCell;

pub use session::Session;

#[derive(Default)]
struct Memory {
    session: Session,
    room: Vec<u8>,
    file: Vec<u8>,
    reply: Vec<u8>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

fn with<R>(work: impl FnOnce(&mut Memory) -> R) -> R {
    MEMORY.with_borrow_mut(work)
}

/// Makes room for a request of `len` bytes, and returns where to write it.
#[allow(unsafe_code, reason = "the page calls functions by name")]
#[unsafe(no_mangle)]
pub extern "C" fn room(len: usize) -> *mut u8 {
    with(|memory| {
        memory.room = vec![0; len];
        memory.room.as_mut_ptr()
    })
}

/// Makes room for a file of `len` bytes, and returns where it is: what is there stays.
#[allow(unsafe_code, reason = "the page calls functions by name")]
#[unsafe(no_mangle)]
pub extern "C" fn file(len: usize) -> *mut u8 {
    with(|memory| {
        memory.file.resize(len, 0);
        memory.file.as_mut_ptr()
    })
}

/// Answers the request in the [`room`], and returns the length of the answer, which is
/// `{"ok": …}` or `{"error": "…"}`.
#[allow(unsafe_code, reason = "the page calls functions by name")]
#[unsafe(no_mangle)]
pub extern "C" fn call() -> usize {
    with(|Memory { session, room, file, reply }| {
        *reply = session.answer(room, file);
        reply.len()
    })
}

/// Where the last answer is.
#[allow(unsafe_code, reason = "the page calls functions by name")]
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    with(|memory| memory.reply.as_ptr())
}
