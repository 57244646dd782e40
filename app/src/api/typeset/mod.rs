//! `POST /api/typeset`: code with colours, and formulas as MathML. The page asks once a block of an answer is complete. It has
//! neither grammars nor font metrics, because they would be too large to download.
#![expect(missing_docs, reason = "#[server] makes a struct of the arguments, and gives it no docs")]

#[cfg(feature = "ssr")]
pub mod typesetter;

use crate::api::{error::ApiError, json::LongJson};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The most items in one request.
pub const MOST_ITEMS: usize = 64;
/// The longest text of one item, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// The longest text of all items together, in bytes.
pub const LONGEST_TOGETHER: usize = 256 * 1024;

/// A piece of code, or a formula.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The code, or the formula in LaTeX without its delimiters.
    #[serde(alias = "tex")]
    pub text: String,
    /// The language of the code, as named by a fence; empty for a formula.
    #[serde(default)]
    pub lang: String,
    /// Whether the formula is a display formula, on lines of its own.
    #[serde(default)]
    pub display: bool,
}

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypesetHtml {
    /// In the order of the items: HTML that is safe to be inserted as it is (`<span class="hl-…">` with text in between,
    /// or one `<math>`), or none if the source should be shown unchanged.
    pub html: Vec<Option<String>>,
}

/// `POST /api/typeset`: typesets these items.
///
/// # Errors
/// 400 if a limit is exceeded, 429 with `Retry-After` if too many requests are waiting. An item that can't be typeset is no
/// error.
#[server(prefix = "/api", endpoint = "typeset", input = LongJson)]
pub async fn typeset(items: Vec<Item>) -> Result<TypesetHtml, ApiError> {
    if let Some(fault) = typesetter::fault(&items) {
        return Err(ApiError::Refused(fault));
    }
    let typesetter = expect_context::<typesetter::SharedTypesetter>();
    Ok(TypesetHtml { html: typesetter.typeset(items).await? })
}
