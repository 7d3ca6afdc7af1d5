//! Transaction bytes: instructions, lookup tables, v0 messages, signatures.
