//! The processor time that this process has taken.
#![cfg_attr(windows, allow(unsafe_code))]

use std::time::Duration;

/// Processor time of all threads of this process, in the system too: how much work it has done,
/// whatever else the machine did meanwhile.
///
/// ```
/// let before = platform::processor_time();
/// while platform::processor_time() == before {}
/// ```
pub fn processor_time() -> Duration {
    #[cfg(unix)]
    {
        use rustix::time::{ClockId, clock_gettime};
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    }
    #[cfg(windows)]
    {
        use windows_sys::Win32::Foundation::FILETIME;
        use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessTimes};
        let [mut created, mut ended, mut system, mut user] = [FILETIME::default(); 4];
        // SAFETY: the handle of this process is always valid, and the call writes to these four. It
        // cannot fail, and would leave zeros.
        unsafe {
            GetProcessTimes(GetCurrentProcess(), &mut created, &mut ended, &mut system, &mut user);
        }
        let hundreds_of_ns =
            |time: FILETIME| (u64::from(time.dwHighDateTime) << 32) | u64::from(time.dwLowDateTime);
        Duration::from_nanos(100 * (hundreds_of_ns(system) + hundreds_of_ns(user)))
    }
}
