//! Search and profit for JavaScript.
