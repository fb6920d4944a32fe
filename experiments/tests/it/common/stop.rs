//! Asks running programs to stop.
#![cfg_attr(windows, allow(unsafe_code))]

use std::process::{Child, Command};

/// What may ask a program to stop, and its exit code then. That other events of Windows are SIGTERM
/// is a test of `platform`.
#[cfg(unix)]
pub const SIGNALS: &[(&str, i32)] = &[("INT", 130), ("TERM", 143)];
#[cfg(windows)]
pub const SIGNALS: &[(&str, i32)] = &[("Ctrl-C", 130)];

/// Makes a program that is to be started one that [`send`] can reach alone.
pub fn can_be_asked(command: &mut Command) -> &mut Command {
    #[cfg(windows)]
    {
        use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;
        // It then has a console of its own.
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NO_WINDOW);
    }
    command
}

/// Sends one of [`SIGNALS`] to a running program.
pub fn send(signal: &str, child: &Child) {
    #[cfg(unix)]
    let mut command = Command::new("kill");
    #[cfg(unix)]
    command.args(["-s", signal, &child.id().to_string()]);
    // Ctrl-C is for all programs of a console, and a program can be at one console only: another
    // process goes to that of the child.
    #[cfg(windows)]
    let mut command = Command::new(std::env::current_exe().unwrap());
    #[cfg(windows)]
    command.args(["--ignored", "--exact", "common::stop::press_ctrl_c"]);
    #[cfg(windows)]
    command.env(CONSOLE_OF, child.id().to_string()).stdout(std::process::Stdio::null());
    assert!(command.status().unwrap().success(), "{signal}");
}

/// The process at whose console to press Ctrl-C.
#[cfg(windows)]
const CONSOLE_OF: &str = "CONSOLE_OF";

#[cfg(windows)]
#[test]
#[ignore = "half of `send`"]
fn press_ctrl_c() {
    use windows_sys::Win32::System::Console::{
        AttachConsole, CTRL_C_EVENT, FreeConsole, GenerateConsoleCtrlEvent, SetConsoleCtrlHandler,
    };

    unsafe extern "system" fn pass_over(_: u32) -> windows_sys::core::BOOL {
        1
    }
    let process = std::env::var(CONSOLE_OF).unwrap().parse().unwrap();
    // SAFETY: they take any numbers, and the handler lives as long as the process.
    let done = unsafe {
        FreeConsole();
        [
            AttachConsole(process),
            SetConsoleCtrlHandler(Some(pass_over), 1),
            GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0),
        ]
    };
    assert_eq!(done, [1; 3], "{}", std::io::Error::last_os_error());
}
