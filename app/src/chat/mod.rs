//! The chat page. Each folder uses only the folders above it in this table; only [`status`] and [`messages`] use each other.
//! [`page`] puts them together.
//!
//! | folder | what lives there, and why |
//! |---|---|
//! | [`protocol`] | the body of `/api/chat`, the events that come back, and the `Model` trait |
//! | [`conversation`] | the message tree; pure: no signal, no clock, no network |
//! | [`storage`] | everything that the browser keeps, and files to export and import |
//! | [`session`] | the open chat behind signals: ask, stop, retry, edit, attach |
//! | [`state`] | the state that the views share, and the code that a first visit does without |
//! | [`composer`] | the box, and the choices beside it: model, comparison, settings, attachments |
//! | [`status`] | the status line, receipts, notices, the screen reader's live region, focus |
//! | [`messages`] | the conversation as it is drawn |
//! | [`sidebar`] | the list of conversations |
//! | [`page`] | puts all of it together, and starts it |
//!
//! # Text that changes
//! A browser's translator replaces text nodes by elements of its own. Code that keeps writing into such a text node writes
//! where nobody reads. So changing text is the `prop:textContent` of an element that holds nothing else, or it is written
//! into the element. [`text`](crate::ui::text::text) skips text that is there already. Names of models, code and formulas
//! carry `translate="no"`. `end2end/tests/a11y/translation.spec.ts` plays the translator.

pub mod page;

pub mod composer;

pub mod status;

pub mod conversation;
pub mod messages;
pub mod protocol;
pub mod session;
pub mod sidebar;
pub mod state;
pub mod storage;
