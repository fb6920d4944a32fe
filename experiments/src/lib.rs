//! What the section binaries share.
