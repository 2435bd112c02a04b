//! The one place that reads configuration files and the environment.
