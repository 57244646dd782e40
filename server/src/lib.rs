//! Starcrossed, the server.
//!
//! In the order of what happens: [`args`] and [`config`] say what it is to be. [`startup`] finds the model server, if need
//! be with [`discovery`], and says what it found. [`router`] says which address leads where: [`api`] stands around the
//! server functions, [`bodies`] takes what they are sent, [`assets`] has the site's files, [`metrics`] what machines ask,
//! [`traffic`] how much was sent, [`heap`] how much memory is in use, [`headers`] what every response has.
//! [`front`] stands before all of it: [`clients`] knows who is asking, [`hosts`] the server's own names, [`origin`] its own
//! pages, [`auth`] who may come in, [`killers`] who of them may end other people's tasks, and [`admission`] whether there is a place for one more task; [`room`] says how many
//! [`slots`] there are, [`files`] why not more, and [`unread`] what responses take that nobody reads.
//! [`serve`] listens, serves and goes down, [`tls`] has its certificate, [`readiness`] what a load balancer is told;
//! [`socket`] is a connection, [`first_request`] ends those that ask nothing, [`signals`] when to stop.
//! [`patience`] is how all of them wait in a process that may be paused.
//!
//! What answers is in [`models`]: [`openai`] asks a model server, [`upstreams`] knows whom to ask where there are several,
//! [`demo`] answers without one.
//!
//! [`typeset`] gives code its colours and turns formulas into MathML.
//!
//! [`log`] is where the program says what happens, [`failure`] how it says that it can't begin. Both write through [`output`],
//! which never blocks and never fails.
#![recursion_limit = "256"] // a page is one type, and is made here

pub mod config;
pub mod guard;
pub mod http;
pub mod models;
pub mod net;
pub mod os;
pub mod routes;
pub mod server;
pub mod startup;
pub mod typeset;
