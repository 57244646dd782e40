//! Lets in logged-in browsers, and programs that send a token. Without a password and tokens, it lets in everyone.
//!
//! | module | what it does |
//! |---|---|
//! | [`login`] | the login page |
//! | [`session`] | the session cookie of a browser |
//! | [`attempts`] | limits wrong guesses |

mod attempts;
mod login;
mod session;

use crate::{
    guard::body_limit::BodyBudget,
    http::{assets, client_addr::ClientAddr, endpoints, refusal},
};
use attempts::{Attempts, Wait};
use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, COOKIE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use session::Sessions;
use std::{fmt, sync::Arc};

/// The name of the cookie.
const COOKIE_NAME: &str = "starcrossed";

/// Files that need no login: those of the login page. The style is in [`assets::folder`].
const OPEN_FILES: [&str; 6] = [
    "/favicon.svg",
    "/apple-touch-icon.png",
    "/manifest.webmanifest",
    "/icon-192.png",
    "/icon-512.png",
    "/icon-maskable-512.png",
];

/// The credentials that open the server. Clones share the sessions and the counted guesses.
#[derive(Clone)]
pub struct Auth(Option<Arc<Credentials>>);

struct Credentials {
    /// The secrets for the login page: the password, or the tokens where there is none.
    passwords: Vec<String>,
    /// The tokens of programs.
    tokens: Vec<String>,
    sessions: Sessions,
    attempts: Attempts,
    /// A random key. Comparing MACs instead of secrets makes the time independent of how much of a secret was right.
    compare_key: Key,
}

/// Marks the request of a client with a good session or token.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated;

impl Auth {
    /// Lets in browsers with the password, and programs with a token. Without a password, browsers log in with a token. Without
    /// either, everyone may come in.
    #[must_use]
    pub fn new(password: Option<String>, tokens: Vec<String>) -> Self {
        let passwords = password.map_or_else(|| tokens.clone(), |password| vec![password]);
        if passwords.is_empty() {
            return Self(None);
        }
        Self(Some(Arc::new(Credentials {
            sessions: Sessions::of(&passwords.join("\n")), // none outlives what it was begun with
            attempts: Attempts::default(),
            compare_key: Key::new(HMAC_SHA256, &rand::random::<[u8; 32]>()),
            passwords,
            tokens,
        })))
    }

    /// Whether a password or token is needed.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.0.is_some()
    }

    /// Puts the check around `app`, and adds the login page, which needs no login.
    pub(crate) fn guard(self, app: Router, bodies: BodyBudget) -> Router {
        let Some(credentials) = self.0 else { return app };
        let login = Router::new()
            .route("/login", get(login::page).post(login::log_in))
            .route("/logout", post(login::log_out))
            .with_state((credentials.clone(), bodies.clone()));
        app.layer(from_fn_with_state((credentials, bodies), check)).merge(login)
    }
}

impl fmt::Debug for Auth {
    /// Leaves the secrets out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("is_required", &self.is_required()).finish()
    }
}

impl Credentials {
    /// Whether `secret` is among `secrets`, in constant time.
    fn is_among(&self, secrets: &[String], secret: &str) -> bool {
        let given = hmac::sign(&self.compare_key, secret.as_bytes());
        let is = |one: &String| hmac::verify(&self.compare_key, one.as_bytes(), given.as_ref()).is_ok();
        secrets.iter().fold(false, |opens, one| opens | is(one))
    }

    fn accepts_password(&self, client: ClientAddr, password: &str) -> Result<bool, Wait> {
        self.attempts.password(client, || self.is_among(&self.passwords, password))
    }

    fn accepts_token(&self, client: ClientAddr, token: &str) -> Result<bool, Wait> {
        self.attempts.token(client, || self.is_among(&self.tokens, token))
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        cookies(headers).any(|session| self.sessions.is_good(session))
    }

    fn forget(&self, headers: &HeaderMap) {
        cookies(headers).for_each(|session| self.sessions.end(session));
    }
}

async fn check(
    State((credentials, bodies)): State<(Arc<Credentials>, BodyBudget)>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if endpoints::at(path).is_open || is_open_file(path) {
        return next.run(request).await;
    }
    let is_in = match bearer(request.headers()) {
        None => Ok(credentials.knows(request.headers())),
        Some(token) => credentials.accepts_token(ClientAddr::of(&request), token),
    };
    let answer = match is_in {
        Ok(true) => {
            request.extensions_mut().insert(Authenticated);
            return next.run(request).await;
        }
        Ok(false) => unauthorized(&request),
        Err(wait) => too_often(&wait),
    };
    let client = ClientAddr::of(&request);
    bodies.discard(request.into_body(), client).await;
    answer
}

fn is_open_file(path: &str) -> bool {
    let folder = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    OPEN_FILES.contains(&path) || folder == assets::folder() || folder == "pkg"
}

/// Redirects a browser that asks for a page to the login page. Everything else gets a 401.
fn unauthorized(request: &Request) -> Response {
    let path = request.uri().path();
    if request.method() == Method::GET && !path.starts_with("/api") && path != "/metrics" {
        return Redirect::to(&format!("/login?next={path}")).into_response();
    }
    let message = "You are not logged in. Open this page again in another tab and log in there; or send a token, as \
        Authorization: Bearer …";
    let mut response = refusal::refuse(StatusCode::UNAUTHORIZED, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn too_often(wait: &Wait) -> Response {
    let message = "Too many wrong tokens. Try again in a minute.";
    let mut response = refusal::refuse(StatusCode::TOO_MANY_REQUESTS, message);
    response.headers_mut().insert(RETRY_AFTER, wait.in_seconds());
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// All cookies of our name: a browser sends several if it has some for other paths or domains, too.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}
