//! What becomes of memory that a program has freed.
#![cfg_attr(all(target_os = "linux", target_env = "gnu"), allow(unsafe_code))]

/// Has the C library return blocks of a megabyte to the system as soon as they are freed, and keep
/// one heap for all threads. Call it before the first thread is started.
///
/// By itself, glibc keeps what one phase of a program has freed for blocks that fit there, and a
/// heap for each thread, so that a later phase that needs others comes on top. Does nothing with
/// other C libraries.
///
/// ```
/// platform::return_freed_memory();
/// drop(vec![1_u8; 1 << 24]);
/// ```
pub fn return_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // Below it are blocks that training frees and asks for again.
        const LARGE: i32 = 1 << 20;
        // SAFETY: the call takes numbers, and refuses those that it does not know.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    }
}

/// Gives what a phase of the program has freed back to the system, also blocks below a megabyte.
/// Call it between two phases that need blocks of other sizes. Does nothing with other C libraries
/// than glibc.
///
/// ```
/// drop(vec![vec![1_u8; 1 << 12]; 1 << 10]);
/// platform::trim_heap();
/// ```
pub fn trim_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call takes a number, what to keep, and touches only what is free.
    unsafe {
        libc::malloc_trim(0);
    }
}
