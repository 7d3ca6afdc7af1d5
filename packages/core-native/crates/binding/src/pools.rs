//! Stores and quotes for JavaScript.
