//! PLACEHOLDER

pub mod logo;
pub mod text;
