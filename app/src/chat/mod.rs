//! The chat page, in the order in which a message passes through it.
//!
//! [`page`] puts the parts together. A question is typed in the [`composer`], becomes a [`message`] in [`talk`], and goes
//! to the server function in [`api`], where a [`model`] answers. What comes back is applied to the [`transcript`],
//! signals around a pure [`tree`], which [`view`] draws and `print` prints, an answer as Markdown in [`prose`], several at once in a [`row`],
//! and [`history`] keeps in the browser's [`store`]; `alive` tells other tabs that it still grows, and `pulse` looks at
//! theirs; [`aloud`] says it to
//! who listens, [`status`] says how it ended, [`crowd`] that there is no connection left, and [`receipt`] asks the server after tasks that were stopped.
//! [`attach`] takes in what is sent along with a question, `editing` what an earlier one is being made, [`settings`] how it
//! is to be answered, [`picker`] and [`compare`] by whom. `attention` is where eye and keyboard are led. [`parts`] is what a
//! first visit does without, and [`shared`] what all of it shares.
//!
//! A browser's translator puts elements of its own in the place of text nodes. Whoever goes on writing into a text node then
//! writes where nobody reads. So text that changes is the `prop:textContent` of an element that has nothing else in it, or is
//! written into the element; [`text`](crate::ui::text::text) leaves out what is there already. Names of models, code and formulas say `translate="no"`. `end2end/translated.spec.ts` plays the
//! translator.

pub mod page;

pub mod composer;

pub mod status;

pub mod conversation;
pub mod messages;
pub mod protocol;
pub mod session;
pub mod sidebar;
pub mod storage;
