//! One provider of cryptography for TLS, whichever others the program happens to be built with.

/// To be called before a connector is made: with two providers built in, and none chosen, making one panics.
pub(crate) fn choose_provider() {
    // Somebody was first: then a choice is made.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
