#![doc = include_str!("../README.md")]

mod exchange;
mod file_id;
mod freed_memory;
mod host;
mod mount;
mod patience;
#[cfg(any(unix, windows))]
mod processor_time;
mod reserved;
#[cfg(any(unix, windows))]
mod stop;
mod sync;

pub use exchange::exchange;
pub use file_id::FileId;
pub use freed_memory::{return_freed_memory, trim_heap};
pub use host::host_name;
pub use mount::is_mount_point;
pub use patience::patiently;
#[cfg(any(unix, windows))]
pub use processor_time::processor_time;
pub use reserved::device_in;
#[cfg(any(unix, windows))]
pub use stop::listen_for_stop;
pub use sync::{sync, sync_folder};
