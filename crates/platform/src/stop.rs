//! What asks a process to stop: signals, and events of a console of Windows.
#![cfg_attr(windows, allow(unsafe_code))]

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Sets `asked` to the number of the signal that asks this process to stop: 2 (SIGINT) or 15
/// (SIGTERM). A second one ends the process at once, with the exit code 128 + that number: a user
/// who presses Ctrl-C twice means it.
///
/// On Windows, Ctrl-C is SIGINT; Ctrl-Break, closing the console and the end of the session are
/// SIGTERM. After one of the latter two, Windows leaves a process five seconds.
///
/// # Errors
/// Those of the system; on Windows also [`io::ErrorKind::AlreadyExists`] at a second call.
pub fn listen_for_stop(asked: &Arc<AtomicUsize>) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::sync::atomic::AtomicBool;

        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::flag;
        for signal in [SIGINT, SIGTERM] {
            // Registered first, so that it sees whether an earlier signal has set the flag.
            let second = Arc::new(AtomicBool::new(false));
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&second))?;
            flag::register(signal, second)?;
            flag::register_usize(signal, Arc::clone(asked), signal as usize)?;
        }
        Ok(())
    }
    #[cfg(windows)]
    console::listen(Arc::clone(asked))
}

#[cfg(windows)]
mod console {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    use windows_sys::Win32::Foundation::TRUE;
    use windows_sys::Win32::System::Console::{
        CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler,
    };
    use windows_sys::core::BOOL;

    const SIGINT: i32 = 2;
    const SIGTERM: i32 = 15;

    static ASKED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

    pub(super) fn listen(asked: Arc<AtomicUsize>) -> io::Result<()> {
        ASKED.set(asked).map_err(|_| io::Error::from(io::ErrorKind::AlreadyExists))?;
        // SAFETY: the handler is a function, which lives as long as the process.
        match unsafe { SetConsoleCtrlHandler(Some(on_event), TRUE) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Windows calls this on a thread of its own.
    unsafe extern "system" fn on_event(event: u32) -> BOOL {
        let signal = if event == CTRL_C_EVENT { SIGINT } else { SIGTERM };
        let before = ASKED.get().map_or(0, |asked| asked.swap(signal as usize, Ordering::Relaxed));
        if before != 0 {
            std::process::exit(128 + signal);
        }
        if event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT {
            // As soon as this returned, Windows would end the process.
            loop {
                std::thread::park();
            }
        }
        TRUE
    }

    #[cfg(test)]
    mod tests {
        use std::time::Duration;

        use windows_sys::Win32::System::Console::CTRL_CLOSE_EVENT;

        use super::*;

        #[test]
        fn a_closed_console_is_sigterm_and_its_handler_waits_for_the_end_of_the_process() {
            let asked = Arc::new(AtomicUsize::new(0));
            listen(Arc::clone(&asked)).unwrap();
            // SAFETY: it takes any number.
            let handler = std::thread::spawn(|| unsafe { on_event(CTRL_CLOSE_EVENT) });
            while asked.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            assert_eq!(asked.load(Ordering::Relaxed), SIGTERM as usize);
            std::thread::sleep(Duration::from_millis(100));
            assert!(!handler.is_finished());
            assert_eq!(listen(asked).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
    }
}
